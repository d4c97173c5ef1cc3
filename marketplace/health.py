"""
Endpoints for machines: liveness, readiness, version, metrics, and robots.txt.

Answered before all other middleware, for any host name: health checks of containers and load balancers use an IP
address.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound, JsonResponse

from apps.common.caches import is_redis_away


def livez(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 if PostgreSQL answers, else 503. Reports Redis too, without which the site still works."""
    state = {"version": settings.VERSION}
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
    """Public tasks, profiles and information pages may be crawled; pages that need a login are excluded."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


def version(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"name": "tradewind", "version": settings.VERSION})


def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus; only with the token, because they include amounts of money."""
    removeprefix = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(removeprefix.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponseNotFound("", content_type="text/plain")
    from apps.dashboard.queries import metrics as measured

    body, content_type = measured.exposition()
    return HttpResponse(body, content_type=content_type)


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/livez": livez,
    "/readyz": readyz,
    "/version": version,
    "/metrics": metrics,
}


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        page = PAGES.get(request.path_info)
        if page is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        answer = page(request)
        answer["Cache-Control"] = "no-store"
        return answer
