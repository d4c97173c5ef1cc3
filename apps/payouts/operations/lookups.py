"""Look up payouts that have been submitted for a while without a final webhook."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from apps.common.clock import Clock
from apps.gateways.operations.lookups import Lookups
from apps.payouts.models import Payout
from apps.payouts.operations import payouts
from apps.payouts.states import PayoutStatus


def refresh_stale(*, older_than: timedelta, clock: Clock = timezone.now) -> int:
    """Look up the payouts with the oldest lookup first. Returns the number looked up."""
    lookups = Lookups(clock)
    lookups.look_up(
        Payout.objects.filter(status=PayoutStatus.SUBMITTED, requested_at__lte=clock() - older_than),
        lambda row_id: payouts.refresh_payout(payout_id=row_id, clock=clock),
    )
    return lookups.looked_up
