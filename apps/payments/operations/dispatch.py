"""Send refunds through the gateways that took the payments; see `gateways.operations.dispatch`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from apps.common.clock import Clock
from apps.gateways import registry
from apps.gateways.operations import dispatch
from apps.gateways.protocols.charges import RefundRequest
from apps.payments.models import Refund
from apps.payments.operations import refunds
from apps.payments.states import REFUND


def dispatch_due(*, limit: int = 100, clock: Clock = timezone.now) -> int:
    """Like `send_due`, but only through the gateways that `gateways_to_send_to` returns."""
    gateways = dispatch.gateways_to_send_to(now=clock())
    return send_due(limit=limit, clock=clock, gateways=gateways) if gateways else 0


def send_due(*, limit: int = 100, clock: Clock = timezone.now, gateways: Collection[str] | None = None) -> int:
    """Send refunds until none is due. Returns the number of attempts."""
    tried = 0
    while tried < limit and (refund := claim_refund(now=clock(), gateways=gateways)) is not None:
        send_refund(refund_id=refund.id, clock=clock)
        tried += 1
    return tried


def claim_refund(*, now: datetime, gateways: Collection[str] | None = None) -> Refund | None:
    """Claim the refund that has been due longest, for the duration of the lease. None if none is due."""
    return dispatch.claim(dispatch.through(Refund.objects.all(), "charge__gateway", gateways), REFUND, now=now)


def send_refund(*, refund_id: UUID, clock: Clock = timezone.now) -> None:
    """Send one claimed refund."""
    refund = Refund.objects.select_related("charge").get(id=refund_id)
    gateway, payment_id = registry.gateway(refund.charge.gateway), refund.charge.remote_payment_id

    def send() -> None:
        movement = gateway.find_refund(refund_id=refund.id, payment_id=payment_id) if refund.attempts_made > 1 else None
        if movement is None:
            movement = gateway.refund(RefundRequest(refund.idem_key, refund.id, payment_id, refund.amount))
        refunds.refund_answered(refund_id=refund.id, movement=movement, now=clock())

    def refused(code: str) -> None:
        refunds.refund_refused(refund_id=refund.id, failure_code=code, now=clock())

    dispatch.attempt(refund, send, refused, clock)
