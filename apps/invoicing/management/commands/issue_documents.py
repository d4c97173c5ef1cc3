"""Issue documents for money that moved before this app existed, or whose event could not be handled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.escrow.models import Goodwill, Release
from apps.invoicing.models import Document
from apps.invoicing.operations import copies, credit_notes, documents
from apps.payments.models import Charge, Refund


class Command(BaseCommand):
    help = "Issue the missing documents, oldest first. Existing documents do not change. Can be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        before, now = Document.objects.count(), timezone.now()
        sources: list[tuple[Any, Callable[[Any], object]]] = [
            (
                Charge.objects.filter(status="succeeded").order_by("succeeded_at"),
                lambda key: documents.document_charge(charge_id=key, now=now),
            ),
            (
                Release.objects.order_by("released_at"),
                lambda key: documents.document_release(release_id=key, now=now),
            ),
            (
                Refund.objects.filter(status="succeeded").order_by("created_at"),
                lambda key: documents.document_refund(refund_id=key, now=now),
            ),
            (
                Goodwill.objects.order_by("given_at"),
                lambda key: credit_notes.document_goodwill(goodwill_id=key, now=now),
            ),
        ]
        for rows, issue in sources:
            for key in rows.values_list("id", flat=True).iterator():
                issue(key)
        missing_copies = copies.make_missing_copies(now=now, limit=10_000)
        self.stdout.write(
            f"{Document.objects.count() - before} documents issued, {missing_copies} electronic copies made"
        )
