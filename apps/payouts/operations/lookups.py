"""Look up payouts that no webhook has ended for a while."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from apps.common.clock import Clock
from apps.gateways.operations.lookups import Lookups
from apps.payouts.models import Payout
from apps.payouts.operations import payouts
from apps.payouts.states import PayoutStatus


def refresh_stale(*, older_than: timedelta, clock: Clock = timezone.now) -> int:
    """Those first that were looked up longest ago; returns the number that was looked up."""
    lookups = Lookups(clock)
    lookups.look_up(
        Payout.objects.filter(status=PayoutStatus.SUBMITTED, requested_at__lte=clock() - older_than),
        lambda row_id: payouts.refresh_payout(payout_id=row_id, clock=clock),
    )
    return lookups.looked_up
