"""Finds the users of an organization who are notified."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts import rules as roles
from apps.accounts.models import Organization, User
from apps.accounts.queries import members
from apps.contracts.models import Contract
from apps.notifications import operations
from apps.notifications.catalogue.kinds import Group


def notify_organization(
    organization_id: UUID,
    kind: str,
    key: object,
    now: datetime,
    route: str,
    *route_args: object,
    capability: str = roles.VIEW,
    anchor: str = "",
    replaces_unread: bool = False,
    mailed_with: Group | None = None,
    **params: Any,
) -> None:
    operations.notify(
        users=members.users_to_notify(organization_id, capability),
        organization_id=organization_id,
        kind=kind,
        key=key,
        params=params,
        route=route,
        route_args=route_args,
        anchor=anchor,
        now=now,
        replaces_unread=replaces_unread,
        mailed_with=mailed_with,
    )


def other_members(organization_id: UUID, capability: str, user_id: UUID) -> list[User]:
    """The members to notify of what one of them did."""
    return [user for user in members.users_to_notify(organization_id, capability) if user.pk != user_id]


def name_of(organization_id: UUID) -> str:
    return str(Organization.objects.values_list("display_name", flat=True).get(id=organization_id))


def contract_of(contract_id: UUID) -> Contract:
    return Contract.objects.select_related("employer", "freelancer").get(id=contract_id)
