from celery import shared_task
from django.utils import timezone

from apps.common.work_queue import each_row, one_at_a_time
from apps.contracts import operations, queries


@shared_task(name="contracts.keep_deadlines")
def keep_deadlines() -> int:
    """Remind of ending reviews and of work that is late, approve what nobody answered, let unanswered offers lapse."""
    now = timezone.now()
    with one_at_a_time("contracts.keep_deadlines") as is_ours:
        if not is_ours:
            return 0
        reminded = each_row(
            "contracts.remind",
            queries.milestones_to_remind(now),
            lambda row_id: operations.remind_of_review(milestone_id=row_id, now=now),
            now=now,
        )
        overdue = each_row(
            "contracts.overdue",
            queries.milestones_overdue(now),
            lambda row_id: operations.notify_overdue(milestone_id=row_id, now=now),
            now=now,
        )
        approved = each_row(
            "contracts.approve",
            queries.milestones_to_approve(now),
            lambda row_id: operations.approve_by_clock(milestone_id=row_id, now=now),
            now=now,
        )
        lapsed = each_row(
            "contracts.lapse",
            queries.offers_to_lapse(now),
            lambda row_id: operations.lapse_offer(contract_id=row_id, now=now),
            now=now,
        )
    return reminded + overdue + approved + lapsed
