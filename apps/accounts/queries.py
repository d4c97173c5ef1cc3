from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts import rules
from apps.accounts.models import Membership, Organization, PersonalToken, Profile, User
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
