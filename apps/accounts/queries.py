from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from apps.accounts import rules
from apps.accounts.models import (
    Membership,
    MembershipInvitation,
    Organization,
    PersonalToken,
    PortfolioItem,
    Profile,
    User,
)
from apps.common.actors import STRANGER, Actor


def actor_for(user: User, organization_id: UUID | None = None) -> Actor:
    """
    The user acting for one of their organizations: the one asked for, else the last used, else the oldest.

    An organization that the user does not belong to is never acted for.
    """
    memberships = {
        membership.organization_id: membership
        for membership in Membership.objects.filter(user=user, organization__is_active=True).order_by("created_at")
    }
    wanted = organization_id if organization_id in memberships else user.last_organization_id
    membership = memberships.get(wanted) if wanted in memberships else next(iter(memberships.values()), None)
    if membership is None:
        return Actor(user_id=user.pk, is_staff=user.is_staff)
    return Actor(
        user_id=user.pk,
        organization_id=membership.organization_id,
        capabilities=rules.capabilities(membership.role),
        is_staff=user.is_staff,
    )


def actor_of(user: object, organization_id: UUID | None = None) -> Actor:
    return actor_for(user, organization_id) if isinstance(user, User) else STRANGER


def organizations_of(user: User) -> QuerySet[Organization]:
    return Organization.objects.filter(memberships__user=user, is_active=True).order_by("created_at")


def organization(organization_id: UUID) -> Organization:
    return Organization.objects.get(id=organization_id)


def profiles_visible_to(actor: Actor) -> QuerySet[Profile]:
    """Public profiles, and the actor's own; what moderation hid is seen by its owner and by staff only."""
    everybody = Q(is_public=True, hidden_at=None, organization__is_active=True)
    own = Q(organization_id=actor.organization_id) if actor.organization_id else Q(pk__in=[])
    profiles = Profile.objects.select_related("organization")
    return profiles if actor.is_staff else profiles.filter(everybody | own)


def members(organization_id: UUID) -> QuerySet[Membership]:
    return Membership.objects.filter(organization_id=organization_id).select_related("user").order_by("created_at")


def users_to_tell(organization_id: UUID, capability: str = rules.VIEW) -> list[User]:
    """Active members whose role includes the capability."""
    roles = [role for role, allowed in rules.CAPABILITIES.items() if capability in allowed]
    return list(
        User.objects.filter(
            memberships__organization_id=organization_id, memberships__role__in=roles, is_active=True
        ).order_by("created_at")
    )


def staff_to_tell() -> list[User]:
    return list(User.objects.filter(is_staff=True, is_active=True).order_by("created_at"))


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def live_token(token: str, now: datetime) -> PersonalToken | None:
    """The token's row, unless it is unknown, revoked, expired or its user is no longer active."""
    return (
        PersonalToken.objects.select_related("user")
        .filter(token_sha256=token_digest(token), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )


def people_visible_to(
    actor: Actor,
    *,
    text: str = "",
    skill_ids: Iterable[UUID] = (),
    country: str = "",
    language: str = "",
    availability: str = "",
) -> QuerySet[Profile]:
    """Profiles of those who work here; `skill_ids` are alternatives, the other filters add up."""
    profiles = profiles_visible_to(actor).filter(organization__works=True, hidden_at=None, is_public=True)
    for word in text.split()[:8]:
        profiles = profiles.filter(
            Q(headline__icontains=word)
            | Q(bio__icontains=word)
            | Q(organization__display_name__icontains=word)
            | Q(skills__skill__labels__text__icontains=word)
        )
    if skills := list(skill_ids):
        profiles = profiles.filter(skills__skill_id__in=skills)
    if country:
        profiles = profiles.filter(organization__country=country)
    if language:
        profiles = profiles.filter(languages__language=language)
    if availability:
        profiles = profiles.filter(availability=availability)
    return profiles.distinct().prefetch_related("skills", "languages")


def countries_of_people() -> list[tuple[str, int]]:
    """(country, how many people there), most first."""
    rows = (
        Profile.objects.filter(organization__works=True, hidden_at=None, is_public=True, organization__is_active=True)
        .values_list("organization__country")
        .annotate(count=Count("id"))
        .order_by("-count", "organization__country")
    )
    return [(country, count) for country, count in rows]


def languages_of_people() -> list[tuple[str, int]]:
    """(language, how many people write it), most first."""
    rows = (
        Profile.objects.filter(organization__works=True, hidden_at=None, is_public=True, organization__is_active=True)
        .exclude(languages=None)
        .values_list("languages__language")
        .annotate(count=Count("id"))
        .order_by("-count", "languages__language")
    )
    return [(language, count) for language, count in rows]


def completeness(profile: Profile) -> tuple[int, list[str]]:
    """Per cent of the profile that is filled in, and the names of the missing parts, the most useful first."""
    parts = {
        "headline": bool(profile.headline),
        "skills": profile.skills.exists(),
        "bio": len(profile.bio) >= 80,
        "languages": profile.languages.exists(),
        "rate": profile.rate is not None,
        "portfolio": profile.portfolio.exists(),
    }
    return rules.completeness(parts), [name for name, filled in parts.items() if not filled]


def pending_invitations(organization_id: UUID, now: datetime) -> QuerySet[MembershipInvitation]:
    return MembershipInvitation.objects.filter(
        organization_id=organization_id, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).order_by("created_at")


def invitation_by_token(token: str, now: datetime) -> MembershipInvitation | None:
    return (
        MembershipInvitation.objects.select_related("organization", "invited_by")
        .filter(token_sha256=token_digest(token), accepted_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )


def portfolio_items_visible_to(actor: Actor) -> QuerySet[PortfolioItem]:
    return PortfolioItem.objects.filter(profile__in=profiles_visible_to(actor)).select_related("image")


def tokens_of(user: User) -> QuerySet[PersonalToken]:
    return (
        PersonalToken.objects.filter(user=user, revoked_at=None).select_related("organization").order_by("-created_at")
    )
