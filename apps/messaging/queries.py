from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.models import Organization, User
from apps.common.actors import Actor
from apps.common.prepared import attach, prepared
from apps.contracts.models import Contract, Milestone
from apps.messaging.models import Message, MessageFile, ReadMark


@dataclass(frozen=True, slots=True)
class Conversation:
    """The summary of one contract's messages."""

    contract: Contract
    other: Organization
    last: Message
    unread: int


def message_for_update(message_id: UUID) -> Message:
    return Message.objects.select_for_update().get(id=message_id)


def contracts_of(actor: Actor) -> QuerySet[Contract]:
    """Contracts with the actor's organization as a party."""
    if actor.organization_id is None:
        return Contract.objects.none()
    return Contract.objects.filter(
        Q(employer_id=actor.organization_id) | Q(freelancer_id=actor.organization_id)
    ).select_related("employer", "freelancer")


def messages_visible_to(actor: Actor) -> QuerySet[Message]:
    """The messages of the actor's own contracts. Staff see reported messages through moderation only."""
    messages = Message.objects.select_related("contract", "sender_organization", "sender_user")
    return messages if actor.is_staff else messages.filter(contract__in=contracts_of(actor))


def thread(contract_id: UUID, actor: Actor) -> QuerySet[Message]:
    """
    A contract's messages, oldest first; empty if the actor is not a party. A hidden message shows its reason instead.
    """
    return (
        Message.objects.filter(contract__in=contracts_of(actor), contract_id=contract_id)
        .select_related("sender_organization", "sender_user")
        .prefetch_related("files__file")
        .order_by("id")
    )


def messages_of(contract_id: UUID, actor: Actor) -> list[Message]:
    """`thread` as a list, in one or two queries."""
    if actor.organization_id is None:
        return []
    messages = _messages_of(contract_id, actor.organization_id)
    attach(messages, "files", _message_files(contract_id) if messages else [], by="message_id")
    return messages


@prepared
def _messages_of(contract_id: UUID, organization_id: UUID) -> QuerySet[Message]:
    party = Q(contract__employer_id=organization_id) | Q(contract__freelancer_id=organization_id)
    messages = Message.objects.filter(party, contract_id=contract_id)
    return messages.select_related("sender_organization", "sender_user").order_by("id")


@prepared
def _message_files(contract_id: UUID) -> QuerySet[MessageFile]:
    return MessageFile.objects.filter(message__contract_id=contract_id).select_related("file").order_by("id")


def whole_thread(contract_id: UUID) -> QuerySet[Message]:
    """The messages of both sides without hidden ones, for staff who answer a bank."""
    return (
        Message.objects.filter(contract_id=contract_id, hidden_at=None)
        .select_related("sender_organization")
        .prefetch_related("files__file")
        .order_by("id")
    )


def milestone_of_escrow(escrow_id: UUID) -> Milestone | None:
    """Return the milestone that an escrow pays for, with its contract and both sides."""
    milestones = Milestone.objects.filter(escrow_id=escrow_id)
    return milestones.select_related("contract__employer", "contract__freelancer").first()


def files_visible_to(actor: Actor) -> QuerySet[MessageFile]:
    visible = MessageFile.objects.filter(message__contract__in=contracts_of(actor)).select_related("file")
    return visible.filter(message__hidden_at=None)


def read_at(contract_id: UUID, user: User) -> QuerySet[ReadMark]:
    return ReadMark.objects.filter(contract_id=contract_id, user=user)


def contracts_with_unread(organization_id: UUID, user_id: UUID) -> QuerySet[Any]:
    """
    The organization's contracts with messages that the user has not read, and their number as `unread`: sent by the
    other side since the user's mark, or since the offer if there is none.
    """
    mark = ReadMark.objects.filter(user_id=user_id, contract=OuterRef("pk")).values("read_at")[:1]
    sent = Message.objects.filter(contract=OuterRef("pk"), hidden_at=None, sent_at__gt=OuterRef("seen_until"))
    unread = sent.exclude(sender_organization_id=organization_id).order_by()
    counted = unread.values("contract").annotate(count=Count("pk")).values("count")
    own = Q(employer_id=organization_id) | Q(freelancer_id=organization_id)
    return (
        Contract.objects.filter(own)
        .annotate(seen_until=Coalesce(Subquery(mark), "offered_at"))
        .filter(Exists(unread))
        .annotate(unread=Subquery(counted, output_field=IntegerField()))
    )


def conversations(user: User, actor: Actor) -> list[Conversation]:
    """Return contracts that have messages, the most recent message first."""
    if actor.organization_id is None:
        return []
    unread = dict(contracts_with_unread(actor.organization_id, user.pk).values_list("id", "unread"))
    newest = Message.objects.filter(contract=OuterRef("pk")).order_by("-id").values("id")[:1]
    contracts = contracts_of(actor).annotate(last_id=Subquery(newest)).exclude(last_id=None).order_by("-last_id")[:100]
    last = Message.objects.select_related("sender_organization").in_bulk([contract.last_id for contract in contracts])
    return [
        Conversation(
            contract=contract,
            other=contract.freelancer if contract.employer_id == actor.organization_id else contract.employer,
            last=last[contract.last_id],
            unread=unread.get(contract.id, 0),
        )
        for contract in contracts
    ]
