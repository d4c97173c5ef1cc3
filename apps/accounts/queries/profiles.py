"""Public profiles."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from apps.accounts import rules
from apps.accounts.models import PortfolioItem, Profile, ProfileSkill
from apps.common import caches
from apps.common.actors import Actor


def profiles_visible_to(actor: Actor) -> QuerySet[Profile]:
    """Public profiles and the actor's own. A profile hidden by moderation is visible only to its owner and staff."""
    everybody = Q(is_public=True, hidden_at=None, organization__is_active=True)
    own = Q(organization_id=actor.organization_id) if actor.organization_id else Q(pk__in=[])
    profiles = Profile.objects.select_related("organization")
    return profiles if actor.is_staff else profiles.filter(everybody | own)


def has_skills(organization_id: UUID) -> bool:
    return ProfileSkill.objects.filter(profile__organization_id=organization_id).exists()


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
