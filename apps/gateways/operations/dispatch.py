"""
Send documents to gateways. The database is the queue: a row is claimed for a limited time and the claim is committed;
the gateway is called outside any transaction with the idempotency key stored before; then the answer is recorded in one
transaction.

If there is no answer, the row stays unchanged until the claim expires. The next worker looks the outcome up before
sending again, because a processor forgets its idempotency keys after a day. Only a rejection is a failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.common.actors import SYSTEM
from apps.common.backoff import pause_after
from apps.common.clock import Clock
from apps.common.operations import move
from apps.common.states import Machine
from apps.common.work_queue import next_due
from apps.gateways import registry
from apps.gateways.errors import GatewayRefused, GatewayUnavailable
from apps.gateways.models.attempts import AttemptOutcome
from apps.gateways.queries import pauses
from apps.gateways.stripe.amounts import AmountNotSendable

logger = logging.getLogger(__name__)
# The job's time limit (60 s) < the lease < the broker's visibility timeout (3600 s).
LEASE = timedelta(seconds=120)
WAITING = ["requested", "sending"]
KEY_DISPUTED = {"idempotency_error"}
"""Another call used the same key: this answer does not show the outcome of that call."""


class Document(Protocol):
    """A row that is sent to a gateway: a payout, a refund or a transfer reversal."""

    pk: UUID
    status: str
    lease_until: datetime | None
    next_attempt_at: datetime
    attempts_made: int
    attempts: Any

    @property
    def number(self) -> str: ...


Row = TypeVar("Row", bound=Any)


class SendingCheck(Protocol):
    def __call__(self, *, gateway: str, now: datetime) -> bool: ...


_checks: list[SendingCheck] = []


def register_check(check: SendingCheck) -> None:
    """Register a check; nothing is sent to a gateway for which it returns False."""
    if check not in _checks:
        _checks.append(check)


def gateways_to_send_to(*, now: datetime) -> list[str]:
    """
    The gateways that every registered check allows. Empty while payments are paused, or if no check is registered.
    """
    if not _checks or pauses.is_paused():
        return []
    return [name for name in registry.names() if all(check(gateway=name, now=now) for check in _checks)]


@transaction.atomic(durable=True)
def claim(rows: QuerySet[Row], machine: Machine, *, now: datetime) -> Row | None:
    """
    Claim the row that has been due longest, for the duration of the lease. None if none is due or payments are paused.
    Rows held by another worker are skipped. The attempt is recorded with the claim, before any call.
    """
    if pauses.is_paused():
        return None
    free = rows.filter(Q(lease_until=None) | Q(lease_until__lte=now), status__in=WAITING)
    row = next_due(free, now=now)
    if row is None:
        return None
    changes = {"lease_until": now + LEASE, "attempts_made": row.attempts_made + 1}
    move(row, machine, "claim", actor=SYSTEM, now=now, changes=changes)
    row.attempts.create(nth=row.attempts_made, started_at=now)
    return row


def through(rows: QuerySet[Row], field: str, gateways: Collection[str] | None) -> QuerySet[Row]:
    """The rows that go through these gateways; all rows if `gateways` is None."""
    return rows if gateways is None else rows.filter(**{f"{field}__in": gateways})


def attempt(row: Document, send: Callable[[], None], refused: Callable[[str], None], clock: Clock) -> None:
    """
    Make one attempt at a claimed row. No answer, or an answer about another call with the same key, leaves the outcome
    unknown. On a rejection, `refused` is called with the gateway's error code and ends the row.
    """
    try:
        send()
    except GatewayUnavailable as error:
        _unanswered(row, str(error), clock())
    except (GatewayRefused, AmountNotSendable) as error:
        code = error.code if isinstance(error, GatewayRefused) else "amount_not_sendable"
        if code in KEY_DISPUTED:
            _unanswered(row, str(error), clock())
        else:
            end_attempt(row, AttemptOutcome.REFUSED, str(error), clock())
            refused(code)
    else:
        end_attempt(row, AttemptOutcome.TAKEN, "", clock())


@transaction.atomic
def _unanswered(row: Document, detail: str, now: datetime) -> None:
    """The outcome is unknown: only the time of the next attempt changes."""
    logger.warning("the gateway did not answer for %s: %s", row.number, detail)
    postpone(row, pause_after(row.attempts_made), now)
    end_attempt(row, AttemptOutcome.UNKNOWN, detail, now)


def postpone(row: Document, pause: timedelta, now: datetime, changes: dict[str, object] | None = None) -> None:
    """
    Release the claim and try again after a pause. A row that another worker has claimed in the meantime stays
    unchanged.
    """
    changes = {"lease_until": None, "next_attempt_at": now + pause} | (changes or {})
    held = type(row)._default_manager.filter(  # type: ignore[attr-defined]
        pk=row.pk, attempts_made=row.attempts_made, status__in=WAITING
    )
    held.update(**changes)


def end_attempt(row: Document, outcome: AttemptOutcome, detail: str, now: datetime) -> None:
    row.attempts.filter(nth=row.attempts_made).update(outcome=outcome, detail=detail[:300], ended_at=now)
