"""Is this process alive; can it do its work."""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse


def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL and Redis answer, else 503 with the one that does not."""
    state = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        state["database"] = "ok"
    except Exception as error:
        state["database"] = type(error).__name__
    try:
        cache.get("readyz")
        state["cache"] = "ok"
    except Exception as error:
        state["cache"] = type(error).__name__
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)
