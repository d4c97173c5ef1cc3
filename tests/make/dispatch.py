"""What the jobs of several apps do one after another, for tests that do not care which app sends what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from apps.payments.operations import dispatch as refunds
from apps.payments.operations import lookups as charges
from apps.payouts.operations import dispatch as payouts
from apps.payouts.operations import lookups as stale_payouts

Clock = Callable[[], datetime]


def send_due(*, limit: int = 100, clock: Clock = timezone.now) -> int:
    """Send payouts, refunds and reversals that are due."""
    return payouts.send_due(limit=limit, clock=clock) + refunds.send_due(limit=limit, clock=clock)


def dispatch_due(*, clock: Clock = timezone.now) -> int:
    """As the two jobs do: through the gateways alone whose objects the books know."""
    return payouts.dispatch_due(clock=clock) + refunds.dispatch_due(clock=clock)


def refresh_stale(*, older_than: timedelta, clock: Clock = timezone.now) -> int:
    """Look up whatever no webhook has ended."""
    return charges.refresh_stale(older_than=older_than, clock=clock) + stale_payouts.refresh_stale(
        older_than=older_than, clock=clock
    )
