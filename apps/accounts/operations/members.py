"""Members of an organization, their roles, and invitations."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts import events, policies, rules
from apps.accounts.models import (
    Membership,
    MembershipInvitation,
    PastMembership,
    PersonalToken,
    User,
)
from apps.accounts.operations.access_log import record_access
from apps.accounts.queries import keys as key_queries
from apps.accounts.rules import Act
from apps.accounts.states import Role
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Conflict, NotAllowed, NotFound
from apps.common.text import canonical_email, mailbox_of
from apps.outbox import bus

INVITATION_LIFE = timedelta(days=14)


class LastOwner(Conflict):
    code = "last_owner"
    message = _("An organization needs at least one owner. Make somebody else an owner first.")


class AlreadyMember(Conflict):
    code = "already_member"
    field = "email"
    message = _("This person already belongs to the organization.")


class InvitationGone(NotFound):
    code = "invitation_gone"
    message = _("This invitation has expired or was withdrawn. Ask for a new one.")


class InvitationForAnother(NotAllowed):
    code = "invitation_for_another"
    message = _("This invitation was sent to another e-mail address. Log in with that address to accept it.")


@transaction.atomic
def invite_member(*, organization_id: UUID, email: str, role: str, actor: Actor, now: datetime) -> MembershipInvitation:
    """
    Invite a person to join; only the mail contains the token.

    :raises AlreadyMember: if the address belongs to a member.
    :raises policies.RoleMissing: if the actor may not manage members, or may not grant the role.
    """
    policies.check_may(actor, Act.MANAGE_MEMBERS, organization_id)
    email = canonical_email(email)
    if Membership.objects.filter(organization_id=organization_id, user__email__iexact=email).exists():
        raise AlreadyMember
    _check_can_grant(actor, organization_id, role)
    limits.spend("invite_member", actor.user_id, now=now)
    limits.spend("invitations_to_address", mailbox_of(email), now=now)
    token = secrets.token_urlsafe(24)
    assert actor.user_id is not None
    invitation = MembershipInvitation.objects.create(
        organization_id=organization_id,
        email=email.lower(),
        role=role,
        invited_by_id=actor.user_id,
        token_sha256=key_queries.token_digest(token),
        expires_at=now + INVITATION_LIFE,
    )
    bus.publish(events.MemberInvited(invitation_id=invitation.id, token=token), now=now)
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, user: User, now: datetime) -> Membership:
    invitation = (
        MembershipInvitation.objects.select_for_update()
        .filter(token_sha256=key_queries.token_digest(token), accepted_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )
    if invitation is None:
        raise InvitationGone
    if invitation.email != user.email.lower():
        raise InvitationForAnother
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    membership, _created = Membership.objects.get_or_create(
        user=user, organization_id=invitation.organization_id, defaults={"role": invitation.role, "role_since": now}
    )
    if user.last_organization_id is None:
        user.last_organization_id = invitation.organization_id
        user.save(update_fields=["last_organization"])
    record_access(
        "accounts.member_joined",
        actor=Actor(user_id=user.pk),
        organization_id=invitation.organization_id,
        details={"role": membership.role, "invited_by": str(invitation.invited_by_id)},
        now=now,
    )
    return membership


@transaction.atomic
def revoke_invitation(*, invitation_id: UUID, actor: Actor, now: datetime) -> None:
    invitation = MembershipInvitation.objects.select_for_update().filter(id=invitation_id).first()
    if invitation is None:
        raise InvitationGone
    policies.check_may(actor, Act.MANAGE_MEMBERS, invitation.organization_id)
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])


@transaction.atomic
def change_role(*, membership_id: UUID, role: str, actor: Actor, now: datetime) -> Membership:
    """
    Change a member's role.

    :raises LastOwner: if the organization would have no owner.
    """
    membership = Membership.objects.select_for_update().get(id=membership_id)
    policies.check_may(actor, Act.MANAGE_MEMBERS, membership.organization_id)
    _check_can_grant(actor, membership.organization_id, role)
    _check_can_grant(actor, membership.organization_id, membership.role)
    _check_owner_stays(membership, new_role=role)
    if role != membership.role:
        details = {"user": str(membership.user_id), "before": membership.role, "after": role}
        membership.role, membership.role_since = role, now
        membership.save(update_fields=["role", "role_since"])
        record_access(
            "accounts.role_changed", actor=actor, organization_id=membership.organization_id, details=details, now=now
        )
    return membership


@transaction.atomic
def remove_member(*, membership_id: UUID, actor: Actor, now: datetime) -> None:
    """
    Remove a member. Members may leave; managers may remove others.

    :raises LastOwner: if the organization would have no owner.
    """
    membership = Membership.objects.select_for_update().get(id=membership_id)
    if membership.user_id != actor.user_id:
        policies.check_may(actor, Act.MANAGE_MEMBERS, membership.organization_id)
        _check_can_grant(actor, membership.organization_id, membership.role)
    _check_owner_stays(membership, new_role=None)
    user_id, organization_id, role = membership.user_id, membership.organization_id, membership.role
    membership.delete()
    PastMembership.objects.create(user_id=user_id, organization_id=organization_id, role=role, left_at=now)
    keys = PersonalToken.objects.filter(user_id=user_id, organization_id=organization_id, revoked_at=None)
    details = {"user": str(user_id), "role": role, "keys_ended": keys.update(revoked_at=now)}
    record_access("accounts.member_removed", actor=actor, organization_id=organization_id, details=details, now=now)


def _check_can_grant(actor: Actor, organization_id: UUID, role: str) -> None:
    # Members can grant or remove only roles within their own capabilities: a manager cannot make owners.
    if not rules.capabilities(role) <= actor.capabilities and not actor.is_system:
        raise policies.RoleMissing


def _check_owner_stays(membership: Membership, new_role: str | None) -> None:
    if membership.role != Role.OWNER or new_role == Role.OWNER:
        return
    owners = Membership.objects.select_for_update().filter(organization_id=membership.organization_id, role=Role.OWNER)
    if len(owners) < 2:
        raise LastOwner
