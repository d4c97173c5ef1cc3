"""Answers that are the same for every program without a key, kept for some seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from apps.common import caches

_answers: caches.ProcessMemory[tuple[str, str], bytes] = caches.ProcessMemory(
    lambda: settings.STRANGER_PAGE_SECONDS, most=500
)


def same_for_strangers(get: Callable[..., Any]) -> Callable[..., Any]:
    """
    For `get` of an endpoint: keep the JSON in this process for `STRANGER_PAGE_SECONDS`, for requests without a key and
    without a session. Throttles count as always, because they come before. Errors are not kept.
    """

    @wraps(get)
    def wrapped(view: Any, request: Request, *args: Any, **options: Any) -> Any:
        if settings.STRANGER_PAGE_SECONDS <= 0 or not caches.is_plain_visit(request._request):
            return get(view, request, *args, **options)
        key = (request.build_absolute_uri(), translation.get_language() or "")
        body = _answers.get(key, lambda: JSONRenderer().render(get(view, request, *args, **options).data))
        return HttpResponse(body, content_type="application/json")

    return wrapped
