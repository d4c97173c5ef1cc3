"""The search for freelancers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from apps.accounts.middleware import actor, current_organization
from apps.accounts.models import User
from apps.accounts.policies import may
from apps.accounts.queries import people as people_queries
from apps.accounts.queries import profiles
from apps.accounts.queries.people import PeopleFilter
from apps.accounts.rules import Act, Side
from apps.accounts.states import Availability, Region
from apps.common import fmt
from apps.common.frame import public_content
from apps.common.ids import uuids
from apps.common.lists import cleaned_query, without
from apps.common.money import Money
from apps.common.views import same_for_strangers
from apps.common.working_hours import WorkingHours
from apps.pricing.queries import rates
from apps.reviews import queries as reviews
from apps.skills import queries as skills
from apps.track_records import queries as track_records

OVERLAPS = (2, 4, 6)
RATINGS = {"4": 40, "4.5": 45}
"""By the value in the address: the least mean of the stars, times ten."""
SKILLS_MAX = 5


@same_for_strangers
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    fragment = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    acting, own = actor(request), current_organization(request)
    may_hire = own is not None and own.hires and may(acting, Act.MANAGE_TASK, own.id, Side.EMPLOYER)
    part = f"accounts/people.html#{'live' if fragment else 'content'}"
    user = request.user
    currency = user.display_currency if isinstance(user, User) else "EUR"
    content = public_content(request, part, lambda: _list(request, currency), may_hire=may_hire, currency=currency)
    if not fragment:
        response = render(request, "accounts/people.html", {"content": content})
    else:
        response = HttpResponse(content)
        query = cleaned_query(request)
        response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    response["Vary"] = "HX-Request"
    return response


def _filters(request: HttpRequest, currency: str, now: datetime) -> PeopleFilter:
    def chosen(name: str) -> str:
        return request.GET.get(name, "").strip()[:100].replace("\x00", "")

    overlap = chosen("overlap")
    return PeopleFilter(
        text=chosen("q"),
        skill_ids=tuple(uuids(request.GET.getlist("skill")[:SKILLS_MAX])),
        country=chosen("country"),
        region=chosen("region") if chosen("region") in Region.values else "",
        language=chosen("language"),
        availability=chosen("availability") if chosen("availability") in Availability.values else "",
        overlap_hours=int(overlap) if overlap.isdecimal() and int(overlap) in OVERLAPS else 0,
        hours=WorkingHours(timezone.get_current_timezone_name()),
        rates_minor=_rates(chosen("rate_from"), chosen("rate_to"), currency, now),
        sort=chosen("sort"),
    )


def _rates(
    lowest: str, highest: str, currency: str, now: datetime
) -> tuple[tuple[str, int | None, int | None], ...] | None:
    """Return the limits in every currency in which people state rates; None without a limit."""
    limits = [_amount(text, currency) for text in (lowest, highest)]
    if limits == [None, None]:
        return None
    result = []
    table = rates.rate_table(now.date(), {*people_queries.rate_currencies(), currency})
    for code in people_queries.rate_currencies():
        converted = [limit and table.convert(limit, code) for limit in limits]
        if all(limit is None or item is not None for limit, item in zip(limits, converted, strict=True)):
            low, high = (item.amount.amount_minor if item else None for item in converted)
            result.append((code, low, high))
    return tuple(result)


def _amount(text: str, currency: str) -> Money | None:
    try:
        value = fmt.parse_decimal(text) if text else None
    except fmt.NotANumber:
        return None
    return Money.of(value.quantize(Decimal(1)), currency) if value is not None and 0 <= value < 10**7 else None


def _list(request: HttpRequest, currency: str) -> dict[str, Any]:
    now = timezone.now()
    filters = _filters(request, currency, now)
    rating, is_checked = request.GET.get("rating", ""), request.GET.get("checked") == "1"
    among = [track_records.rated_at_least(RATINGS[rating])] if rating in RATINGS else []
    among += [track_records.with_checked_account()] if is_checked else []
    matching = people_queries.people(filters, now, among=among)
    cursor = request.GET.get("cursor", "")
    page = people_queries.page(matching, filters, cursor)
    total = (
        len(page)
        if not cursor and not page.next_cursor
        else people_queries.count(matching, f"{filters.key}:{rating if among else ''}:{is_checked}")
    )
    shown = {skill.skill_id for profile in page.rows for skill in profile.skills.all()} | set(filters.skill_ids)
    labels = skills.labels(shown, translation.get_language() or "en")
    named = skills.search_terms(filters.text) if filters.text else None
    return {
        "page": page,
        "count": min(total, people_queries.COUNT_MAX),
        "is_capped": total > people_queries.COUNT_MAX,
        "chosen": filters,
        "query": cleaned_query(request),
        "chips": _chips(request, filters, labels),
        "skill_labels": labels,
        "named": bool(named and any(term.exact for term in named.terms)),
        "ratings": reviews.ratings(profile.organization_id for profile in page.rows),
        "records": track_records.kept_records(profile.organization_id for profile in page.rows),
        "chosen_skills": [(skill_id, labels.get(skill_id, "")) for skill_id in filters.skill_ids],
        "next_cursor": page.next_cursor,
        "sort_options": [("", _("Relevance")), ("new", _("Recently updated"))] if filters.text else [],
        "countries": _options(profiles.countries_of_people(), fmt.country_name, filters.country),
        "regions": _options([(value, None) for value in Region.values], lambda v: Region(v).label, filters.region),
        "languages": _options(profiles.languages_of_people(), fmt.language_name, filters.language),
        "availabilities": _options(
            [(value, None) for value in Availability.values], lambda v: Availability(v).label, filters.availability
        ),
        "rating_options": _options(
            [(value, None) for value in RATINGS], lambda v: _stars(v), rating if rating in RATINGS else ""
        ),
        "checked_options": [{"value": "1", "label": _("Payout account checked"), "count": None, "checked": is_checked}],
        "overlaps": _options(
            [(str(hours), None) for hours in OVERLAPS], lambda v: _hours(int(v)), str(filters.overlap_hours or "")
        ),
    }


def _stars(value: str) -> str:
    return _("%(stars)s stars or more") % {"stars": fmt.number(Decimal(value))}


def _hours(hours: int) -> str:
    return ngettext("At least %(n)s hour", "At least %(n)s hours", hours) % {"n": hours}


def _options(
    counted: Iterable[tuple[str, int | None]], name: Callable[[str], object], chosen: str
) -> list[dict[str, object]]:
    everything: dict[str, object] = {"value": "", "label": _("Any"), "count": None, "checked": not chosen}
    return [everything] + [
        {"value": code, "label": name(code), "count": count, "checked": code == chosen}
        for code, count in list(counted)[:40]
    ]


def _chips(request: HttpRequest, filters: PeopleFilter, labels: dict[Any, str]) -> list[dict[str, str]]:
    """The active filters, each with the URL that removes it."""
    query = QueryDict(cleaned_query(request))
    availability = str(Availability(filters.availability).label) if filters.availability else ""
    active = [
        ("q", _("Search"), filters.text),
        ("country", _("Country"), fmt.country_name(filters.country) if filters.country else ""),
        ("region", _("Region"), str(Region(filters.region).label) if filters.region else ""),
        ("language", _("Language"), fmt.language_name(filters.language) if filters.language else ""),
        ("availability", _("Availability"), availability),
        ("overlap", _("Common working hours"), _hours(filters.overlap_hours) if filters.overlap_hours else ""),
        ("rate_from", _("Rate from"), query.get("rate_from", "")),
        ("rate_to", _("Rate to"), query.get("rate_to", "")),
        ("rating", _("Rating"), _stars(query["rating"]) if query.get("rating") in RATINGS else ""),
        ("checked", _("Verified"), _("Payout account checked") if query.get("checked") == "1" else ""),
    ]  # fmt: skip
    chips = [{"label": label, "value": value, "href": without(query, name)} for name, label, value in active if value]
    for skill_id in filters.skill_ids:
        href = without(query, "skill", str(skill_id))
        chips.append({"label": _("Skill"), "value": labels.get(skill_id, str(skill_id)), "href": href})
    return chips
