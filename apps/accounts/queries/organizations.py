"""Organizations, and countries that staff have to check."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from apps.accounts.models import AccessEvent, Organization, User
from apps.common import caches


def organizations_of(user: User) -> QuerySet[Organization]:
    return Organization.objects.filter(memberships__user=user, is_active=True).order_by("created_at")


def organization(organization_id: UUID) -> Organization:
    return Organization.objects.get(id=organization_id)


@dataclass(frozen=True, slots=True)
class CountryToCheck:
    organization: Organization
    before: str


def countries_to_check() -> list[CountryToCheck]:
    """Organizations whose changed country staff have not reviewed, the longest waiting first; at most 100."""
    waiting = list(Organization.objects.exclude(country_review_since=None).order_by("country_review_since")[:100])
    actions = ("accounts.country_changed", "accounts.country_checked")
    before: dict[UUID | None, str] = {}
    for event in AccessEvent.objects.filter(organization__in=waiting, action__in=actions).order_by("happened_at", "id"):
        if event.action == "accounts.country_checked":
            before.pop(event.organization_id, None)
        else:  # of several changes since the last check, the first names the country that staff approved
            before.setdefault(event.organization_id, str(event.details["before"]))
    return [CountryToCheck(item, before.get(item.id, "")) for item in waiting]


def lock(organization_id: UUID) -> Organization:
    """The organization, locked: decisions about it are serialized."""
    return Organization.objects.select_for_update().get(id=organization_id)


def zones_of_employers() -> list[str]:
    """Return the time zones of those who hire, most frequent first, as of up to `LIST_MEMORY_SECONDS` ago."""
    rows = Organization.objects.filter(hires=True).values_list("time_zone").annotate(count=Count("id"))
    return caches.remembered(
        "employers:zones",
        settings.LIST_MEMORY_SECONDS,
        lambda: [zone for zone, _ in rows.order_by("-count", "time_zone")[:ZONES_MAX]],
    )


ZONES_MAX = 300
