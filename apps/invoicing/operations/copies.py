"""Electronic copies: made and judged after the document is committed, because the judge takes its time."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from apps.invoicing import queries
from apps.invoicing.gateways import cii, schematron
from apps.invoicing.models import Document, ElectronicCopy


def make_electronic_copy(*, document: Document, now: datetime) -> ElectronicCopy:
    """The EN 16931 form of a document with the findings of the official rules, kept once."""
    if (known := queries.electronic_copy_of(document)) is not None:
        return known
    xml = cii.write(document.paper)
    findings = schematron.findings(xml)
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


def make_missing_copies(*, now: datetime, limit: int = 50) -> int:
    """Those that have none yet; gives how many were made. Safe to run twice, and at once."""
    waiting = queries.without_electronic_copy(limit)
    for document in waiting:
        make_electronic_copy(document=document, now=now)
    return len(waiting)
