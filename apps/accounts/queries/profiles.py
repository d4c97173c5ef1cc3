"""Public profiles and the search for people."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.accounts import rules
from apps.accounts.models import PortfolioItem, Profile, ProfileLanguage, ProfileSkill
from apps.common import caches, tokens
from apps.common.actors import Actor

SEARCH_WORDS_MAX = 6
SEARCH_CHARACTERS_MAX = 100
PEOPLE_COUNT_MAX = 1000


def profiles_visible_to(actor: Actor) -> QuerySet[Profile]:
    """Public profiles and the actor's own. A profile hidden by moderation is visible only to its owner and staff."""
    everybody = Q(is_public=True, hidden_at=None, organization__is_active=True)
    own = Q(organization_id=actor.organization_id) if actor.organization_id else Q(pk__in=[])
    profiles = Profile.objects.select_related("organization")
    return profiles if actor.is_staff else profiles.filter(everybody | own)


def has_skills(organization_id: UUID) -> bool:
    return ProfileSkill.objects.filter(profile__organization_id=organization_id).exists()


def people_visible_to(
    actor: Actor,
    *,
    text: str = "",
    skill_ids: Iterable[UUID] = (),
    country: str = "",
    language: str = "",
    availability: str = "",
) -> QuerySet[Profile]:
    """
    Public profiles of freelancers. One of the `skill_ids` must match; all other filters must match.

    Skills and languages are filtered by subqueries, because joins would multiply the rows with every search word.
    """
    profiles = profiles_visible_to(actor).filter(organization__works=True, hidden_at=None, is_public=True)
    for word in _search_words(text):
        profiles = profiles.filter(_mentions(word))
    if skills := list(skill_ids):
        profiles = profiles.filter(Exists(ProfileSkill.objects.filter(profile=OuterRef("pk"), skill_id__in=skills)))
    if country:
        profiles = profiles.filter(organization__country=country)
    if language:
        profiles = profiles.filter(Exists(ProfileLanguage.objects.filter(profile=OuterRef("pk"), language=language)))
    if availability:
        profiles = profiles.filter(availability=availability)
    return profiles.prefetch_related("skills", "languages")


def _search_words(text: str) -> list[str]:
    return list(dict.fromkeys(text[:SEARCH_CHARACTERS_MAX].split()))[:SEARCH_WORDS_MAX]


def _mentions(word: str) -> Q:
    folded = tokens.fold(word)
    is_short = len(folded) == 1 and folded < "\u0e00"
    # A single letter is part of nearly every text, but it can be the whole name of a skill (C, R).
    labelled = Q(skill__labels__norm=folded) if is_short else Q(skill__labels__norm__contains=folded)
    by_skill = Q(pk__in=ProfileSkill.objects.filter(labelled).values("profile_id"))
    if is_short:
        return by_skill
    return (
        by_skill | Q(headline__icontains=word) | Q(bio__icontains=word) | Q(organization__display_name__icontains=word)
    )


def capped_count(profiles: QuerySet[Profile]) -> int:
    """The number of profiles, counted up to `PEOPLE_COUNT_MAX` + 1."""
    return profiles.order_by()[: PEOPLE_COUNT_MAX + 1].count()


def countries_of_people() -> list[tuple[str, int]]:
    """(country, number of freelancers), largest number first, as of up to `LIST_MEMORY_SECONDS` ago."""
    return caches.remembered("people:countries", settings.LIST_MEMORY_SECONDS, _count_countries)


def _count_countries() -> list[tuple[str, int]]:
    rows = (
        Profile.objects.filter(organization__works=True, hidden_at=None, is_public=True, organization__is_active=True)
        .values_list("organization__country")
        .annotate(count=Count("id"))
        .order_by("-count", "organization__country")
    )
    return [(country, count) for country, count in rows]


def languages_of_people() -> list[tuple[str, int]]:
    """(language, number of freelancers), largest number first, as of up to `LIST_MEMORY_SECONDS` ago."""
    return caches.remembered("people:languages", settings.LIST_MEMORY_SECONDS, _count_languages)


def _count_languages() -> list[tuple[str, int]]:
    rows = (
        Profile.objects.filter(organization__works=True, hidden_at=None, is_public=True, organization__is_active=True)
        .exclude(languages=None)
        .values_list("languages__language")
        .annotate(count=Count("id"))
        .order_by("-count", "languages__language")
    )
    return [(language, count) for language, count in rows]


def completeness(profile: Profile) -> tuple[int, list[str]]:
    """The completed percentage of the profile, and the names of the missing parts, most useful first."""
    parts = {
        "headline": bool(profile.headline),
        "skills": profile.skills.exists(),
        "bio": len(profile.bio) >= 80,
        "languages": profile.languages.exists(),
        "rate": profile.rate is not None,
        "portfolio": profile.portfolio.exists(),
    }
    return rules.completeness(parts), [name for name, filled in parts.items() if not filled]


def portfolio_items_visible_to(actor: Actor) -> QuerySet[PortfolioItem]:
    return PortfolioItem.objects.filter(profile__in=profiles_visible_to(actor)).select_related("image")
