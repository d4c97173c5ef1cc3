"""Filters and tags available in every template."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import nh3
from django import template
from django.conf import settings
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from apps.common import fmt
from apps.common.caches import ProcessMemory
from apps.common.frame import part
from apps.common.money import Money

register = template.Library()
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable("table")
_TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "code", "pre", "blockquote", "a", "h3", "h4", "hr", "table",
    "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


@register.filter
def money(amount: Money | None) -> SafeString | str:
    """`1,250.00 USD` as one left-to-right run; "" for None."""
    if amount is None:
        return ""
    return format_html('<bdi dir="ltr" class="num">{}</bdi>', fmt.money(amount))


@register.filter
def number(value: int | Decimal | None) -> str:
    return "" if value is None else fmt.number(value)


@register.filter
def percent(basis_points: int) -> SafeString:
    return format_html('<bdi dir="ltr" class="num">{}</bdi>', fmt.percent_bps(basis_points))


@register.filter
def rate(value: Decimal) -> SafeString:
    return format_html('<bdi dir="ltr" class="num">{}</bdi>', fmt.rate(value))


@register.filter
def moment(value: datetime | None, zone: str | None = None) -> SafeString | str:
    """A time in the reader's zone (or in `zone`), with the ISO form and the zone's name as attributes."""
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        fmt.zone_name(zone, value),
        fmt.date_time(value, zone),
    )


@register.filter
def clock(value: datetime, zone: str | None = None) -> str:
    """The time of day, in the reader's zone or in `zone`."""
    return fmt.clock(value, zone)


@register.filter
def zone_name(zone: str | None) -> str:
    return fmt.zone_name(zone or None)


@register.filter
def day(value: date | None) -> SafeString | str:
    return "" if value is None else format_html('<time datetime="{}">{}</time>', value.isoformat(), fmt.day(value))


@register.filter
def month(value: date | None) -> SafeString | str:
    return "" if value is None else format_html('<time datetime="{}">{}</time>', f"{value:%Y-%m}", fmt.month(value))


@register.filter
def relative(value: datetime | None) -> SafeString | str:
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), fmt.date_time(value), fmt.relative(value)
    )


@register.filter
def duration(value: timedelta) -> str:
    return fmt.duration(value)


@register.filter
def country(code: str) -> str:
    return fmt.country_name(code) if code else ""


@register.filter
def device(user_agent: str) -> str:
    """The browser and system of a User-Agent header, for example `Firefox on Android`."""
    return fmt.device(user_agent)


@register.filter
def language_name(code: str) -> str:
    return fmt.language_name(code) if code else ""


@register.filter
def markdown(text: str) -> SafeString:
    """Users' Markdown as sanitised HTML, without headings; links are marked as external."""
    return _markdown_with(str(text or ""), _TAGS)


@register.filter
def long_markdown(text: str) -> SafeString:
    """The operator's Markdown as sanitised HTML, with headings below that of the page."""
    return _markdown_with(str(text or ""), _TAGS | {"h2", "h3", "h4"})


def _markdown_with(text: str, tags: set[str]) -> SafeString:
    key = sha256(f"{len(tags)}:{text}".encode()).digest()
    return mark_safe(_rendered.get(key, lambda: _sanitised(text, tags)))  # noqa: S308 - nh3 sanitised it


_rendered: ProcessMemory[bytes, str] = ProcessMemory(lambda: settings.REFERENCE_MEMORY_SECONDS, most=2_000)


def _sanitised(text: str, tags: set[str]) -> str:
    html = _markdown.render(text)
    return nh3.clean(html, tags=tags, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """A dictionary's value by a key that is a template variable."""
    return mapping.get(key) if mapping else None


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's query string with some parameters changed; an empty value removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.simple_tag(takes_context=True)
def frame(context: Context, template_name: str, **values: object) -> SafeString:
    """A part around the page, made from these values alone; see `apps.common.frame`."""
    return part(template_name, values, context["request"])
