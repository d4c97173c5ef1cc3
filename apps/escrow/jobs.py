from celery import shared_task
from django.utils import timezone

from apps.escrow import operations, queries


@shared_task(name="escrow.confirm_recoveries")
def confirm_recoveries() -> int:
    """Claim back what nobody has appealed against in time; gives how many."""
    now = timezone.now()
    due = queries.recoveries_to_confirm(now)
    for recovery_id in due:
        operations.confirm_recovery(recovery_id=recovery_id, now=now)
    return len(due)


@shared_task(name="escrow.keep_hold_limits")
def keep_hold_limits() -> int:
    """Warn of limits that are near and end those that are here; each escrow in its own transaction."""
    now = timezone.now()
    ended, ending = queries.hold_ended(now), queries.hold_ending(now)
    for escrow_id in ending:
        operations.warn_of_hold_limit(escrow_id=escrow_id, now=now)
    for escrow_id in ended:
        operations.end_hold(escrow_id=escrow_id, now=now)
    return len(ended) + len(ending)
