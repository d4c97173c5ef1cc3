"""Is this process alive; can it do its work; what robots may read."""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.common.caches import is_redis_away


def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL answers, else 503; says of Redis too, without which people can go on."""
    state = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        state["database"] = "ok"
    except Exception as error:
        state["database"] = type(error).__name__
    cache.get("readyz")
    state["cache"] = "away" if is_redis_away() else "ok"
    return JsonResponse(state, status=200 if state["database"] == "ok" else 503)


ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /api/
Disallow: /*/accounts/
Disallow: /*/contracts/
Disallow: /*/messages/
Disallow: /*/money/
Disallow: /*/settings/
"""


def robots(request: HttpRequest) -> HttpResponse:
    """Public tasks, profiles and pages of information may be read; what needs a login is not worth a request."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
