from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from apps.accounts.models import Organization, User
from apps.bidding import queries as bids
from apps.bidding.models import Bid
from apps.bidding.states import LIVE
from apps.common import keyset
from apps.common.actors import Actor
from apps.common.prepared import attach, prepared
from apps.contracts.models import Contract, Milestone
from apps.messaging.models import Block, Conversation, ConversationSide, Message, MessageFile, Phrase, ReadMark
from apps.messaging.rules import conversations as rules
from apps.messaging.rules.hints import Hint, hints
from apps.messaging.states import ConversationKind, Show
from apps.tasks.models import Task, TaskInvitation
from apps.tasks.queries import LONG_TEXTS
from apps.tasks.states import BidWindow, TaskStatus

INBOX_SIZE, THREAD_SIZE = 30, 100
BLOCKS_SHOWN_MAX, PHRASES_MAX = 200, 20
BADGE_SIDES_MAX = 100
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A conversation as the inbox shows it. Who the other side is may not be known yet: None and ""."""

    conversation: Conversation
    other: Organization | None
    name: str
    last: Message | None
    unread: int
    last_at: datetime
    is_archived: bool


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message with its author as this reader may know them, and what its words warn of."""

    message: Message
    is_own: bool
    author: Organization | None
    person: str
    organization: str
    hints: list[Hint]


# -- rows and their locks


def message_for_update(message_id: UUID) -> Message:
    return Message.objects.select_for_update().get(id=message_id)


def conversation_for_update(conversation_id: UUID) -> Conversation | None:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("contract", "task")
    return rows.filter(id=conversation_id).first()


def conversation_of_contract(contract_id: UUID) -> Conversation | None:
    return Conversation.objects.filter(contract_id=contract_id).first()


def conversation_between(one_id: UUID, other_id: UUID, task_id: UUID | None) -> Conversation | None:
    """Return the conversation of two organizations about a task, or their direct one, whoever opened it."""
    kind = ConversationKind.TASK if task_id else ConversationKind.DIRECT
    pair = Q(opener_id=one_id, recipient_id=other_id) | Q(opener_id=other_id, recipient_id=one_id)
    conversations = Conversation.objects.filter(pair, kind=kind)
    return (conversations.filter(task_id=task_id) if task_id else conversations).first()


# -- who sees what


def _own(actor: Actor, prefix: str = "") -> Q:
    own_id = actor.organization_id
    return Q(**{f"{prefix}opener_id": own_id}) | Q(**{f"{prefix}recipient_id": own_id})


def conversations_of(actor: Actor) -> QuerySet[Conversation]:
    """The conversations of the actor's organization. Staff see reported ones through moderation only."""
    if actor.organization_id is None:
        return Conversation.objects.none()
    rows = Conversation.objects.filter(_own(actor))
    return _with_subject(rows)


def _with_subject(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    related = rows.select_related("opener", "recipient", "contract", "task")
    return related.defer(*(f"task__{name}" for name in LONG_TEXTS))


def conversations_reportable_by(actor: Actor) -> QuerySet[Conversation]:
    return _with_subject(Conversation.objects.all()) if actor.is_staff else conversations_of(actor)


def contracts_of(actor: Actor) -> QuerySet[Contract]:
    """Contracts with the actor's organization as a party."""
    if actor.organization_id is None:
        return Contract.objects.none()
    return Contract.objects.filter(
        Q(employer_id=actor.organization_id) | Q(freelancer_id=actor.organization_id)
    ).select_related("employer", "freelancer")


def messages_visible_to(actor: Actor) -> QuerySet[Message]:
    """The messages of the actor's own conversations. Staff see reported messages through moderation only."""
    related = ("conversation__contract", "conversation__task", "sender_organization", "sender_user")
    messages = Message.objects.select_related(*related)
    if actor.is_staff:
        return messages
    if actor.organization_id is None:
        return messages.none()
    return messages.filter(_own(actor, "conversation__"))


def files_visible_to(actor: Actor) -> QuerySet[MessageFile]:
    if actor.organization_id is None:
        return MessageFile.objects.none()
    visible = MessageFile.objects.filter(_own(actor, "message__conversation__")).select_related("file")
    return visible.filter(message__hidden_at=None)


def hides_opener(conversation: Conversation, now: datetime) -> bool:
    """Whether the recipient may not know yet who opened the conversation (`rules.hides_opener`)."""
    task = conversation.task
    return task is not None and rules.hides_opener(
        is_about_task=conversation.kind == ConversationKind.TASK,
        opener_is_employer=conversation.opener_id == task.employer_id,
        is_sealed=bids.is_sealed(task, now),
    )


def other_side(conversation: Conversation, organization_id: UUID | None, now: datetime) -> Organization | None:
    """Return the other organization; None while the reader may not know who it is."""
    if conversation.opener_id == organization_id:
        return conversation.recipient
    return None if hides_opener(conversation, now) else conversation.opener


def counts_of(conversation_id: UUID, organization_id: UUID) -> tuple[int, int]:
    """The number of messages that the organization has sent and received, each counted up to a few."""
    messages = Message.objects.filter(conversation_id=conversation_id).order_by()
    sent = messages.filter(sender_organization_id=organization_id)[: rules.UNANSWERED_MAX + 1].count()
    received = messages.exclude(sender_organization_id=organization_id)[:1].count()
    return sent, received


def is_involved(task: Task, freelancer_id: UUID, actor: Actor, now: datetime) -> bool:
    """
    Whether the freelancer is invited to the task or has a bid that the actor may know of: an employer does not know of
    sealed ones.
    """
    invited = TaskInvitation.objects.filter(task=task, organization_id=freelancer_id)
    if actor.organization_id == freelancer_id:
        invited = invited.filter(declined_at=None)
    if invited.exists():
        return True
    if actor.organization_id != freelancer_id and bids.is_sealed(task, now):
        return False
    return Bid.objects.filter(task=task, bidder_id=freelancer_id, status__in=LIVE).exists()


def can_write_to_employer(task: Task, organization_id: UUID | None, *, is_invited: bool, has_bid: bool) -> bool:
    """Whether to offer somebody invited or bidding a button to write to the employer."""
    return takes_messages(task) and organization_id not in (None, task.employer_id) and (is_invited or has_bid)


def takes_messages(task: Task) -> bool:
    """Whether its employer and those who are invited or bidding may begin a conversation about it."""
    return task.status in (TaskStatus.OPEN, TaskStatus.DECIDING) and task.hidden_at is None


# -- threads


def thread(contract_id: UUID, actor: Actor) -> QuerySet[Message]:
    """
    A contract's messages, oldest first; empty if the actor is not a party. A hidden message shows its reason instead.
    """
    return _with_people(Message.objects.filter(contract__in=contracts_of(actor), contract_id=contract_id)).order_by(
        "id"
    )


def messages_in(conversation_id: UUID) -> QuerySet[Message]:
    """A conversation's messages, newest first; the caller has checked who reads them."""
    return _with_people(Message.objects.filter(conversation_id=conversation_id)).order_by("-id")


def _with_people(messages: QuerySet[Message]) -> QuerySet[Message]:
    return messages.select_related("sender_organization", "sender_user").prefetch_related("files__file")


def page_of(conversation_id: UUID, before: UUID | None) -> tuple[list[Message], UUID | None]:
    """The newest messages before one, oldest first, and the id before which there are more."""
    messages = messages_in(conversation_id)
    if before:
        messages = messages.filter(id__lt=before)
    rows = list(messages[: THREAD_SIZE + 1])
    shown = rows[:THREAD_SIZE][::-1]
    return shown, shown[0].id if len(rows) > THREAD_SIZE else None


def newest_id(conversation_id: UUID) -> UUID | None:
    return Message.objects.filter(conversation_id=conversation_id).order_by("-id").values_list("id", flat=True).first()


def shown_messages(
    messages: Iterable[Message], conversation: Conversation | None, actor: Actor, now: datetime
) -> list[ShownMessage]:
    """The messages with their authors as the reader may know them; hints are for what the other side wrote."""
    hidden_id = conversation.opener_id if conversation and hides_opener(conversation, now) else None
    result = []
    for message in messages:
        is_own = message.sender_organization_id == actor.organization_id
        is_unnamed = message.sender_organization_id == hidden_id and not is_own
        result.append(
            ShownMessage(
                message=message,
                is_own=is_own,
                author=None if is_unnamed else message.sender_organization,
                person="" if is_unnamed else message.sender_user.display_name,
                organization="" if is_unnamed else message.sender_organization.display_name,
                hints=[] if is_own or message.hidden_at else hints(message.text),
            )
        )
    return result


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


# -- the inbox


def contracts_with_unread(organization_id: UUID, user_id: UUID) -> QuerySet[Any]:
    """
    The organization's contracts with messages that the user has not read, and their number as `unread`: sent by the
    other side since the user's mark, or since the offer if there is none.
    """
    mark = ReadMark.objects.filter(user_id=user_id, conversation__contract=OuterRef("pk")).values("read_at")[:1]
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


def conversations_with_unread(organization_id: UUID, user_id: UUID) -> QuerySet[ConversationSide]:
    """
    `unread_sides` of conversations before a contract, each with `unread`, the number of messages, and `subject`: the
    task's title, or the name of who wrote without a task.
    """
    received = Message.objects.filter(
        conversation=OuterRef("conversation_id"), hidden_at=None, sent_at__gt=OuterRef("seen_until")
    ).order_by()
    unread = received.exclude(sender_organization_id=organization_id).values("conversation")
    counted = unread.annotate(count=Count("pk")).values("count")
    other = Case(
        When(conversation__opener_id=F("organization_id"), then=F("conversation__recipient__display_name")),
        default=F("conversation__opener__display_name"),
    )
    return (
        unread_sides(user_id, organization_id)
        .filter(conversation__contract=None, conversation__hidden_at=None)
        .annotate(seen_until=_seen_until(user_id))
        .annotate(unread=Subquery(counted, output_field=IntegerField()))
        .annotate(
            subject=Coalesce("conversation__task__title", other),
            subject_language=Coalesce("conversation__task__source_language", Value("")),
        )
        .filter(unread__gt=0)
    )


def inbox(
    actor: Actor, user: User, now: datetime, *, show: str = "", text: str = "", cursor: str = ""
) -> keyset.Page[ConversationSide]:
    """One page of `inbox_sides`, the conversation with the newest message first."""
    rows = inbox_sides(actor, user, now, show=show, text=text)
    return keyset.page(rows, order="-last_at", cursor=cursor, size=INBOX_SIZE, has_nulls=False)


def inbox_sides(
    actor: Actor, user: User, now: datetime, *, show: str | None = "", text: str = ""
) -> QuerySet[ConversationSide]:
    """
    The inbox of the actor's organization; each side with `unread` and `last_id`, the number of messages that the user
    has not read and the newest.

    :param show: a value of `Show`; None for all. :param text: words of a name, a title or a message.
    """
    if actor.organization_id is None:
        return ConversationSide.objects.none()
    rows = _inbox_rows(actor, user)
    if show is not None:
        rows = rows.filter(archived_at__isnull=show != Show.ARCHIVED)
    if show == Show.UNREAD:
        rows = rows.filter(received_at__gt=F("seen_until"))
    if text.strip():
        rows = rows.filter(_mentions(text.strip()[:100], actor.organization_id, now))
    return rows


def _inbox_rows(actor: Actor, user: User) -> QuerySet[ConversationSide]:
    messages = Message.objects.filter(conversation=OuterRef("conversation_id"))
    newest = messages.order_by("-id").values("id")[:1]
    sent = messages.filter(hidden_at=None, sent_at__gt=OuterRef("seen_until")).order_by()
    unread = sent.exclude(sender_organization_id=actor.organization_id).values("conversation")
    return (
        sides_of(actor, user)
        .annotate(last_id=Subquery(newest))
        .annotate(unread=Coalesce(Subquery(unread.annotate(count=Count("pk")).values("count")), 0))
    )


def _mentions(text: str, own_id: UUID, now: datetime) -> Q:
    """Sides whose other name, title or messages contain the text. A hidden name is not found."""
    sealed = Q(
        conversation__kind=ConversationKind.TASK,
        conversation__task__bid_window=BidWindow.SEALED,
        conversation__task__status=TaskStatus.OPEN,
        conversation__task__bidding_closes_at__gt=now,
        conversation__task__employer_id=own_id,
    )
    words = Message.objects.filter(conversation=OuterRef("conversation_id"), hidden_at=None, text__icontains=text)
    return (
        Q(conversation__opener_id=own_id, conversation__recipient__display_name__icontains=text)
        | Q(conversation__recipient_id=own_id, conversation__opener__display_name__icontains=text) & ~sealed
        | Q(conversation__contract__title__icontains=text)
        | Q(conversation__task__title__icontains=text)
        | Q(Exists(words))
    )


def inbox_rows(sides: Sequence[ConversationSide], organization_id: UUID | None, now: datetime) -> list[InboxRow]:
    """What the inbox shows of these sides, with one query."""
    last = Message.objects.in_bulk([side.last_id for side in sides if side.last_id])  # type: ignore[attr-defined]
    result = []
    for side in sides:
        other = other_side(side.conversation, organization_id, now)
        result.append(
            InboxRow(
                conversation=side.conversation,
                other=other,
                name=other.display_name if other else "",
                last=last.get(side.last_id),  # type: ignore[attr-defined]
                unread=side.unread,  # type: ignore[attr-defined]
                last_at=side.last_at,
                is_archived=side.archived_at is not None,
            )
        )
    return result


def unread_sides(user_id: Any, organization_id: Any) -> QuerySet[ConversationSide]:
    """
    The conversations of an organization's inbox with something that the user has not read, among the newest
    `BADGE_SIDES_MAX`: the number is shown on every page.

    :param user_id: an id, or an `OuterRef` of the query that this becomes a part of; `organization_id` too.
    """
    user_id, organization_id = (
        OuterRef(ref) if isinstance(ref, OuterRef) else ref for ref in (user_id, organization_id)
    )
    inbox = ConversationSide.objects.filter(organization_id=organization_id, archived_at=None)
    newest = inbox.order_by("-last_at", "-id").values("pk")[:BADGE_SIDES_MAX]
    return ConversationSide.objects.filter(pk__in=newest, received_at__gt=_seen_until(user_id)).order_by()


def _seen_until(user_id: Any) -> Coalesce:
    """The time up to which a user has read the conversation of a `ConversationSide`."""
    mark = ReadMark.objects.filter(user_id=user_id, conversation=OuterRef("conversation_id")).values("read_at")[:1]
    return Coalesce(Subquery(mark), Value(LONG_AGO), output_field=DateTimeField())


def unread_count(user_id: UUID, organization_id: UUID) -> int:
    """How many conversations `unread_sides` has."""
    return len(_unread(user_id, organization_id))


@prepared
def _unread(user_id: UUID, organization_id: UUID) -> QuerySet[ConversationSide, tuple[UUID]]:
    return unread_sides(user_id, organization_id).values_list("pk")


def unread_count_of(user_id: OuterRef, organization_id: OuterRef) -> Func:
    """The number of `unread_sides` as an expression, for an outer query."""
    unread = unread_sides(user_id, organization_id).values("pk")
    return Func(ArraySubquery(unread), function="cardinality", output_field=IntegerField())


def sides_of(actor: Actor, user: User) -> QuerySet[ConversationSide]:
    """The conversations of the actor's organization with `seen_until`, the time up to which the user has read each."""
    if actor.organization_id is None:
        return ConversationSide.objects.none()
    sides = ConversationSide.objects.filter(organization_id=actor.organization_id).select_related(
        "conversation__opener", "conversation__recipient", "conversation__contract", "conversation__task"
    )
    sides = sides.defer(*(f"conversation__task__{name}" for name in LONG_TEXTS))
    return sides.annotate(seen_until=_seen_until(user.pk))


# -- blocks and phrases


def blocks_between(one_id: UUID, other_id: UUID) -> set[UUID]:
    """The ids of those of the two that have blocked the other."""
    pair = Q(organization_id=one_id, blocked_id=other_id) | Q(organization_id=other_id, blocked_id=one_id)
    return set(Block.objects.filter(pair).values_list("organization_id", flat=True))


def blocks_of(actor: Actor) -> QuerySet[Block]:
    """The organizations that the actor's organization has blocked, newest first."""
    if actor.organization_id is None:
        return Block.objects.none()
    return Block.objects.filter(organization_id=actor.organization_id).select_related("blocked").order_by("-id")


def has_contract(one_id: UUID, other_id: UUID) -> bool:
    """Whether the two have a contract that is offered or active."""
    pair = Q(employer_id=one_id, freelancer_id=other_id) | Q(employer_id=other_id, freelancer_id=one_id)
    return Contract.objects.filter(pair, status__in=["offered", "active"]).exists()


def phrases_of(user: User) -> list[Phrase]:
    return list(Phrase.objects.filter(user=user).order_by("id")[:PHRASES_MAX])
