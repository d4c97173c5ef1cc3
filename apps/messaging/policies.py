"""Who may write and read in a contract's room."""

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

# A declined or lapsed offer has nobody left to talk to; after the end people still settle small things.
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
    """:raises NotAParty: :raises RoleMissing: :raises RoomClosed: as they say."""
    if not is_party(actor, contract):
        raise NotAParty
    side = Side.EMPLOYER if actor.organization_id == contract.employer_id else Side.FREELANCER
    check_may(actor, Act.WRITE_MESSAGE, actor.organization_id, side)
    if contract.status not in OPEN_FOR_WORDS:
        raise RoomClosed


def check_can_hide(actor: Actor) -> None:
    """Take a message out of sight, and let it be read again. :raises StaffOnly:"""
    if not actor.is_system:
        check_staff_may(actor, Act.HIDE_MESSAGE)


def can_write(actor: Actor, contract: Contract) -> bool:
    try:
        check_can_write(actor, contract)
    except DomainError:
        return False
    return True
