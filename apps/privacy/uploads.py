"""
The files that a person uploaded, for the copy of their data, and where each belongs.

Included is what this person uploaded and attached somewhere: to tasks, messages, deliveries or a portfolio. That is
what they provided (Regulation (EU) 2016/679, article 20). Files of others in their contracts, colleagues among them,
are listed and not included: the right to a copy must not harm the rights of others (articles 15 (4) and 20 (4)), and
who may download them depends on the role that a person has at that moment. The contract's room, which stays open after
the end, checks that at each download. Files in messages that staff took down are named only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import PortfolioItem
from apps.contracts.models import DeliverableFile
from apps.files.models import StoredFile
from apps.messaging.models import MessageFile
from apps.tasks.models import TaskAttachment

ROWS_MAX = 20_000
TITLE_MAX = 40
_NOT_IN_NAMES = re.compile(r"[^\w -]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is attached; `folder` is its place in the archive."""

    kind: str
    id: UUID
    title: str
    folder: str
    is_taken_down: bool = False

    def named(self) -> dict[str, str]:
        return {"kind": self.kind, "id": str(self.id), "title": self.title}


def uploads_of(user_id: UUID, *, until: datetime, before: UUID | None = None) -> QuerySet[StoredFile]:
    """
    The attached files that this person uploaded, the newest first.

    :param before: the last file of the part before; None for the first part.
    """
    links = ((TaskAttachment, "file"), (MessageFile, "file"), (DeliverableFile, "file"), (PortfolioItem, "image"))
    is_attached = Q(pk__in=[])
    for model, name in links:
        is_attached |= Q(Exists(model._default_manager.filter(**{name: OuterRef("pk")})))
    files = StoredFile.objects.filter(is_attached, uploaded_by_id=user_id, created_at__lte=until)
    return (files.filter(pk__lt=before) if before else files).order_by("-pk")


def places(files: Sequence[StoredFile]) -> dict[UUID, list[Place]]:
    """Where each of these files is attached."""
    ids = [file.pk for file in files]
    result: dict[UUID, list[Place]] = defaultdict(list)
    for file_id, place in _places(ids):
        result[file_id].append(place)
    return result


def _places(ids: list[UUID]) -> Iterator[tuple[UUID, Place]]:
    for attachment in TaskAttachment.objects.filter(file__in=ids).select_related("task"):
        task = attachment.task
        yield attachment.file_id, Place("task", task.pk, task.title, f"tasks/{_folder(task.title, task.pk)}")
    for delivered in _with_contract(DeliverableFile.objects.filter(file__in=ids)):
        milestone, version = delivered.deliverable.milestone, delivered.deliverable.version
        contract = milestone.contract
        work = f"{_folder(contract.title, contract.pk)}/{_folder(milestone.title, milestone.pk)}"
        folder = f"contracts/{work}/version {version}"
        yield delivered.file_id, Place("delivery", delivered.deliverable_id, milestone.title, folder)
    messages = MessageFile.objects.filter(file__in=ids)
    for sent in messages.select_related("message__conversation__contract", "message__conversation__task"):
        talk = sent.message.conversation
        folder = f"messages/{_folder(talk.title, talk.pk)}"
        yield sent.file_id, Place("message", sent.message_id, talk.title, folder, bool(sent.message.hidden_at))
    for item in PortfolioItem.objects.filter(image__in=ids):
        assert item.image_id is not None
        yield item.image_id, Place("portfolio", item.pk, item.title, f"portfolio/{_folder(item.title, item.pk)}")


def files_of_others(user_id: UUID, organizations: Iterable[UUID], *, until: datetime) -> list[dict[str, Any]]:
    """What others attached in the contracts of these organizations: what it is and where, without the content."""
    own = list(organizations)
    contract = "deliverable__milestone__contract"
    delivered = DeliverableFile.objects.filter(
        Q(**{f"{contract}__employer__in": own}) | Q(**{f"{contract}__freelancer__in": own}), created_at__lte=until
    ).exclude(file__uploaded_by_id=user_id)
    sent = MessageFile.objects.filter(
        Q(message__contract__employer__in=own) | Q(message__contract__freelancer__in=own),
        message__hidden_at=None,
        created_at__lte=until,
    ).exclude(file__uploaded_by_id=user_id)
    result = [
        _described(row.file) | {"contract": str(row.deliverable.milestone.contract_id), "kind": "delivery"}
        for row in _with_contract(delivered).select_related("file").order_by("-pk")[:ROWS_MAX]
    ]
    return result + [
        _described(row.file) | {"contract": str(row.message.contract_id), "kind": "message"}
        for row in sent.select_related("file", "message").order_by("-pk")[:ROWS_MAX]
    ]


def entry(file: StoredFile, attached: Sequence[Place]) -> dict[str, Any]:
    """The lines of the manifest about a file."""
    return _described(file) | {"belongs_to": [place.named() for place in attached]}


def path_of(file: StoredFile, attached: Sequence[Place], used: set[str]) -> str:
    """A path in the archive that no other file has; it is added to `used`."""
    path = f"{attached[0].folder}/{file.name}"
    if path.lower() in used:
        path = f"{attached[0].folder}/{file.pk.hex[-8:]}-{file.name}"
    used.add(path.lower())
    return path


def _described(file: StoredFile) -> dict[str, Any]:
    return {
        "name": file.name, "size": file.size, "sha256": file.sha256, "type": file.content_type,
        "stored_at": file.created_at,
    }  # fmt: skip


def _with_contract(rows: QuerySet[DeliverableFile]) -> QuerySet[DeliverableFile]:
    return rows.select_related("deliverable__milestone__contract")


def _folder(title: str, row_id: UUID) -> str:
    """The title as far as every system takes it as a name, and the end of the id, which makes it unique."""
    words = " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:TITLE_MAX].strip(" -")
    return f"{words} {row_id.hex[-8:]}".strip()
