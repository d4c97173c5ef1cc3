"""Who may act for an organization, or as staff."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.accounts import rules
from apps.accounts.models import Membership, StaffAssignment
from apps.accounts.queries import related
from apps.accounts.rules import Act, SessionLimits, Side
from apps.accounts.states import Role
from apps.common.actors import Actor
from apps.common.errors import DomainError, NotAllowed


class RoleMissing(NotAllowed):
    code = "role_missing"
    message = _("Your role in this organization does not allow this. Ask an owner for another role.")


class NotYours(NotAllowed):
    code = "not_yours"
    message = _("You are not acting for the organization that this belongs to. Switch organization and try again.")


class ScopeMissing(NotAllowed):
    code = "scope_missing"
    message = _("This API key was not made for that. Make a key with the right scope in your settings.")


class NotByKey(NotAllowed):
    code = "not_by_key"
    message = _("No API key may do this. Log in and do it in your browser.")


class FreshLoginNeeded(NotAllowed):
    """Pages let the person reauthenticate and then continue."""

    code = "reauthentication_required"
    title = _("Please confirm that it is you")
    message = _("This is open only for 15 minutes after you logged in. Confirm who you are, then do it again.")


class StaffOnly(NotAllowed):
    code = "staff_only"
    message = _("Only the marketplace's staff may do this.")


class StaffRoleMissing(StaffOnly):
    code = "staff_role_missing"
    message = _("Your role among the staff does not allow this. Ask an administrator.")


def check_acts_for(actor: Actor, organization_id: UUID | None, capability: str) -> None:
    """
    :raises NotYours: if the actor acts for another organization.
    :raises RoleMissing: if the role there does not allow it.
    :raises ScopeMissing: if the scopes of the API key do not allow it.
    """
    if not actor.acts_for(organization_id):
        raise NotYours
    if not actor.may(capability):
        is_keys_fault = actor.key_scopes is not None and capability in actor.role_capabilities
        raise ScopeMissing if is_keys_fault else RoleMissing


def can_act_for(actor: Actor, organization_id: UUID | None, capability: str) -> bool:
    return actor.acts_for(organization_id) and actor.may(capability)


def check_may(actor: Actor, act: Act, organization_id: UUID | None, side: Side = Side.OWN) -> None:
    """
    The single check against the table of acts.

    :raises NotYours, RoleMissing, ScopeMissing: like `check_acts_for`.
    :raises FreshLoginNeeded, NotByKey: if the act needs a fresh login.
    """
    capability = rules.capability_for(act, side)
    if capability is None:
        raise RoleMissing
    check_acts_for(actor, organization_id, capability)
    if rules.ACTS[act].needs_fresh_login:
        check_fresh_login(actor)


def may(actor: Actor, act: Act, organization_id: UUID | None, side: Side = Side.OWN) -> bool:
    """Whether to show a button. A missing fresh login does not hide it, because the login can be renewed."""
    try:
        check_may(actor, act, organization_id, side)
    except FreshLoginNeeded:
        return True
    except DomainError:
        return False
    return True


def check_fresh_login(actor: Actor) -> None:
    """
    :raises FreshLoginNeeded: if the login is not fresh.
    :raises NotByKey: for an API key, which cannot reauthenticate.
    """
    if actor.is_system:
        return
    if actor.key_scopes is not None:
        raise NotByKey
    if not actor.has_fresh_login:
        raise FreshLoginNeeded


def check_is_person(actor: Actor) -> None:
    """:raises NotByKey: for an API key, which acts for one organization and cannot create or choose another."""
    if actor.key_scopes is not None:
        raise NotByKey


def check_staff_may(actor: Actor, act: Act) -> None:
    """
    :raises StaffOnly: unless the actor is staff.
    :raises StaffRoleMissing: if the actor's staff roles do not allow it.
    :raises FreshLoginNeeded, NotByKey: if the act needs a fresh login.
    """
    if not actor.is_staff:
        raise StaffOnly
    if not staff_may(actor, act):
        raise StaffRoleMissing
    if rules.ACTS[act].needs_fresh_login:
        check_fresh_login(actor)


SETTLED_AFTER = timedelta(hours=24)
"""How long a person must have had a role to count as the second person of a two-person approval."""


class SecondPersonTooNew(NotAllowed):
    code = "second_person_too_new"
    message = _(
        "You have had your role in this organization for less than 24 hours, so somebody else has to be the second "
        "person: an owner, or a colleague of longer."
    )


def check_is_settled(actor: Actor, organization_id: UUID, now: datetime) -> None:
    """
    The second person of a two-person approval must be an owner or have had the role for a day, so that the first person
    cannot create a second one.

    :raises NotYours: if the actor is not a member.
    :raises SecondPersonTooNew: if the role is too recent.
    """
    membership = Membership.objects.filter(user_id=actor.person_id, organization_id=organization_id).first()
    if membership is None:
        raise NotYours
    if membership.role != Role.OWNER and now - membership.role_since < SETTLED_AFTER:
        raise SecondPersonTooNew


class OnePersonOnBothSides(NotAllowed):
    code = "one_person_on_both_sides"
    message = _(
        "Somebody belongs to both organizations, or both are paid to the same account. One person cannot be on both "
        "sides of the same work."
    )


def check_are_strangers(one_id: UUID, other_id: UUID, *, since: datetime) -> None:
    """:raises OnePersonOnBothSides: if the two organizations have the same people (`queries.are_related`)."""
    if related.are_related(one_id, other_id, since=since):
        raise OnePersonOnBothSides


class ActsOnBothSides(NotAllowed):
    code = "acts_on_both_sides"
    message = _(
        "You belong to both sides of this work, or did not long ago, so you cannot decide about its money. Somebody "
        "else of your organization has to."
    )


def check_is_of_one_side(actor: Actor, one_id: UUID, other_id: UUID, *, since: datetime) -> None:
    """
    :raises ActsOnBothSides: if the acting person is, or recently was, a member of both organizations
        (`queries.sides_of_person`).
    """
    if actor.user_id and len(related.sides_of_person(actor.user_id, (one_id, other_id), since=since)) > 1:
        raise ActsOnBothSides


class OwnCase(NotAllowed):
    code = "own_case"
    message = _("You belong to one of the two sides. Somebody else has to decide it.")


def check_is_not_own_case(actor: Actor, organization_ids: Collection[UUID], *, since: datetime) -> None:
    """
    :raises OwnCase: for staff who are, or recently were, members of one of these organizations
        (`queries.sides_of_person`).
    """
    if related.sides_of_person(actor.person_id, organization_ids, since=since):
        raise OwnCase


class OwnRole(NotAllowed):
    code = "own_role"
    message = _("Nobody gives themselves a role, or takes it away. Ask another administrator.")


class SecondPersonNotIndependent(NotAllowed):
    code = "second_person_not_independent"
    message = _("The other person gave you your role less than 24 hours ago. Somebody else has to agree.")


def check_is_independent(actor: Actor, first_id: UUID, now: datetime) -> None:
    """
    The second staff member of a two-person approval must not have got a role from the first within the last day.

    :raises SecondPersonNotIndependent: if the first person granted the actor a role within the last day.
    """
    staff_assignments = StaffAssignment.objects.filter(
        user_id=actor.person_id, granted_by_id=first_id, granted_at__gt=now - SETTLED_AFTER
    )
    if staff_assignments.exists():
        raise SecondPersonNotIndependent


class OwnOrganization(NotAllowed):
    code = "own_organization"
    message = _("You belong to this organization yourself. Somebody else has to look at it.")


def check_can_grant_staff_role(actor: Actor, user_id: UUID) -> None:
    """
    :raises StaffOnly: unless the actor is an administrator.
    :raises OwnRole: for the actor's own role.
    """
    if actor.is_system:
        return
    check_staff_may(actor, Act.GRANT_STAFF_ROLE)
    if actor.user_id == user_id:
        raise OwnRole


def check_can_clear_country(actor: Actor, organization_id: UUID) -> None:
    """
    :raises StaffOnly: unless the actor is permitted staff.
    :raises OwnOrganization: if the actor is a member of it.
    """
    check_staff_may(actor, Act.CLEAR_COUNTRY)
    if Membership.objects.filter(user_id=actor.person_id, organization_id=organization_id).exists():
        raise OwnOrganization


def staff_may(actor: Actor, act: Act) -> bool:
    return actor.may_as_staff(rules.capability_for(act, Side.STAFF) or "")


def session_limits(*, is_staff: bool) -> SessionLimits:
    """The session limits from the settings, for staff or for other users."""
    if is_staff:
        idle, age = settings.STAFF_SESSION_IDLE_HOURS, settings.STAFF_SESSION_HOURS_MAX
    else:
        idle, age = settings.SESSION_IDLE_HOURS, settings.SESSION_HOURS_MAX
    return SessionLimits(idle=timedelta(hours=idle), age=timedelta(hours=age))
