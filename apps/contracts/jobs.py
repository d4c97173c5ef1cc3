import logging

from celery import shared_task
from django.utils import timezone

from apps.common.errors import DomainError
from apps.contracts import operations, queries

logger = logging.getLogger(__name__)


@shared_task(name="contracts.keep_deadlines")
def keep_deadlines() -> int:
    """Remind of ending reviews, approve what nobody answered, let unanswered offers lapse."""
    now = timezone.now()
    reminded, due, lapsing = (
        queries.milestones_to_remind(now),
        queries.milestones_to_approve(now),
        queries.offers_to_lapse(now),
    )
    for milestone_id in reminded:
        operations.remind_of_review(milestone_id=milestone_id, now=now)
    for milestone_id in due:
        try:
            operations.approve_by_clock(milestone_id=milestone_id, now=now)
        except DomainError as refusal:  # one that must wait (the payer's bank claims its money) keeps no other waiting
            logger.info("%s is not approved by the clock: %s", milestone_id, refusal.code)
    for contract_id in lapsing:
        operations.lapse_offer(contract_id=contract_id, now=now)
    return len(reminded) + len(due) + len(lapsing)
