"""Permissions to read and write a contract's messages."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import StaffOnly as StaffOnly
from apps.accounts.policies import check_may, check_staff_may
from apps.accounts.rules import Act, Side
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, NotAllowed
from apps.contracts.models import Contract
from apps.contracts.states import ENDED, ContractStatus

# After a declined or lapsed offer messages are not needed; after the end of a contract people still settle details.
OPEN_FOR_WORDS = (ContractStatus.OFFERED, ContractStatus.ACTIVE, *ENDED)


class NotAParty(NotAllowed):
    code = "not_a_party"
    message = _("Only the two parties of this contract may do this.")


class RoomClosed(Conflict):
    code = "room_closed"
    message = _("This contract never began, so there is no conversation to add to.")


def is_party(actor: Actor, contract: Contract) -> bool:
    return actor.organization_id in (contract.employer_id, contract.freelancer_id)


def other_party(contract: Contract, organization_id: UUID) -> UUID:
    return contract.freelancer_id if organization_id == contract.employer_id else contract.employer_id


def check_can_write(actor: Actor, contract: Contract) -> None:
    """
    :raises NotAParty: if the actor is not a party. :raises RoleMissing: if the member's role does not allow writing.
    :raises RoomClosed: if the contract's status does not allow messages.
    """
    if not is_party(actor, contract):
        raise NotAParty
    side = Side.EMPLOYER if actor.organization_id == contract.employer_id else Side.FREELANCER
    check_may(actor, Act.WRITE_MESSAGE, actor.organization_id, side)
    if contract.status not in OPEN_FOR_WORDS:
        raise RoomClosed


def check_can_hide(actor: Actor) -> None:
    """Check that the actor may hide a message and show it again. :raises StaffOnly: unless the actor is staff."""
    if not actor.is_system:
        check_staff_may(actor, Act.HIDE_MESSAGE)


def can_write(actor: Actor, contract: Contract) -> bool:
    try:
        check_can_write(actor, contract)
    except DomainError:
        return False
    return True
