from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.contracts import operations, queries


@shared_task(name="contracts.keep_deadlines")
def keep_deadlines() -> int:
    """Remind of ending reviews and of work that is late, approve what nobody answered, let unanswered offers lapse."""
    return run_steps(
        "contracts.keep_deadlines",
        Step("contracts.remind", queries.milestones_to_remind, operations.remind_of_review, "milestone_id"),
        Step("contracts.overdue", queries.milestones_overdue, operations.notify_overdue, "milestone_id"),
        Step("contracts.approve", queries.milestones_to_approve, operations.approve_by_clock, "milestone_id"),
        Step("contracts.lapse", queries.offers_to_lapse, operations.lapse_offer, "contract_id"),
    )
