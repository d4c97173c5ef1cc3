from celery import shared_task
from django.utils import timezone

from apps.common.work_queue import each_row, one_at_a_time
from apps.escrow import operations, queries


@shared_task(name="escrow.confirm_recoveries")
def confirm_recoveries() -> int:
    """Claim back what nobody has appealed against in time; gives how many."""
    now = timezone.now()
    with one_at_a_time("escrow.confirm_recoveries") as is_ours:
        if not is_ours:
            return 0
        return each_row(
            "escrow.confirm_recovery",
            queries.recoveries_to_confirm(now),
            lambda row_id: operations.confirm_recovery(recovery_id=row_id, now=now),
            now=now,
        )


@shared_task(name="escrow.keep_hold_limits")
def keep_hold_limits() -> int:
    """Warn of limits that are near and end those that are here; each escrow in its own transaction."""
    now = timezone.now()
    with one_at_a_time("escrow.keep_hold_limits") as is_ours:
        if not is_ours:
            return 0
        warned = each_row(
            "escrow.warn_of_hold_limit",
            queries.hold_ending(now),
            lambda row_id: operations.warn_of_hold_limit(escrow_id=row_id, now=now),
            now=now,
        )
        ended = each_row(
            "escrow.end_hold",
            queries.hold_ended(now),
            lambda row_id: operations.end_hold(escrow_id=row_id, now=now),
            now=now,
        )
    return warned + ended
