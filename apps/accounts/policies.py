"""Who may act for an organization."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.common.actors import Actor
from apps.common.errors import NotAllowed


class RoleMissing(NotAllowed):
    code = "role_missing"
    message = _("Your role in this organization does not allow this. Ask an owner for another role.")


class NotYours(NotAllowed):
    code = "not_yours"
    message = _("You are not acting for the organization that this belongs to. Switch organization and try again.")


def check_acts_for(actor: Actor, organization_id: UUID | None, capability: str) -> None:
    """
    :raises NotYours: if the actor acts for another organization.
    :raises RoleMissing: if the role there does not allow it.
    """
    if not actor.acts_for(organization_id):
        raise NotYours
    if not actor.may(capability):
        raise RoleMissing


def can_act_for(actor: Actor, organization_id: UUID | None, capability: str) -> bool:
    return actor.acts_for(organization_id) and actor.may(capability)
