from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.contracts.operations import changes, milestones, offers, previews, reminders
from apps.contracts.queries import changes as change_queries
from apps.contracts.queries import contracts, hand_in
from apps.contracts.queries import milestones as milestone_queries


@shared_task(name="contracts.keep_deadlines")
def keep_deadlines() -> int:
    """Remind of money, reviews and late work; approve deliveries; let unanswered offers and changes lapse."""
    return run_steps(
        "contracts.keep_deadlines",
        Step("contracts.fund", contracts.contracts_to_fund, reminders.remind_of_funding, "contract_id"),
        Step("contracts.remind", milestone_queries.milestones_to_remind, reminders.remind_of_review, "milestone_id"),
        Step("contracts.overdue", milestone_queries.milestones_overdue, reminders.notify_overdue, "milestone_id"),
        Step("contracts.approve", milestone_queries.milestones_to_approve, milestones.approve_by_clock, "milestone_id"),
        Step("contracts.lapse_change", change_queries.changes_to_lapse, changes.lapse_change, "change_id"),
        Step("contracts.lapse", contracts.offers_to_lapse, offers.lapse_offer, "contract_id"),
    )


@shared_task(name="contracts.draw_previews")
def draw_previews() -> int:
    """Draw small pictures of delivered pictures and PDFs."""
    return run_steps(
        "contracts.draw_previews",
        Step("contracts.draw_preview", hand_in.files_to_preview, previews.draw_preview, "file_id"),
    )
