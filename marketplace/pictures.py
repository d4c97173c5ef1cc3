"""
Photos and logos of people and companies, at addresses that browsers and proxies keep for a year.

Answered before the session is read, because they are the same for everybody: a list of people needs no further
statements for its pictures, and the responses do not vary by cookies.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.accounts.pictures import FOLDER
from apps.accounts.views.pictures import picture

_ADDRESS = re.compile(rf"{FOLDER}([0-9a-f]{{32}})-(\d{{2,3}})\.webp")


class PictureMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = _ADDRESS.fullmatch(request.path_info)
        return picture(request, address[1], int(address[2])) if address else self.get_response(request)
