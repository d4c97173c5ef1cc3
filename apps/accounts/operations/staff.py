"""Roles of the marketplace's staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies, rules
from apps.accounts.models import (
    StaffAssignment,
    User,
)
from apps.accounts.operations.access_log import record_access
from apps.accounts.queries import members
from apps.accounts.states import StaffRole
from apps.common.actors import Actor
from apps.common.errors import Conflict


class LastAdministrator(Conflict):
    code = "last_administrator"
    message = _("The marketplace needs at least one administrator.")


@transaction.atomic
def grant_staff_role(*, user_id: UUID, role: str, actor: Actor, now: datetime) -> StaffAssignment:
    """
    Grant a staff role; the first one makes the person a staff member. Nobody can grant a role to themselves.

    :raises policies.StaffOnly: unless the actor is an administrator.
    :raises policies.OwnRole: for the actor's own role.
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
    Withdraw a staff role; without any role the person is not staff any more.

    :raises policies.StaffOnly: unless the actor is an administrator.
    :raises policies.OwnRole: for the actor's own role.
    :raises LastAdministrator: if there would be no administrator.
    """
    policies.check_can_grant_staff_role(actor, user_id)
    # Two administrators who remove each other are serialized here, so that one of them stays.
    list(User.objects.select_for_update().filter(is_staff=True).order_by("id"))
    user = User.objects.select_for_update().get(id=user_id)
    user.staff_assignments.filter(role=role).delete()
    if role == StaffRole.ADMINISTRATOR and user.is_superuser:
        user.is_superuser = False
    user.is_staff = bool(user.staff_roles)
    user.save(update_fields=["is_staff", "is_superuser"])
    if not members.staff_to_notify(rules.ADMINISTER):
        raise LastAdministrator
    record_access("accounts.staff_role_withdrawn", actor=actor, details={"user": str(user_id), "role": role}, now=now)
