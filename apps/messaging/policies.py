"""Permissions to read and write messages, about a contract and before one."""

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
from apps.messaging import queries
from apps.messaging.models import Conversation
from apps.messaging.rules import conversations as rules
from apps.messaging.states import ConversationKind
from apps.tasks.models import Task

# After a declined or lapsed offer messages are not needed; after the end of a contract people still settle details.
OPEN_FOR_WORDS = (ContractStatus.OFFERED, ContractStatus.ACTIVE, *ENDED)


class NotAParty(NotAllowed):
    code = "not_a_party"
    message = _("Only the two parties of this contract may do this.")


class NotInvolved(NotAllowed):
    code = "not_involved"
    message = _(
        "Messages about a task are between its employer and those who are invited or have placed a bid. You can ask a "
        "question on the task's page instead: everybody sees the answer."
    )


class NotReachable(Conflict):
    code = "not_reachable"
    message = _("Nobody can be reached there: the profile is closed or hidden.")


class NoMessagesFromYou(NotAllowed):
    code = "no_messages_from_you"
    message = _("This organization takes no messages from you.")


class BlockedByYou(Conflict):
    code = "blocked_by_you"
    message = _("You have blocked this organization. Unblock it first, then write.")


class WaitForAnswer(Conflict):
    code = "wait_for_answer"
    message = _("You have sent %(most)s messages without an answer. You can write again when they have answered.")


class ConversationClosed(Conflict):
    code = "conversation_closed"
    message = _("Our staff closed this conversation. Nobody can write in it.")


class NameNotKnown(Conflict):
    code = "name_not_known"
    message = _(
        "Bids on this task are sealed, so you do not see yet who this is. You can block them when bidding closes."
    )


class ContractGoesOn(Conflict):
    code = "contract_goes_on"
    message = _(
        "You have a contract with this organization, so you need to reach each other. Report what is wrong instead."
    )


class RoomClosed(Conflict):
    code = "room_closed"
    message = _("This contract never began, so there is no conversation to add to.")


def is_party(actor: Actor, contract: Contract) -> bool:
    return actor.organization_id in (contract.employer_id, contract.freelancer_id)


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


def check_can_arrange(actor: Actor, organization_id: UUID | None) -> None:
    """Check that the actor may archive conversations of their organization and block others for it."""
    check_may(actor, Act.ARRANGE_INBOX, organization_id)


def check_can_write_in(actor: Actor, conversation: Conversation) -> None:
    """
    Check that the actor may add a message to a conversation.

    :raises NotAParty: if the actor's organization is not one of its two sides.
    :raises ConversationClosed: if moderation took it down.
    :raises BlockedByYou, NoMessagesFromYou: if one side has blocked the other, before a contract.
    :raises WaitForAnswer: if the other side has not answered yet, before a contract.
    """
    if conversation.kind == ConversationKind.CONTRACT:
        assert conversation.contract is not None
        check_can_write(actor, conversation.contract)
    elif actor.organization_id not in (conversation.opener_id, conversation.recipient_id):
        raise NotAParty
    else:
        check_may(actor, Act.WRITE_MESSAGE, actor.organization_id, Side.EMPLOYER)
    if conversation.hidden_at:
        raise ConversationClosed
    if conversation.kind != ConversationKind.CONTRACT:
        check_are_not_blocked(actor.side_id, _other(conversation, actor.side_id))
        sent, received = queries.counts_of(conversation.id, actor.side_id)
        if not rules.may_add(sent=sent, received=received):
            raise WaitForAnswer(most=rules.UNANSWERED_MAX)


def _other(conversation: Conversation, organization_id: UUID) -> UUID:
    return conversation.recipient_id if conversation.opener_id == organization_id else conversation.opener_id


def check_are_not_blocked(own_id: UUID, other_id: UUID) -> None:
    """:raises BlockedByYou, NoMessagesFromYou: if one of the two has blocked the other."""
    blocked = queries.blocks_between(own_id, other_id)
    if own_id in blocked:
        raise BlockedByYou
    if blocked:
        raise NoMessagesFromYou


def check_can_write_about(actor: Actor, task: Task, other_id: UUID, *, is_involved: bool) -> None:
    """
    Check that the actor may begin a conversation about a task.

    :param other_id: the other side: the employer, or somebody invited or bidding.
    :param is_involved: whether the side that is not the employer is invited or has a bid that the actor may know of.
    :raises NotInvolved: if it is not, or the task is not open and not being decided.
    """
    check_may(actor, Act.WRITE_MESSAGE, actor.organization_id, Side.EMPLOYER)
    if not queries.takes_messages(task) or not is_involved or task.employer_id not in (actor.organization_id, other_id):
        raise NotInvolved
    check_are_not_blocked(actor.side_id, other_id)


def check_can_enquire(actor: Actor, other_id: UUID) -> None:
    """
    Check that the actor may begin a conversation from a profile.

    :raises NotReachable: if it is the actor's own organization.
    """
    check_may(actor, Act.WRITE_MESSAGE, actor.organization_id, Side.EMPLOYER)
    if actor.organization_id == other_id:
        raise NotReachable
    check_are_not_blocked(actor.side_id, other_id)


def why_not_write(actor: Actor, conversation: Conversation) -> DomainError | None:
    """Return the error that `check_can_write_in` would raise, or None."""
    try:
        check_can_write_in(actor, conversation)
    except DomainError as error:
        return error
    return None


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
