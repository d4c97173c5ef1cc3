"""Asks people to accept a new version of the terms once it is in force."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

_OPEN = re.compile(r"/[a-z-]+/(?:legal|accounts|settings|account-data|help)/")
"""What a person may use without accepting: the texts, the login, the settings, their data, the end of the account."""


class AcceptTermsMiddleware:
    """
    Pages of somebody who has not accepted the version in force lead to the page that asks for it. What is sent by a
    form is processed first: nobody loses what they wrote. Programs with a key are not asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_page(request) and request.user.is_authenticated:
            due = request.user.terms_due_at
            if due is not None and due <= timezone.now():
                query = urlencode({"next": request.get_full_path()})
                return HttpResponseRedirect(f"{reverse('legal:accept')}?{query}")
        return self.get_response(request)

    def _is_page(self, request: HttpRequest) -> bool:
        return (
            request.method == "GET"
            and "HX-Request" not in request.headers
            and "/api/" not in request.path
            and not _OPEN.match(request.path)
            and "text/html" in request.headers.get("Accept", "")
        )
