"""Work that failed after all its attempts and is not retried until staff decide so."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.models import SkippedRow
from apps.gateways.models import WebhookEvent
from apps.notifications.models import EmailDelivery
from apps.outbox.models import Delivery

SHOWN_MAX = 100


class FailureKind(enum.StrEnum):
    DELIVERY = "delivery"
    WEBHOOK = "webhook"
    EMAIL = "email"
    ROW = "row"


LABELS: dict[FailureKind, str | Promise] = {
    FailureKind.DELIVERY: _("Domain events that were not handled"),
    FailureKind.WEBHOOK: _("Webhooks that were not handled"),
    FailureKind.EMAIL: _("E-mails that were not sent"),
    FailureKind.ROW: _("Rows that a job skips"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    kind: FailureKind
    id: str
    what: str
    error: str
    attempts: int
    at: datetime | None
    may_retry: bool = True
    """False for an e-mail with a code: it was deleted, because the code has expired."""


def failures() -> list[tuple[FailureKind, str | Promise, list[Failure]]]:
    """Return the newest failures of each kind, with the kind's name."""
    result = {
        FailureKind.DELIVERY: _deliveries(),
        FailureKind.WEBHOOK: _webhooks(),
        FailureKind.EMAIL: _emails(),
        FailureKind.ROW: _rows(),
    }
    return [(kind, LABELS[kind], rows) for kind, rows in result.items()]


def _deliveries() -> list[Failure]:
    rows = Delivery.objects.filter(status="failed").select_related("event").order_by("-id")[:SHOWN_MAX]
    return [
        Failure(
            FailureKind.DELIVERY, str(row.id), f"{row.event.name} → {row.subscriber}", row.last_error, row.attempts,
            row.event.happened_at,
        )
        for row in rows
    ]  # fmt: skip


def _webhooks() -> list[Failure]:
    rows = WebhookEvent.objects.filter(status="failed").order_by("-received_at")[:SHOWN_MAX]
    return [
        Failure(
            FailureKind.WEBHOOK, str(row.id), f"{row.processor}: {row.type} {row.external_id}", row.last_error,
            row.attempts_made, row.received_at,
        )
        for row in rows
    ]  # fmt: skip


def _emails() -> list[Failure]:
    rows = EmailDelivery.objects.filter(status="failed").order_by("-created_at")[:SHOWN_MAX]
    return [
        Failure(
            FailureKind.EMAIL, str(row.id), f"{row.template} → {row.address}", row.last_error, row.attempts_made,
            row.created_at, may_retry=bool(row.params),
        )
        for row in rows
    ]  # fmt: skip


def _rows() -> list[Failure]:
    rows = SkippedRow.objects.order_by("-failed_at")[:SHOWN_MAX]
    return [
        Failure(FailureKind.ROW, str(row.id), f"{row.job} {row.row_id}", row.error, row.times, row.failed_at)
        for row in rows
    ]
