from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, Profile, User
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotFound
from apps.contracts.models import Contract
from apps.files.models import StoredFile
from apps.messaging import events, policies, queries
from apps.messaging.models import Block, Conversation, ConversationSide, Message, MessageFile, Phrase, ReadMark
from apps.messaging.states import ConversationKind
from apps.outbox import bus
from apps.tasks import queries as tasks

TEXT_LENGTH_MAX = 5000
PHRASE_LENGTH_MAX = 500
FILES_MAX = 10


class MessageEmpty(Invalid):
    code = "message_empty"
    field = "text"
    message = _("Write something, or add a file.")


class MessageTooLong(Invalid):
    code = "message_too_long"
    field = "text"
    message = _("A message may have at most %(limit)d characters. Put longer texts into a file.")


class TooManyFiles(Invalid):
    code = "too_many_files"
    field = "files"
    message = _("A message may have at most %(limit)d files.")


class FileOfAnother(Invalid):
    code = "file_of_another"
    field = "files"
    message = _("You may only send files that you uploaded yourself.")


class TooManyPhrases(Conflict):
    code = "too_many_phrases"
    message = _("You keep %(most)s phrases. Remove one that you no longer need, then save this one.")


class ContractUnknown(NotFound):
    code = "contract_unknown"


class ConversationUnknown(NotFound):
    code = "conversation_unknown"


@transaction.atomic
def send(
    *,
    contract_id: UUID,
    text: str,
    source_language: str,
    actor: Actor,
    now: datetime,
    files: Sequence[StoredFile] = (),
) -> Message:
    """
    Send a message to the other party of a contract.

    :raises policies.NotAParty: if the actor is not a party. :raises policies.RoomClosed: if messages are no longer
        possible.
    :raises MessageEmpty: if there is neither text nor a file.
    """
    contract = Contract.objects.select_for_update().filter(id=contract_id).first()
    if contract is None:
        raise ContractUnknown
    policies.check_can_write(actor, contract)
    conversation = _conversation_of(contract, now)
    policies.check_can_write_in(actor, conversation)
    return _write(conversation, text, source_language, actor, now, files)


@transaction.atomic
def send_in(
    *,
    conversation_id: UUID,
    text: str,
    source_language: str,
    actor: Actor,
    now: datetime,
    files: Sequence[StoredFile] = (),
) -> Message:
    """
    Send a message in a conversation.

    :raises policies.NotAParty, ConversationClosed, BlockedByYou, NoMessagesFromYou, WaitForAnswer: like
        `policies.check_can_write_in`.
    :raises MessageEmpty: if there is neither text nor a file.
    """
    conversation = queries.conversation_for_update(conversation_id)
    if conversation is None:
        raise ConversationUnknown
    policies.check_can_write_in(actor, conversation)
    return _write(conversation, text, source_language, actor, now, files)


@transaction.atomic
def write_about_task(
    *,
    task_id: UUID,
    other_id: UUID,
    text: str,
    source_language: str,
    actor: Actor,
    now: datetime,
    files: Sequence[StoredFile] = (),
) -> Message:
    """
    Write to the employer of a task, or as the employer to somebody invited or bidding. The first message opens the
    conversation.

    :raises policies.NotInvolved: if the freelancer is neither invited nor bidding.
    """
    task = tasks.task_for_update(task_id)
    conversation = queries.conversation_between(actor.side_id, other_id, task.id)
    if conversation is None:
        freelancer_id = other_id if actor.organization_id == task.employer_id else actor.side_id
        is_involved = queries.is_involved(task, freelancer_id, actor, now)
        policies.check_can_write_about(actor, task, other_id, is_involved=is_involved)
        conversation = _open(ConversationKind.TASK, other_id, actor, now, task_id=task.id)
    return send_in(
        conversation_id=conversation.id, text=text, source_language=source_language, actor=actor, now=now, files=files
    )


@transaction.atomic
def enquire(
    *,
    organization_id: UUID,
    text: str,
    source_language: str,
    actor: Actor,
    now: datetime,
    files: Sequence[StoredFile] = (),
) -> Message:
    """
    Write to an organization from its profile. The first message opens the conversation.

    :raises policies.NotReachable: if its profile is not public.
    :raises LimitReached: for many new conversations, or the same words to many.
    """
    # Locked, so that two first messages at the same time open one conversation.
    other = Organization.objects.select_for_update().filter(id=organization_id, is_active=True).first()
    conversation = queries.conversation_between(actor.side_id, organization_id, None) if other else None
    if conversation is None:
        if other is None or not Profile.objects.filter(organization=other, is_public=True, hidden_at=None).exists():
            raise policies.NotReachable
        policies.check_can_enquire(actor, other.id)
        limits.spend("same_enquiry", f"{actor.user_id}:{sha256(text.strip().encode()).hexdigest()}", now=now)
        conversation = _open(ConversationKind.DIRECT, other.id, actor, now)
    return send_in(
        conversation_id=conversation.id, text=text, source_language=source_language, actor=actor, now=now, files=files
    )


def _open(
    kind: ConversationKind, other_id: UUID, actor: Actor, now: datetime, *, task_id: UUID | None = None
) -> Conversation:
    limits.spend("open_conversation", actor.user_id, now=now)
    limits.spend("conversations_to_organization", other_id, now=now)
    conversation = Conversation.objects.create(
        kind=kind, task_id=task_id, opener_id=actor.side_id, recipient_id=other_id
    )
    _add_sides(conversation, now)
    return conversation


def _conversation_of(contract: Contract, now: datetime) -> Conversation:
    """The conversation of a contract; the first message creates it. The caller holds the contract's lock."""
    conversation = queries.conversation_of_contract(contract.id)
    if conversation is None:
        conversation = Conversation.objects.create(
            kind=ConversationKind.CONTRACT,
            contract=contract,
            opener_id=contract.employer_id,
            recipient_id=contract.freelancer_id,
        )
        _add_sides(conversation, now)
    return conversation


def _add_sides(conversation: Conversation, now: datetime) -> None:
    ConversationSide.objects.bulk_create(
        ConversationSide(conversation=conversation, organization_id=organization_id, last_at=now)
        for organization_id in (conversation.opener_id, conversation.recipient_id)
    )


def _write(
    conversation: Conversation,
    text: str,
    source_language: str,
    actor: Actor,
    now: datetime,
    files: Sequence[StoredFile],
) -> Message:
    limits.spend("send_message", actor.user_id, now=now)
    text = text.strip()
    _check_content(text, files, actor)
    message = Message.objects.create(
        conversation=conversation,
        contract_id=conversation.contract_id,
        sender_organization_id=actor.side_id,
        sender_user_id=actor.person_id,
        text=text,
        source_language=source_language,
        sent_at=now,
    )
    MessageFile.objects.bulk_create(MessageFile(message=message, file=file) for file in files)
    # A new message brings a conversation back from the archive, on both sides.
    sides = ConversationSide.objects.filter(conversation=conversation)
    sides.filter(organization_id=actor.side_id).update(last_at=Greatest("last_at", Value(now)), archived_at=None)
    sides.exclude(organization_id=actor.side_id).update(
        last_at=Greatest("last_at", Value(now)), received_at=now, archived_at=None
    )
    recipient_id = conversation.recipient_id if conversation.opener_id == actor.side_id else conversation.opener_id
    bus.publish(
        events.MessageSent(
            message_id=message.id,
            conversation_id=conversation.id,
            contract_id=conversation.contract_id,
            sender_organization_id=actor.side_id,
            recipient_organization_id=recipient_id,
        ),
        now=now,
    )
    return message


def _check_content(text: str, files: Sequence[StoredFile], actor: Actor) -> None:
    if not text and not files:
        raise MessageEmpty
    if len(text) > TEXT_LENGTH_MAX:
        raise MessageTooLong(limit=TEXT_LENGTH_MAX)
    if len(files) > FILES_MAX:
        raise TooManyFiles(limit=FILES_MAX)
    if any(file.uploaded_by_id != actor.user_id for file in files):
        raise FileOfAnother


@transaction.atomic
def mark_read(*, contract_id: UUID, user: User, actor: Actor, now: datetime) -> None:
    """Mark a contract's messages up to now as read; without messages there is nothing to mark."""
    if not queries.contracts_of(actor).filter(id=contract_id).exists():
        raise policies.NotAParty
    conversation = queries.conversation_of_contract(contract_id)
    if conversation is not None:
        _mark(conversation.id, user, now)


@transaction.atomic
def mark_conversation_read(*, conversation_id: UUID, user: User, actor: Actor, now: datetime) -> None:
    """Mark everything up to now as read; an earlier time never replaces a later one."""
    if not queries.conversations_of(actor).filter(id=conversation_id).exists():
        raise policies.NotAParty
    _mark(conversation_id, user, now)


def _mark(conversation_id: UUID, user: User, now: datetime) -> None:
    mark, is_new = ReadMark.objects.select_for_update().get_or_create(
        conversation_id=conversation_id, user=user, defaults={"read_at": now}
    )
    if not is_new and mark.read_at < now:
        mark.read_at = now
        mark.save(update_fields=["read_at"])


# -- the inbox


@transaction.atomic
def archive(*, conversation_id: UUID, actor: Actor, now: datetime, is_archived: bool = True) -> None:
    """Move a conversation to the organization's archive, or back. A new message brings it back too."""
    policies.check_can_arrange(actor, actor.organization_id)
    sides = ConversationSide.objects.filter(conversation_id=conversation_id, organization_id=actor.side_id)
    if not sides.update(archived_at=now if is_archived else None):
        raise ConversationUnknown


@transaction.atomic
def block(*, conversation_id: UUID, actor: Actor, now: datetime) -> Block:
    """
    Take no more messages from the other side of a conversation, and move the conversation to the archive.

    :raises policies.NameNotKnown: while the actor may not know who it is.
    :raises policies.ContractGoesOn: during a contract with them.
    """
    policies.check_can_arrange(actor, actor.organization_id)
    conversation = queries.conversations_of(actor).filter(id=conversation_id).first()
    if conversation is None:
        raise ConversationUnknown
    other = queries.other_side(conversation, actor.organization_id, now)
    if other is None:
        raise policies.NameNotKnown
    if queries.has_contract(actor.side_id, other.id):
        raise policies.ContractGoesOn
    blocked, _is_new = Block.objects.get_or_create(
        organization_id=actor.side_id, blocked=other, defaults={"blocked_by_id": actor.person_id}
    )
    archive(conversation_id=conversation.id, actor=actor, now=now)
    return blocked


@transaction.atomic
def unblock(*, block_id: UUID, actor: Actor) -> None:
    policies.check_can_arrange(actor, actor.organization_id)
    Block.objects.filter(id=block_id, organization_id=actor.side_id).delete()


@transaction.atomic
def keep_phrase(*, user: User, text: str) -> Phrase:
    """
    Keep a text to be inserted into messages.

    :raises TooManyPhrases: if the person has as many as fit.
    """
    text = text.strip()[:PHRASE_LENGTH_MAX]
    if not text:
        raise MessageEmpty
    if Phrase.objects.filter(user=user).exclude(text=text).count() >= queries.PHRASES_MAX:
        raise TooManyPhrases(most=queries.PHRASES_MAX)
    return Phrase.objects.get_or_create(user=user, text=text)[0]


@transaction.atomic
def remove_phrase(*, phrase_id: UUID, user: User) -> None:
    Phrase.objects.filter(id=phrase_id, user=user).delete()


# -- moderation


@transaction.atomic
def hide_conversation(*, conversation_id: UUID, reason_code: str, actor: Actor, now: datetime) -> Conversation:
    """Close a conversation and hide its messages (moderation)."""
    policies.check_can_hide(actor)
    conversation = queries.conversation_for_update(conversation_id)
    if conversation is None:
        raise ConversationUnknown
    conversation.hidden_at, conversation.hidden_reason = now, reason_code
    conversation.save(update_fields=["hidden_at", "hidden_reason"])
    messages = Message.objects.filter(conversation=conversation, hidden_at=None)
    messages.update(hidden_at=now, hidden_reason=reason_code)
    bus.publish(events.ConversationHidden(conversation_id=conversation.id, reason_code=reason_code), now=now)
    return conversation


@transaction.atomic
def restore_conversation(*, conversation_id: UUID, actor: Actor, now: datetime) -> Conversation:
    """Open a closed conversation again (moderation)."""
    policies.check_can_hide(actor)
    conversation = queries.conversation_for_update(conversation_id)
    if conversation is None:
        raise ConversationUnknown
    # Not the messages that were hidden on their own account.
    messages = Message.objects.filter(conversation=conversation, hidden_at=conversation.hidden_at)
    messages.update(hidden_at=None, hidden_reason="")
    conversation.hidden_at, conversation.hidden_reason = None, ""
    conversation.save(update_fields=["hidden_at", "hidden_reason"])
    return conversation


@transaction.atomic
def hide(*, message_id: UUID, reason_code: str, actor: Actor, now: datetime) -> Message:
    """Hide a message (moderation). Both parties see that a message was removed and why."""
    policies.check_can_hide(actor)
    message = queries.message_for_update(message_id)
    message.hidden_at, message.hidden_reason = now, reason_code
    message.save(update_fields=["hidden_at", "hidden_reason"])
    bus.publish(events.MessageHidden(message_id=message.id, reason_code=reason_code), now=now)
    return message


@transaction.atomic
def restore(*, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Show a hidden message again (moderation)."""
    policies.check_can_hide(actor)
    message = queries.message_for_update(message_id)
    message.hidden_at, message.hidden_reason = None, ""
    message.save(update_fields=["hidden_at", "hidden_reason"])
    return message
