from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.escrow.operations import recoveries, releases
from apps.escrow.queries import escrows
from apps.escrow.queries import recoveries as recovery_queries


@shared_task(name="escrow.confirm_recoveries")
def confirm_recoveries() -> int:
    """Confirm every recovery whose appeal period ended without an appeal. Returns the number of recoveries."""
    return run_steps(
        "escrow.confirm_recoveries",
        Step(
            "escrow.confirm_recovery",
            recovery_queries.recoveries_to_confirm,
            recoveries.confirm_recovery,
            "recovery_id",
        ),
    )


@shared_task(name="escrow.keep_hold_limits")
def keep_hold_limits() -> int:
    """
    Warn about holding limits that are near and end holds that reached theirs. Each escrow has its own transaction.
    """
    return run_steps(
        "escrow.keep_hold_limits",
        Step("escrow.warn_of_hold_limit", escrows.hold_ending, releases.warn_of_hold_limit, "escrow_id"),
        Step("escrow.end_hold", escrows.hold_ended, releases.end_hold, "escrow_id"),
    )
