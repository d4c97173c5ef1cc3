"""Who belongs to an organization, who is notified, and open invitations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts import rules
from apps.accounts.models import Membership, MembershipInvitation, User
from apps.accounts.queries.keys import token_digest
from apps.accounts.states import Role


def members(organization_id: UUID) -> QuerySet[Membership]:
    return Membership.objects.filter(organization_id=organization_id).select_related("user").order_by("created_at")


def users_to_notify(organization_id: UUID, capability: str = rules.VIEW) -> list[User]:
    """Active members whose role includes the capability."""
    roles = [role for role, allowed in rules.CAPABILITIES.items() if capability in allowed]
    return list(
        User.objects.filter(
            memberships__organization_id=organization_id, memberships__role__in=roles, is_active=True
        ).order_by("created_at")
    )


def owners(organization_id: UUID) -> list[User]:
    return list(
        User.objects.filter(
            memberships__organization_id=organization_id, memberships__role=Role.OWNER, is_active=True
        ).order_by("created_at")
    )


def staff_to_notify(capability: str = rules.READ) -> list[User]:
    """Active staff whose roles include the capability."""
    roles = [role for role, allowed in rules.STAFF_CAPABILITIES.items() if capability in allowed]
    q = Q(staff_assignments__role__in=roles) | Q(is_superuser=True)
    return list(User.objects.filter(q, is_staff=True, is_active=True).distinct().order_by("created_at"))


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
