"""Electronic copies are created and validated after the document is committed, because validation is slow."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.work_queue import each_row
from apps.invoicing.formats import cii, schematron
from apps.invoicing.models import Document, ElectronicCopy
from apps.invoicing.queries import documents


def make_electronic_copy(*, document: Document, now: datetime) -> ElectronicCopy:
    """Return the document's EN 16931 form with the findings of the official rules. Created once, then stored."""
    if (electronic_copy := documents.electronic_copy_of(document)) is not None:
        return electronic_copy
    xml, findings = _judged(document)
    with transaction.atomic():
        kept, _ = ElectronicCopy.objects.get_or_create(
            document=document,
            defaults={
                "xml": xml.decode(),
                "sha256": hashlib.sha256(xml).hexdigest(),
                "findings": findings,
                "rules": schematron.rules_version(),
                "checked_at": now,
            },
        )
    return kept


def _judged(document: Document) -> tuple[bytes, list[str]]:
    """Return the XML and its findings; empty XML if the standard cannot express an amount."""
    try:
        xml = cii.write(document.contents)
    except cii.NotExpressible as error:
        return b"", [f"[BR-DEC] {error}"]
    return xml, schematron.findings(xml)


def make_missing_copies(*, now: datetime, limit: int = 50, since: datetime | None = None) -> int:
    """
    Create missing copies, oldest document first. Returns the number created. Safe to run twice, also at the same time.

    :param since: only for documents issued since then, which makes the query faster.
    """

    def make(document_id: UUID) -> None:
        make_electronic_copy(document=documents.document_to_copy(document_id), now=now)

    return each_row("invoicing.make_copies", documents.without_electronic_copy(since), make, now=now, limit=limit)
