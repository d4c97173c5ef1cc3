"""
The search for people. Every condition but the rate is a token of the profile's search column, so one index answers any
combination of them; `operations.profiles.index` writes the tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import Combinable

from apps.accounts.models import PUBLIC, Profile
from apps.accounts.states import LanguageLevel, countries_of
from apps.common import caches, keyset, tokens
from apps.common.working_hours import WorkingHours, hours_together
from apps.skills import queries as skills
from apps.skills.rules import SKILL, concept

COUNT_MAX = 1000
HOURS_MAX = 500
"""How many pairs of a time zone and working hours are compared with the reader's; the most frequent ones."""
RELEVANCE, NEWEST = "relevance", "new"


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """
    :param skill_ids: all must be there.
    :param hours: the reader's hours, of which `overlap_hours` must be common.
    :param rates_minor: by currency the lowest and highest rate an hour; None for no filter by rate.
    """

    text: str = ""
    skill_ids: tuple[UUID, ...] = ()
    country: str = ""
    region: str = ""
    language: str = ""
    availability: str = ""
    overlap_hours: int = 0
    hours: WorkingHours | None = None
    rates_minor: tuple[tuple[str, int | None, int | None], ...] | None = None
    sort: str = ""

    @property
    def order(self) -> str:
        return self.sort if self.sort == NEWEST or not self.text.strip() else RELEVANCE

    @property
    def key(self) -> str:
        """Names what is found, in whatever order: for caches."""
        return sha256(repr(replace(self, sort="")).encode()).hexdigest()


def facet_tokens(profile: Profile, languages: Mapping[str, str]) -> list[str]:
    """
    Return the tokens of what people are filtered by.

    :param languages: level by code.
    """
    organization = profile.organization
    hours = WorkingHours(organization.time_zone, profile.works_from_hour, profile.works_to_hour)
    return [
        _token("country", organization.country),
        _token("availability", profile.availability),
        _hours_token(hours),
        *(_token("language", code) for code in languages),
        *(_token("fluent", code) for code, level in languages.items() if level in FLUENT),
    ]


FLUENT = (LanguageLevel.FLUENT, LanguageLevel.NATIVE)


def _token(kind: str, value: str) -> str:
    return f"={kind}:{value}"


def _hours_token(hours: WorkingHours) -> str:
    return _token("hours", f"{hours.time_zone}/{hours.from_hour}-{hours.to_hour}")


def people(filters: PeopleFilter, now: datetime, *, among: Iterable[QuerySet[Any, UUID]] = ()) -> QuerySet[Profile]:
    """
    Return public profiles of freelancers that match all filters, and all words, or else any of them.

    :param among: ids of organizations that higher apps know something about; one must be in all of them.
    """
    profiles = Profile.objects.filter(PUBLIC, organization__works=True, organization__is_active=True)
    by_tokens = skills.matching(filters.text, _conditions(filters, now), function="accounts_profiles_matching")
    profiles = profiles.filter(by_tokens)
    if filters.rates_minor is not None:
        profiles = profiles.filter(_rate_within(filters.rates_minor))
    for ids in among:
        profiles = profiles.filter(organization_id__in=ids)
    return profiles


def _conditions(filters: PeopleFilter, now: datetime) -> list[list[str]]:
    """Groups of tokens, any of which must be there; an empty group cannot match."""
    groups = [[concept(SKILL, skill_id)] for skill_id in filters.skill_ids]
    if filters.country:
        groups.append([_token("country", filters.country)])
    if filters.region:
        groups.append([_token("country", code) for code in countries_of(filters.region)])
    if filters.language:
        groups.append([_token("language", filters.language)])
    if filters.availability:
        groups.append([_token("availability", filters.availability)])
    if filters.overlap_hours and filters.hours:
        groups.append(hours_in_common(filters.hours, filters.overlap_hours, now))
    return groups


def hours_in_common(own: WorkingHours, hours_min: int, now: datetime) -> list[str]:
    """Return the tokens of all time zones and working hours that have so many hours a day in common with one's own."""
    return [_hours_token(other) for other in _hours_of_people() if hours_together(own, other, now) >= hours_min]


def _hours_of_people() -> list[WorkingHours]:
    def compute() -> list[WorkingHours]:
        names = ("organization__time_zone", "works_from_hour", "works_to_hour")
        rows = Profile.objects.filter(PUBLIC).values_list(*names).annotate(count=Count("id")).order_by("-count", *names)
        return [WorkingHours(zone, start, end) for zone, start, end, _ in rows[:HOURS_MAX]]

    return caches.remembered("people:hours", settings.LIST_MEMORY_SECONDS, compute)


def _rate_within(rates_minor: Iterable[tuple[str, int | None, int | None]]) -> Q:
    result = Q(pk__in=[])
    for currency, lowest, highest in rates_minor:
        part = Q(rate_currency=currency)
        part &= Q(rate_amount_minor__gte=lowest) if lowest is not None else Q(rate_amount_minor__isnull=False)
        result |= part & Q(rate_amount_minor__lte=highest) if highest is not None else part
    return result


def page(matching: QuerySet[Profile], filters: PeopleFilter, cursor: str = "", size: int = 20) -> keyset.Page[Profile]:
    """One page of what `people` found, with what a list shows of each person."""
    shown = _with_parts(matching)
    if filters.order == RELEVANCE:
        rank: Combinable = tokens.rank(*skills.search_terms(filters.text).for_rank)
        everything = _with_parts(Profile.objects.all())
        return keyset.ranked_page(
            shown, everything=everything, rank=rank, newest="-updated_at", cursor=cursor, size=size
        )
    return keyset.page(shown, order="-updated_at", cursor=cursor, size=size, has_nulls=False)


def _with_parts(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    return profiles.select_related("organization").prefetch_related("skills", "languages").defer("search_vector", "bio")


def count(matching: QuerySet[Profile], key: str) -> int:
    """The number of profiles, counted up to `COUNT_MAX` + 1, as of up to `LIST_MEMORY_SECONDS` ago."""
    return caches.remembered(
        f"people:count:{key}", settings.LIST_MEMORY_SECONDS, lambda: matching.order_by()[: COUNT_MAX + 1].count()
    )


def rate_currencies() -> list[str]:
    """Return the currencies in which people state their rates, as of up to `LIST_MEMORY_SECONDS` ago."""
    return caches.remembered(
        "people:currencies",
        settings.LIST_MEMORY_SECONDS,
        lambda: list(
            Profile.objects.filter(PUBLIC, rate_amount_minor__isnull=False)
            .order_by("rate_currency")
            .values_list("rate_currency", flat=True)
            .distinct()
        ),
    )
