"""Logs every staff action in the admin, for the rows of every app."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.accounts.middleware import actor
from apps.moderation import operations

# Opening the record of a person or an organization; viewing is logged too.
_RECORD = re.compile(r"^(?P<area>\w+)/(?P<model>\w+)/(?P<id>[0-9a-f-]{36}|\d+)/(change|history|delete)/$")
_SECRET = {"csrfmiddlewaretoken", "password", "password1", "password2"}


class AdminAuditMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        root = reverse("admin:index")
        if request.path.startswith(root) and response.status_code < 400 and actor(request).is_staff:
            self._record(request, request.path.removeprefix(root), response)
        return response

    def _record(self, request: HttpRequest, path: str, response: HttpResponse) -> None:
        match = _RECORD.match(path)
        is_write = request.method not in ("GET", "HEAD", "OPTIONS")
        if not is_write and not match:
            return
        operations.record(
            actor=actor(request),
            action="admin.change" if is_write else "admin.view",
            subject_type=f"{match['area']}.{match['model']}" if match else "",
            subject_id=match["id"] if match else "",
            details={
                "path": path,
                "status": response.status_code,
                "fields": sorted(set(request.POST) - _SECRET) if is_write else [],
            },
            now=timezone.now(),
        )
