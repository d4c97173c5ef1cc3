from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.contracts import queries
from apps.contracts.operations import milestones, offers


@shared_task(name="contracts.keep_deadlines")
def keep_deadlines() -> int:
    """Send reminders of review deadlines and late work, approve unanswered deliveries, let unanswered offers lapse."""
    return run_steps(
        "contracts.keep_deadlines",
        Step("contracts.remind", queries.milestones_to_remind, milestones.remind_of_review, "milestone_id"),
        Step("contracts.overdue", queries.milestones_overdue, milestones.notify_overdue, "milestone_id"),
        Step("contracts.approve", queries.milestones_to_approve, milestones.approve_by_clock, "milestone_id"),
        Step("contracts.lapse", queries.offers_to_lapse, offers.lapse_offer, "contract_id"),
    )
