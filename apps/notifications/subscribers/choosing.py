"""Notifications of scores, for the members of the employer alone."""

from __future__ import annotations

from datetime import datetime

from apps.accounts import rules as roles
from apps.accounts.models import User
from apps.choosing import events as choosing
from apps.choosing.models import Agreement, Evaluation
from apps.notifications import operations
from apps.notifications.subscribers.recipients import other_members
from apps.outbox import bus


@bus.subscribe(choosing.CriteriaSet, name="notifications.award_criteria_set")
def award_criteria_set(event: choosing.CriteriaSet, now: datetime) -> None:
    evaluation = Evaluation.objects.select_related("task").get(id=event.evaluation_id)
    task, person = evaluation.task, User.objects.get(id=event.user_id)
    operations.notify(
        users=other_members(task.employer_id, roles.POST_TASK, person.pk), organization_id=task.employer_id,
        kind="award_criteria_set", key=evaluation.id, params={"task": task.title, "who": person.display_name},
        route="choosing:scores", route_args=(task.id,), now=now,
    )  # fmt: skip


@bus.subscribe(choosing.AgreementRecorded, name="notifications.agreement_recorded")
def agreement_recorded(event: choosing.AgreementRecorded, now: datetime) -> None:
    agreement = Agreement.objects.select_related("evaluation__task", "agreed_by").get(id=event.agreement_id)
    task = agreement.evaluation.task
    operations.notify(
        users=other_members(task.employer_id, roles.POST_TASK, agreement.agreed_by_id),
        organization_id=task.employer_id, kind="agreement_recorded", key=agreement.id,
        params={"task": task.title, "who": agreement.agreed_by.display_name},
        route="choosing:agreement", route_args=(agreement.id,), now=now,
    )  # fmt: skip
