"""
Parts of pages that look the same to many readers, kept in this process.

The parts around every page (navigation, menus, footer) are rendered from a few values that their tag names
(`{% frame "frame/nav.html" navigation=navigation %}`) and from nothing else, so what is kept for the same values in the
same language is right for everyone. The content of a public list is the same for every reader with the same URL,
language, time zone and currency.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from apps.common import replica
from apps.common.caches import QUERY_CHARACTERS_MAX, SAME_FOR_STRANGERS, ProcessMemory

# In place of what differs from request to request. Nobody can guess them, so no text of a user is replaced.
_TOKEN, _ADDRESS = f"token-{secrets.token_hex(16)}", f"address-{secrets.token_hex(16)}"
_contents: ProcessMemory[tuple[object, ...], str] = ProcessMemory(lambda: settings.STRANGER_PAGE_SECONDS, most=300)
_parts: ProcessMemory[tuple[object, ...], str] = ProcessMemory(lambda: settings.REFERENCE_MEMORY_SECONDS, most=5_000)


def page_token(request: HttpRequest) -> str:
    """The CSRF token of this request. Django would mask it differently at each use, and a kept page has only one."""
    if not hasattr(request, "page_token"):
        request.page_token = get_token(request)  # type: ignore[attr-defined]
    return request.page_token  # type: ignore[attr-defined, no-any-return]


def leave_out_token(request: HttpRequest) -> None:
    """Before a page is rendered that others will get too: it has no CSRF token, and the response no cookie for one."""
    request.page_token = ""  # type: ignore[attr-defined]


def part(template: str, values: Mapping[str, object], request: HttpRequest) -> SafeString:
    """
    The HTML of a part.

    :param values: what the template reads, each hashable. It also has `csrf_token`, and `address`, the page's own.
    """

    def rendered() -> str:
        context = {**values, "csrf_token": _TOKEN, "address": _ADDRESS}
        return str(get_template(template).render(context))

    return _filled(_parts.get((template, get_language(), *values.items()), rendered), request)


def public_content(
    request: HttpRequest, template: str, context: Callable[[], Mapping[str, object]], **reader: object
) -> SafeString:
    """
    The content of a page of public things, kept for `STRANGER_PAGE_SECONDS`.

    :param context: must not depend on more than the URL, the language, the time zone and `reader`. It is called only if
        the content is not kept.
    """

    def rendered() -> str:
        # Without context processors: the template sees nothing of the reader but what is part of the key.
        values = {**reader, **context(), "request": request, "csrf_token": _TOKEN, "address": _ADDRESS}
        return str(get_template(template).render(values))

    # The whole response to a stranger is kept (marketplace/kept_responses.py); twice would be twice as old.
    if SAME_FOR_STRANGERS in request.META or len(request.META.get("QUERY_STRING", "")) > QUERY_CHARACTERS_MAX:
        return _filled(rendered(), request)
    # Members do not get what was read from the replica for strangers.
    place = (request.get_full_path(), get_language(), get_current_timezone_name(), replica.reading_alias())
    key = (template, *place, *reader.items())
    return _filled(_contents.get(key, rendered), request)


def _filled(html: str, request: HttpRequest) -> SafeString:
    if _TOKEN in html:
        html = html.replace(_TOKEN, page_token(request))
    return SafeString(html.replace(_ADDRESS, escape(request.get_full_path())))
