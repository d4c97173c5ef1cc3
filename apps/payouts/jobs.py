from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.common.work_queue import one_at_a_time
from apps.payouts.operations import automatic, lookups
from apps.payouts.operations import dispatch as dispatching

STALE = timedelta(minutes=10)


@shared_task(name="payouts.dispatch", time_limit=60)
def dispatch() -> int:
    """
    Send the payouts and reversals that are due. The rows are the queue, so a lost or duplicate task message does no
    harm.
    """
    return dispatching.dispatch_due()


@shared_task(name="payouts.batch_payables")
def batch_payables() -> int:
    """Make payouts of the balances whose owners agreed to automatic payout."""
    with one_at_a_time("payouts.batch_payables") as is_ours:
        return len(automatic.batch_payables(now=timezone.now())) if is_ours else 0


@shared_task(name="payouts.look_up", time_limit=240)
def look_up() -> int:
    """Look up payouts that have been submitted for a while without a final webhook."""
    with one_at_a_time("payouts.look_up") as is_ours:
        return lookups.refresh_stale(older_than=STALE) if is_ours else 0
