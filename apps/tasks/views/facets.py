"""The facets of the list of tasks, and the chips of its active filters."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from apps.accounts.states import HiringFact, Region
from apps.common import fmt
from apps.common.lists import cleaned_query, without
from apps.skills import queries as skills
from apps.tasks import queries
from apps.tasks.queries import TaskFilter
from apps.tasks.states import BidWindow

BIDS_MAX = {"0": 0, "5": 4, "10": 9}
"""By the value in the address: the most bids of a task."""


def facets(filters: TaskFilter, now: datetime) -> dict[str, Any]:
    counts = queries.facet_counts(filters, now)
    by_category, by_language = counts.get("category", {}), counts.get("language", {})
    by_window = counts.get("bid_window", {})
    by_skill = {UUID(value): count for value, count in counts.get("skill", {}).items()}
    facet_ids = [*filters.skill_ids, *(item for item in by_skill if item not in filters.skill_ids)][:10]
    names = skills.labels(facet_ids, get_language() or "en")
    return {
        "category_options": [
            {
                "value": category.slug,
                "label": category.name,
                "count": by_category.get(str(category.id), 0),
                "checked": category.slug == filters.category,
            }
            for category in skills.categories()
        ],
        "language_options": [
            {"value": code, "label": fmt.language_name(code), "count": n, "checked": code == filters.language}
            for code, n in by_language.items()
        ],
        "window_options": [
            {"value": value, "label": label, "count": by_window.get(value, 0), "checked": value == filters.bid_window}
            for value, label in ((BidWindow.OPEN, _("Open bids")), (BidWindow.SEALED, _("Sealed bids")))
        ],
        "posted_options": [
            {"value": days, "label": label, "checked": days == filters.posted_within_days}
            for days, label in ((1, _("Last 24 hours")), (7, _("Last 7 days")), (30, _("Last 30 days")))
        ],
        "bids_options": [
            {"value": value, "label": label, "checked": BIDS_MAX[value] == filters.bids_max}
            for value, label in _bids_labels().items()
        ],
        "employer_options": [
            {"value": fact, "label": HiringFact(fact).label, "checked": fact == filters.employer}
            for fact in HiringFact.values
        ],
        "region_options": [
            {"value": region, "label": Region(region).label, "checked": region == filters.region}
            for region in Region.values
        ],
        "overlap_options": [
            {"value": hours, "label": _hours(hours), "checked": hours == filters.overlap_hours} for hours in (2, 4, 6)
        ],
        "skill_options": [
            {
                "value": skill_id,
                "label": names.get(skill_id, ""),
                "count": by_skill.get(skill_id, 0),
                "checked": skill_id in filters.skill_ids,
            }
            for skill_id in facet_ids
        ],
        "sort_options": [
            ("", _("Relevance") if filters.text.strip() else _("Newest")),
            *([("new", _("Newest"))] if filters.text.strip() else []),
            ("closing", _("Closing soon")),
            ("budget", _("Highest budget")),
        ],
    }


def _bids_labels() -> dict[str, str]:
    fewer = {
        str(count): ngettext("Fewer than %(n)s bid", "Fewer than %(n)s bids", count) % {"n": count} for count in (5, 10)
    }
    return {"0": _("No bids yet"), **fewer}


def _hours(hours: int) -> str:
    return ngettext("At least %(n)s hour", "At least %(n)s hours", hours) % {"n": hours}


def chips(filters: TaskFilter, request: HttpRequest) -> list[dict[str, str]]:
    """The active filters, each with the URL that removes it."""
    active: list[dict[str, str]] = []
    query = QueryDict(cleaned_query(request))

    def add(name: str, label: str, value: str, *, only: str = "") -> None:
        active.append({"label": label, "value": value, "href": without(query, name, only)})

    if filters.text:
        add("q", _("Search"), filters.text)
    if filters.category:
        category = skills.category(filters.category)
        add("category", _("Category"), category.name if category else filters.category)
    if filters.skill_ids:
        names = skills.labels(filters.skill_ids, get_language() or "en")
        for skill_id in filters.skill_ids:
            add("skill", _("Skill"), names.get(skill_id, str(skill_id)), only=str(skill_id))
    if filters.language:
        add("language", _("Language"), fmt.language_name(filters.language))
    if request.GET.get("budget_from"):
        add("budget_from", _("Budget from"), request.GET["budget_from"])
    if request.GET.get("budget_to"):
        add("budget_to", _("Budget to"), request.GET["budget_to"])
    if filters.posted_within_days:
        add("posted", _("Posted"), request.GET["posted"])
    if filters.bid_window:
        add("window", _("Bids"), str(BidWindow(filters.bid_window).label))
    if filters.bids_max is not None:
        add("bids", _("Number of bids"), _bids_labels()[request.GET["bids"]])
    if filters.employer:
        add("employer", _("The employer"), str(HiringFact(filters.employer).label))
    if filters.region:
        add("region", _("Region of the employer"), str(Region(filters.region).label))
    if filters.overlap_hours:
        add("overlap", _("Common working hours"), _hours(filters.overlap_hours))
    return active
