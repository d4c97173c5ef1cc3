"""Answers that are the same for every program without a key; a web process keeps them for some seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from rest_framework.request import Request

from apps.common import caches, replica


def same_for_strangers(get: Callable[..., Any]) -> Callable[..., Any]:
    """
    For `get` of an endpoint: its response to a request without a key and without a session depends on nothing but the
    URL and the language, so that it may be kept (marketplace/kept_responses.py). Errors are not kept. It is read
    from the replica, if there is one.
    """

    @wraps(get)
    def wrapped(view: Any, request: Request, *args: Any, **options: Any) -> Any:
        if caches.is_plain_visit(request._request):
            request._request.META[caches.SAME_FOR_STRANGERS] = True
            return replica.read(lambda: get(view, request, *args, **options))
        return get(view, request, *args, **options)

    return wrapped
