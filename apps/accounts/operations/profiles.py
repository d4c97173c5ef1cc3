"""A freelancer's public profile and portfolio."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts import events, policies
from apps.accounts.models import (
    PortfolioItem,
    Profile,
    ProfileLanguage,
    ProfileSkill,
)
from apps.accounts.queries import people
from apps.accounts.rules import Act
from apps.common import tokens
from apps.common.actors import Actor
from apps.outbox import bus
from apps.skills import queries as skills_queries


@transaction.atomic
def update_profile(
    *,
    organization_id: UUID,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any],
    skills: dict[UUID, int] | None = None,
    languages: dict[str, str] | None = None,
) -> Profile:
    """
    Change a profile. If given, `skills` (id -> level) and `languages` (code -> level) replace the existing ones.

    :raises policies.NotYours, policies.RoleMissing: if the actor may not change it.
    """
    profile = Profile.objects.select_for_update().get(organization_id=organization_id)
    policies.check_may(actor, Act.CHANGE_PROFILE, organization_id)
    for name, value in changes.items():
        setattr(profile, name, value)
    profile.save()
    if skills is not None:
        profile.skills.all().delete()
        ProfileSkill.objects.bulk_create(
            ProfileSkill(profile=profile, skill_id=skill_id, level=level) for skill_id, level in skills.items()
        )
    if languages is not None:
        profile.languages.all().delete()
        ProfileLanguage.objects.bulk_create(
            ProfileLanguage(profile=profile, language=code, level=level) for code, level in languages.items()
        )
    index(profile)
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return profile


def index(profile: Profile) -> None:
    """Fill the profile's search column: name and headline first, then skills, then the text about the person."""
    skill_ids = list(profile.skills.order_by("created_at", "id").values_list("skill_id", flat=True))
    languages = dict(profile.languages.values_list("language", "level"))
    title = f"{profile.organization.display_name}\n{profile.headline}"
    weighted = {
        "A": tokens.index_tokens(title, profile.source_language),
        "B": skills_queries.tokens_of(skill_ids, title=profile.headline),
        "C": tokens.index_tokens(profile.bio, profile.source_language),
        "D": people.facet_tokens(profile, languages),
    }
    Profile.objects.filter(id=profile.id).update(search_vector=tokens.vector(weighted))


@transaction.atomic
def add_portfolio_item(*, organization_id: UUID, actor: Actor, now: datetime, fields: dict[str, Any]) -> PortfolioItem:
    policies.check_may(actor, Act.CHANGE_PROFILE, organization_id)
    profile = Profile.objects.select_for_update().get(organization_id=organization_id)
    item = PortfolioItem.objects.create(profile=profile, position=profile.portfolio.count(), **fields)
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return item


@transaction.atomic
def remove_portfolio_item(*, item_id: UUID, actor: Actor, now: datetime) -> None:
    item = PortfolioItem.objects.select_related("profile").get(id=item_id)
    policies.check_may(actor, Act.CHANGE_PROFILE, item.profile.organization_id)
    item.delete()
    bus.publish(events.ProfileChanged(organization_id=item.profile.organization_id), now=now)


@transaction.atomic
def hide_profile(*, organization_id: UUID, reason_code: str, actor: Actor, now: datetime) -> Profile:
    """Hide a profile for moderation. Its owner still sees it, with the reason."""
    if not actor.is_system:
        policies.check_staff_may(actor, Act.HIDE_PROFILE)
    profile = Profile.objects.select_for_update().get(organization_id=organization_id)
    profile.hidden_at, profile.hidden_reason = now, reason_code
    profile.save(update_fields=["hidden_at", "hidden_reason"])
    bus.publish(events.ProfileHidden(organization_id=organization_id, reason_code=reason_code), now=now)
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return profile


@transaction.atomic
def restore_profile(*, organization_id: UUID, actor: Actor, now: datetime) -> Profile:
    """Show a hidden profile again."""
    if not actor.is_system:
        policies.check_staff_may(actor, Act.HIDE_PROFILE)
    profile = Profile.objects.select_for_update().get(organization_id=organization_id)
    profile.hidden_at, profile.hidden_reason = None, ""
    profile.save(update_fields=["hidden_at", "hidden_reason"])
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return profile
