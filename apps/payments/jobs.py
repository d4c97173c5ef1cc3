from datetime import timedelta

from celery import shared_task

from apps.common.work_queue import one_at_a_time
from apps.payments.operations import dispatch as dispatching
from apps.payments.operations import lookups

STALE = timedelta(minutes=10)


@shared_task(name="payments.dispatch", time_limit=60)
def dispatch() -> int:
    """Send the refunds that are due. The rows are the queue, so a lost or duplicate task message does no harm."""
    return dispatching.dispatch_due()


@shared_task(name="payments.look_up", time_limit=240)
def look_up() -> int:
    """Look up charges, refunds and chargebacks that have been open for a while without a final webhook."""
    with one_at_a_time("payments.look_up") as is_ours:
        return lookups.refresh_stale(older_than=STALE) if is_ours else 0
