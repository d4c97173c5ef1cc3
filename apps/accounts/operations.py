"""Writes about people and organizations."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from apps.accounts import events, policies, queries, rules
from apps.accounts.models import (
    Membership,
    MembershipInvitation,
    Organization,
    PersonalToken,
    PortfolioItem,
    Profile,
    ProfileLanguage,
    ProfileSkill,
    User,
)
from apps.accounts.states import Role
from apps.common import currencies, fmt
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotAllowed, NotFound
from apps.outbox import bus

INVITATION_LIFE = timedelta(days=14)


class CountryUnknown(Invalid):
    code = "country_unknown"
    field = "country"
    message = _("Choose a country from the list.")


class CurrencyUnknown(Invalid):
    code = "currency_unknown"
    field = "currency"
    message = _("Choose a currency from the list.")


class LastOwner(Conflict):
    code = "last_owner"
    message = _("An organization needs at least one owner. Make somebody else an owner first.")


class AlreadyMember(Conflict):
    code = "already_member"
    field = "email"
    message = _("This person already belongs to the organization.")


class InvitationGone(NotFound):
    code = "invitation_gone"
    message = _("This invitation has expired or was taken back. Ask for a new one.")


class InvitationForAnother(NotAllowed):
    code = "invitation_for_another"
    message = _("This invitation was sent to another e-mail address. Log in with that address to accept it.")


@transaction.atomic
def create_organization(
    *,
    owner: User,
    kind: str,
    display_name: str,
    country: str,
    currency: str,
    time_zone: str,
    now: datetime,
    legal_name: str = "",
    hires: bool = False,
    works: bool = False,
) -> Organization:
    """
    Found an organization, with its owner and an empty profile.

    :raises CountryUnknown: :raises CurrencyUnknown: for codes outside the tables.
    """
    if country not in dict(fmt.countries()):
        raise CountryUnknown
    if currency not in currencies.exponents():
        raise CurrencyUnknown
    organization = Organization.objects.create(
        kind=kind,
        display_name=display_name,
        legal_name=legal_name,
        handle=_free_handle(display_name),
        country=country,
        currency=currency,
        time_zone=time_zone,
        hires=hires,
        works=works,
    )
    Membership.objects.create(user=owner, organization=organization, role=Role.OWNER)
    Profile.objects.create(organization=organization, source_language=owner.language)
    if owner.last_organization_id is None:
        owner.last_organization = organization
        owner.save(update_fields=["last_organization"])
    bus.publish(events.ProfileChanged(organization_id=organization.id), now=now)
    return organization


def _free_handle(display_name: str) -> str:
    base = slugify(display_name)[:40] or "member"
    handle = base
    while Organization.objects.filter(handle=handle).exists():
        handle = f"{base}-{secrets.token_hex(3)}"
    return handle


@transaction.atomic
def update_organization(*, organization_id: UUID, actor: Actor, now: datetime, changes: dict[str, Any]) -> Organization:
    """Change name, country, zone, currency or what the organization does here."""
    organization = Organization.objects.select_for_update().get(id=organization_id)
    policies.check_acts_for(actor, organization.id, rules.MANAGE_PROFILE)
    if changes.get("country", organization.country) not in dict(fmt.countries()):
        raise CountryUnknown
    if changes.get("currency", organization.currency) not in currencies.exponents():
        raise CurrencyUnknown
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changes))
    bus.publish(events.ProfileChanged(organization_id=organization.id), now=now)
    return organization


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
    Change a profile; `skills` (id -> level) and `languages` (code -> level) replace what was there when given.

    :raises policies.NotYours: :raises policies.RoleMissing: if the actor may not.
    """
    profile = Profile.objects.select_for_update().get(organization_id=organization_id)
    policies.check_acts_for(actor, organization_id, rules.MANAGE_PROFILE)
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
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return profile


@transaction.atomic
def add_portfolio_item(*, organization_id: UUID, actor: Actor, now: datetime, fields: dict[str, Any]) -> PortfolioItem:
    policies.check_acts_for(actor, organization_id, rules.MANAGE_PROFILE)
    profile = Profile.objects.select_for_update().get(organization_id=organization_id)
    item = PortfolioItem.objects.create(profile=profile, position=profile.portfolio.count(), **fields)
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return item


@transaction.atomic
def remove_portfolio_item(*, item_id: UUID, actor: Actor, now: datetime) -> None:
    item = PortfolioItem.objects.select_related("profile").get(id=item_id)
    policies.check_acts_for(actor, item.profile.organization_id, rules.MANAGE_PROFILE)
    item.delete()
    bus.publish(events.ProfileChanged(organization_id=item.profile.organization_id), now=now)


@transaction.atomic
def hide_profile(*, organization_id: UUID, reason_code: str, actor: Actor, now: datetime) -> Profile:
    """Moderation takes a profile out of sight; its owner still sees it, with the reason."""
    if not (actor.is_staff or actor.is_system):
        raise NotAllowed
    profile = Profile.objects.select_for_update().get(organization_id=organization_id)
    profile.hidden_at, profile.hidden_reason = now, reason_code
    profile.save(update_fields=["hidden_at", "hidden_reason"])
    bus.publish(events.ProfileHidden(organization_id=organization_id, reason_code=reason_code), now=now)
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return profile


@transaction.atomic
def restore_profile(*, organization_id: UUID, actor: Actor, now: datetime) -> Profile:
    """Moderation lets a hidden profile be seen again."""
    if not (actor.is_staff or actor.is_system):
        raise NotAllowed
    profile = Profile.objects.select_for_update().get(organization_id=organization_id)
    profile.hidden_at, profile.hidden_reason = None, ""
    profile.save(update_fields=["hidden_at", "hidden_reason"])
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return profile


@transaction.atomic
def switch_organization(*, user: User, organization_id: UUID) -> Organization:
    """
    Act for another of one's organizations from now on.

    :raises policies.NotYours: if the user does not belong to it.
    """
    organization = queries.organizations_of(user).filter(id=organization_id).first()
    if organization is None:
        raise policies.NotYours
    user.last_organization = organization
    user.save(update_fields=["last_organization"])
    return organization


@transaction.atomic
def update_settings(*, user: User, changes: dict[str, Any]) -> User:
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=list(changes))
    return user


# -- members


@transaction.atomic
def invite_member(*, organization_id: UUID, email: str, role: str, actor: Actor, now: datetime) -> MembershipInvitation:
    """
    Ask somebody to join; the mail carries the only copy of the token.

    :raises AlreadyMember: if the address belongs to a member.
    """
    policies.check_acts_for(actor, organization_id, rules.MANAGE_MEMBERS)
    if Membership.objects.filter(organization_id=organization_id, user__email__iexact=email).exists():
        raise AlreadyMember
    _check_can_grant(actor, organization_id, role)
    token = secrets.token_urlsafe(24)
    assert actor.user_id is not None
    invitation = MembershipInvitation.objects.create(
        organization_id=organization_id,
        email=email.lower(),
        role=role,
        invited_by_id=actor.user_id,
        token_sha256=queries.token_digest(token),
        expires_at=now + INVITATION_LIFE,
    )
    bus.publish(events.MemberInvited(invitation_id=invitation.id, token=token), now=now)
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, user: User, now: datetime) -> Membership:
    invitation = (
        MembershipInvitation.objects.select_for_update()
        .filter(token_sha256=queries.token_digest(token), accepted_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )
    if invitation is None:
        raise InvitationGone
    if invitation.email != user.email.lower():
        raise InvitationForAnother
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    membership, _created = Membership.objects.get_or_create(
        user=user, organization_id=invitation.organization_id, defaults={"role": invitation.role}
    )
    return membership


@transaction.atomic
def revoke_invitation(*, invitation_id: UUID, actor: Actor, now: datetime) -> None:
    invitation = MembershipInvitation.objects.select_for_update().filter(id=invitation_id).first()
    if invitation is None:
        raise InvitationGone
    policies.check_acts_for(actor, invitation.organization_id, rules.MANAGE_MEMBERS)
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])


@transaction.atomic
def change_role(*, membership_id: UUID, role: str, actor: Actor) -> Membership:
    """:raises LastOwner: if nobody would own the organization any more."""
    membership = Membership.objects.select_for_update().get(id=membership_id)
    policies.check_acts_for(actor, membership.organization_id, rules.MANAGE_MEMBERS)
    _check_can_grant(actor, membership.organization_id, role)
    _check_can_grant(actor, membership.organization_id, membership.role)
    _check_owner_stays(membership, new_role=role)
    membership.role = role
    membership.save(update_fields=["role"])
    return membership


@transaction.atomic
def remove_member(*, membership_id: UUID, actor: Actor) -> None:
    """Members may leave by themselves; managers may remove others. :raises LastOwner: as above."""
    membership = Membership.objects.select_for_update().get(id=membership_id)
    if membership.user_id != actor.user_id:
        policies.check_acts_for(actor, membership.organization_id, rules.MANAGE_MEMBERS)
        _check_can_grant(actor, membership.organization_id, membership.role)
    _check_owner_stays(membership, new_role=None)
    membership.delete()


def _check_can_grant(actor: Actor, organization_id: UUID, role: str) -> None:
    # Nobody hands out, or takes away, more than they hold: a manager makes no owners.
    if not rules.capabilities(role) <= actor.capabilities and not actor.is_system:
        raise policies.RoleMissing


def _check_owner_stays(membership: Membership, new_role: str | None) -> None:
    if membership.role != Role.OWNER or new_role == Role.OWNER:
        return
    owners = Membership.objects.select_for_update().filter(organization_id=membership.organization_id, role=Role.OWNER)
    if len(owners) < 2:
        raise LastOwner


# -- keys to the API


@transaction.atomic
def create_token(
    *, user: User, actor: Actor, name: str, can_write: bool, expires_at: datetime | None
) -> tuple[PersonalToken, str]:
    """A new key and, this once, its text."""
    if actor.organization_id is None:
        raise policies.NotYours
    text = f"tw_{secrets.token_urlsafe(32)}"
    row = PersonalToken.objects.create(
        user=user,
        organization_id=actor.organization_id,
        name=name,
        prefix=text[:10],
        token_sha256=queries.token_digest(text),
        can_write=can_write,
        expires_at=expires_at,
    )
    return row, text


@transaction.atomic
def revoke_token(*, token_id: UUID, user: User, now: datetime) -> None:
    PersonalToken.objects.filter(id=token_id, user=user, revoked_at=None).update(revoked_at=now)
