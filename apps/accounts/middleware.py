"""Puts the actor on every request: who asks, and for which organization."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from apps.accounts import queries
from apps.common.actors import Actor


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: queries.actor_of(_plain(request.user)))  # type: ignore[attr-defined]
        return self.get_response(request)


def _plain(user: object) -> object:
    # request.user is lazy: its class is asked for, so that an isinstance check below sees the real one.
    return getattr(user, "_wrapped", user) if getattr(user, "is_authenticated", False) else None


def actor(request: HttpRequest) -> Actor:
    """The actor of a request, typed."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def language(request: HttpRequest) -> str:
    return translation.get_language() or "en"
