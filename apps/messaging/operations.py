from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Invalid, NotFound
from apps.contracts.models import Contract
from apps.files.models import StoredFile
from apps.messaging import events, policies, queries
from apps.messaging.models import Message, MessageFile, ReadMark
from apps.outbox import bus

TEXT_LENGTH_MAX = 5000
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


class ContractUnknown(NotFound):
    code = "contract_unknown"


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
    limits.spend("send_message", actor.user_id, now=now)
    text = text.strip()
    _check_content(text, files, actor)
    assert actor.organization_id is not None
    assert actor.user_id is not None
    message = Message.objects.create(
        contract=contract,
        sender_organization_id=actor.organization_id,
        sender_user_id=actor.user_id,
        text=text,
        source_language=source_language,
        sent_at=now,
    )
    MessageFile.objects.bulk_create(MessageFile(message=message, file=file) for file in files)
    bus.publish(
        events.MessageSent(
            message_id=message.id,
            contract_id=contract.id,
            sender_organization_id=actor.organization_id,
            recipient_organization_id=policies.other_party(contract, actor.organization_id),
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
    """Mark everything up to now as read; an earlier time never replaces a later one."""
    if not queries.contracts_of(actor).filter(id=contract_id).exists():
        raise policies.NotAParty
    mark, is_new = ReadMark.objects.select_for_update().get_or_create(
        contract_id=contract_id, user=user, defaults={"read_at": now}
    )
    if not is_new and mark.read_at < now:
        mark.read_at = now
        mark.save(update_fields=["read_at"])


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
