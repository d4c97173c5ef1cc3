"""Writes about people and organizations."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from apps.accounts import events, policies, queries, rules
from apps.accounts.models import (
    UNNAMED_HANDLE,
    AccessEvent,
    Membership,
    MembershipInvitation,
    Organization,
    PastMembership,
    PersonalToken,
    PortfolioItem,
    Profile,
    ProfileLanguage,
    ProfileSkill,
    StaffAssignment,
    User,
)
from apps.accounts.rules import Act
from apps.accounts.states import KeyScope, OrganizationKind, Role, StaffRole
from apps.common import currencies, fmt, limits, tokens
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotAllowed, NotFound
from apps.common.text import canonical_email, is_visible, mailbox_of
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


class NameInvisible(Invalid):
    code = "name_invisible"
    field = "display_name"
    message = _("Write a name of which something can be seen.")


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
    _check_name(display_name)
    limits.spend("create_organization", owner.pk, now=now)
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


def _check_name(name: str) -> None:
    if name and not is_visible(name):
        raise NameInvisible


def _free_handle(display_name: str) -> str:
    base = slugify(tokens.to_latin(display_name))[:40].strip("-") or UNNAMED_HANDLE
    handle = base
    while Organization.objects.filter(handle=handle).exists():
        handle = f"{base}-{secrets.token_hex(3)}"
    return handle


@transaction.atomic
def update_organization(*, organization_id: UUID, actor: Actor, now: datetime, changes: dict[str, Any]) -> Organization:
    """Change name, country, zone, currency or what the organization does here."""
    organization = Organization.objects.select_for_update().get(id=organization_id)
    policies.check_may(actor, Act.CHANGE_ORGANIZATION, organization.id)
    country = changes.get("country", organization.country)
    if country != organization.country:
        policies.check_may(actor, Act.CHANGE_COUNTRY, organization.id)
        limits.spend("change_money_settings", actor.user_id, now=now)
    _check_name(changes.get("display_name", organization.display_name))
    if changes.get("country", organization.country) not in dict(fmt.countries()):
        raise CountryUnknown
    if changes.get("currency", organization.currency) not in currencies.exponents():
        raise CurrencyUnknown
    if country != organization.country:
        before = organization.country
        changes = changes | {"country_review_since": now}
        details = {"before": before, "after": country}
        record_access(
            "accounts.country_changed", actor=actor, organization_id=organization.id, details=details, now=now
        )
        bus.publish(events.CountryChanged(organization.id, before, country, actor.user_id), now=now)
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changes))
    bus.publish(events.ProfileChanged(organization_id=organization.id), now=now)
    return organization


@transaction.atomic
def clear_country(*, organization_id: UUID, actor: Actor, now: datetime) -> Organization:
    """
    Staff looked at a changed country: money may leave again.

    :raises policies.StaffOnly: for anybody else. :raises policies.OwnOrganization: for one's own.
    """
    policies.check_can_clear_country(actor, organization_id)
    organization = Organization.objects.select_for_update().get(id=organization_id)
    if organization.country_review_since is None:
        return organization
    organization.country_review_since = None
    organization.save(update_fields=["country_review_since"])
    details = {"country": organization.country}
    record_access("accounts.country_checked", actor=actor, organization_id=organization.id, details=details, now=now)
    return organization


def record_access(
    action: str, *, actor: Actor, now: datetime, organization_id: UUID | None = None, details: dict[str, Any]
) -> None:
    """Record what changed who may act, where money goes or which law holds; such rows are never changed."""
    AccessEvent.objects.create(
        action=action, user_id=actor.user_id, organization_id=organization_id, details=details, happened_at=now
    )


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
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
    return profile


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
    """Moderation takes a profile out of sight; its owner still sees it, with the reason."""
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
    """Moderation lets a hidden profile be seen again."""
    if not actor.is_system:
        policies.check_staff_may(actor, Act.HIDE_PROFILE)
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
def update_settings(
    *,
    user: User,
    changes: dict[str, Any],
    actor: Actor | None = None,
    organization_name: str | None = None,
    now: datetime | None = None,
) -> User:
    """
    Change what a person says of themselves, and the name of what they act for.

    :param organization_name: needs `actor` and `now`; empty for one who acts under their own name, which then follows
        the person's. A name given to such a one makes it a company.
    :raises policies.NotYours: :raises policies.RoleMissing: if the actor may not rename it.
    """
    _check_name(changes.get("display_name", user.display_name))
    if organization_name is not None and actor is not None and now is not None:
        _rename_organization(user, changes.get("display_name", user.display_name), organization_name, actor, now)
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=list(changes))
    return user


def _rename_organization(user: User, new_name: str, organization_name: str, actor: Actor, now: datetime) -> None:
    own = Organization.objects.get(id=actor.side_id)
    changes: dict[str, Any] = {}
    if organization_name and organization_name != own.display_name:
        changes["display_name"] = organization_name
        if own.kind == OrganizationKind.INDIVIDUAL:
            changes["kind"] = OrganizationKind.COMPANY
    elif not organization_name and own.kind == OrganizationKind.INDIVIDUAL and own.display_name != new_name:
        changes["display_name"] = new_name
    if changes:
        update_organization(organization_id=own.id, actor=actor, now=now, changes=changes)


# -- members


@transaction.atomic
def invite_member(*, organization_id: UUID, email: str, role: str, actor: Actor, now: datetime) -> MembershipInvitation:
    """
    Ask somebody to join; the mail carries the only copy of the token.

    :raises AlreadyMember: if the address belongs to a member.
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
        user=user, organization_id=invitation.organization_id, defaults={"role": invitation.role, "role_since": now}
    )
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
    """:raises LastOwner: if nobody would own the organization any more."""
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
    """Members may leave on their own; managers may remove others. :raises LastOwner: as above."""
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

KEYS_MAX = 10  # of one person


class TooManyKeys(Conflict):
    code = "too_many_keys"
    message = _("You have %(most)s keys in use, which is the most. Revoke one that you no longer need.")


class ScopeUnknown(Invalid):
    code = "scope_unknown"
    field = "scopes"
    message = _("Choose what the key may do from the list.")


@transaction.atomic
def create_token(
    *, user: User, actor: Actor, name: str, scopes: Iterable[str], expires_at: datetime | None, now: datetime
) -> tuple[PersonalToken, str]:
    """
    A new key and, this once, its text. It always reads, and acts within its other scopes.

    :raises policies.FreshLoginNeeded: :raises policies.NotByKey: a key makes no keys.
    :raises TooManyKeys: :raises ScopeUnknown:
    """
    policies.check_may(actor, Act.MAKE_KEY, actor.organization_id)
    limits.spend("create_token", user.pk, now=now)
    granted = [str(scope) for scope in KeyScope if scope == KeyScope.READ or scope in set(scopes)]
    if not set(scopes) <= set(KeyScope.values):
        raise ScopeUnknown
    User.objects.select_for_update().get(id=user.pk)  # two at once are counted one after the other
    if queries.live_tokens_of(user, now).count() >= KEYS_MAX:
        raise TooManyKeys(most=KEYS_MAX)
    text = f"tw_{secrets.token_urlsafe(32)}"
    row = PersonalToken.objects.create(
        user=user,
        organization_id=actor.side_id,
        name=name,
        prefix=text[:10],
        token_sha256=queries.token_digest(text),
        scopes=granted,
        expires_at=expires_at,
    )
    details = {"key": str(row.id), "begins": row.prefix, "scopes": granted}
    record_access("accounts.key_made", actor=actor, organization_id=actor.organization_id, details=details, now=now)
    bus.publish(events.KeyMade(row.id, user.pk), now=now)
    return row, text


@transaction.atomic
def revoke_token(*, token_id: UUID, user: User, now: datetime) -> None:
    revoke_tokens(user=user, now=now, only=[token_id])


@transaction.atomic
def revoke_tokens(*, user: User, now: datetime, only: Iterable[UUID] | None = None) -> int:
    """End one's keys, all of them or those named; returns how many."""
    keys = PersonalToken.objects.select_for_update().filter(user=user, revoked_at=None)
    ended = list(keys if only is None else keys.filter(id__in=list(only)))
    for key in ended:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        record_access(
            "accounts.key_revoked",
            actor=Actor(user_id=user.pk),
            organization_id=key.organization_id,
            details={"key": str(key.id), "begins": key.prefix},
            now=now,
        )
    return len(ended)


# -- the marketplace's staff


class LastAdministrator(Conflict):
    code = "last_administrator"
    message = _("The marketplace needs at least one administrator.")


@transaction.atomic
def grant_staff_role(*, user_id: UUID, role: str, actor: Actor, now: datetime) -> StaffAssignment:
    """
    Make somebody a member of the staff, or give another role. Nobody gives themselves a role.

    :raises policies.StaffOnly: for anybody but administrators. :raises policies.OwnRole:
    """
    policies.check_can_grant_staff_role(actor, user_id)
    user = User.objects.select_for_update().get(id=user_id)
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    staff_assignment, is_new = StaffAssignment.objects.get_or_create(
        user=user, role=role, defaults={"granted_by_id": actor.user_id, "granted_at": now}
    )
    if is_new:
        details = {"user": str(user_id), "role": role}
        record_access("accounts.staff_role_granted", actor=actor, details=details, now=now)
    return staff_assignment


@transaction.atomic
def withdraw_staff_role(*, user_id: UUID, role: str, actor: Actor, now: datetime) -> None:
    """
    Take a role of the staff away; without any, somebody is no member of the staff any more.

    :raises policies.StaffOnly: for anybody but administrators. :raises LastAdministrator:
    """
    policies.check_can_grant_staff_role(actor, user_id)
    # Two administrators who remove each other wait for one another here, so that one of them stays.
    list(User.objects.select_for_update().filter(is_staff=True).order_by("id"))
    user = User.objects.select_for_update().get(id=user_id)
    user.staff_assignments.filter(role=role).delete()
    if role == StaffRole.ADMINISTRATOR and user.is_superuser:
        user.is_superuser = False
    user.is_staff = bool(user.staff_roles)
    user.save(update_fields=["is_staff", "is_superuser"])
    if not queries.staff_to_notify(rules.ADMINISTER):
        raise LastAdministrator
    record_access("accounts.staff_role_withdrawn", actor=actor, details={"user": str(user_id), "role": role}, now=now)
