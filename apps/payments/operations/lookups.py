"""Look up charges, refunds and chargebacks that have been open for a while without a final webhook."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from apps.common.clock import Clock
from apps.gateways.operations.lookups import Lookups
from apps.payments.models import Charge, Chargeback, Refund
from apps.payments.operations import chargebacks, charges, refunds
from apps.payments.states import ChargebackStatus, ChargeStatus, RefundStatus


def refresh_stale(*, older_than: timedelta, clock: Clock = timezone.now) -> int:
    """Look up the rows with the oldest lookup first. Returns the number looked up."""
    before, lookups = clock() - older_than, Lookups(clock)

    def refresh_chargeback(row_id: UUID) -> None:
        row = Chargeback.objects.get(id=row_id)
        chargebacks.refresh_chargeback(gateway=row.gateway, remote_id=row.remote_id, now=clock())

    open_chargebacks = [ChargebackStatus.OPENED, ChargebackStatus.SUBMITTED]
    lookups.look_up(
        Chargeback.objects.filter(status__in=open_chargebacks, opened_at__lte=before),
        refresh_chargeback,
    )
    lookups.look_up(
        Refund.objects.filter(status=RefundStatus.SUBMITTED, created_at__lte=before),
        lambda row_id: refunds.refresh_refund(refund_id=row_id, clock=clock),
    )
    lookups.look_up(
        Charge.objects.filter(status__in=[ChargeStatus.OPEN, ChargeStatus.PROCESSING], created_at__lte=before),
        lambda row_id: charges.refresh_charge(charge_id=row_id, now=clock()),
    )
    return lookups.looked_up
