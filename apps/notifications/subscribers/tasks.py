"""Notifications of tasks: suitable tasks, questions, answers and addenda."""

from __future__ import annotations

from datetime import datetime

from apps.accounts import rules as roles
from apps.bidding import queries as bids
from apps.matching import events as matching
from apps.matching.queries import inputs
from apps.notifications import operations, rules
from apps.notifications.subscribers.recipients import name_of, notify_organization
from apps.outbox import bus
from apps.saved import events as saved
from apps.tasks import events as tasks
from apps.tasks.models import Addendum, Question, SavedSearch, Task, TaskInvitation
from apps.tasks.states import TaskStatus


@bus.subscribe(matching.TaskSuits, name="notifications.task_suits")
def task_suits(event: matching.TaskSuits, now: datetime) -> None:
    task = Task.objects.filter(id=event.task_id, status=TaskStatus.OPEN).first()
    if task is None or task.budget_max is None:
        return
    for organization_id in event.organization_ids:
        notify_organization(
            organization_id, "task_suits", task.id, now, "tasks:detail", task.id, capability=roles.BID,
            task=task.title, budget=rules.money(task.budget_max), closes_at=rules.moment(task.bidding_closes_at),
        )  # fmt: skip


@bus.subscribe(matching.PeopleSuit, name="notifications.people_suit")
def people_suit(event: matching.PeopleSuit, now: datetime) -> None:
    """Skip tasks that have invitations by now; freelancers who may no longer be recommended are not named."""
    task = Task.objects.filter(id=event.task_id, status=TaskStatus.OPEN, hidden_at=None, invitations=None).first()
    there = inputs.still_to_match(event.organization_ids)
    named = [
        name_of(organization_row_id) for organization_row_id in event.organization_ids if organization_row_id in there
    ]
    if task is None or not named:
        return
    notify_organization(
        task.employer_id, "people_suit", f"{task.id}:{now:%G-W%V}", now, "matching:freelancers", task.id,
        capability=roles.POST_TASK, task=task.title, who=rules.names(named),
    )  # fmt: skip


@bus.subscribe(tasks.FreelancerInvited, name="notifications.freelancer_invited")
def freelancer_invited(event: tasks.FreelancerInvited, now: datetime) -> None:
    invitation = TaskInvitation.objects.select_related("task__employer").get(id=event.invitation_id)
    notify_organization(
        event.organization_id, "task_invitation", invitation.id, now, "tasks:invitations",
        who=invitation.task.employer.display_name, task=invitation.task.title,
        closes_at=rules.moment(invitation.task.bidding_closes_at),
    )  # fmt: skip


@bus.subscribe(tasks.InvitationDeclined, name="notifications.invitation_declined")
def invitation_declined(event: tasks.InvitationDeclined, now: datetime) -> None:
    task = Task.objects.get(id=event.task_id)
    notify_organization(
        task.employer_id, "invitation_declined", event.invitation_id, now, "tasks:invited", task.id,
        capability=roles.POST_TASK, who=name_of(event.organization_id), task=task.title,
    )  # fmt: skip


@bus.subscribe(saved.SearchFound, name="notifications.search_found")
def search_found(event: saved.SearchFound, now: datetime) -> None:
    search = SavedSearch.objects.select_related("user").filter(id=event.search_id).first()
    if search is None:  # forgotten meanwhile
        return
    titles = Task.objects.filter(id__in=event.task_ids).order_by("-published_at").values_list("title", flat=True)
    operations.notify(
        users=[search.user],
        organization_id=None,
        kind="search_found",
        key=f"{search.id}:{event.task_ids[0]}",
        params={"search": search.name, "count": event.count, "tasks": rules.names(titles)},
        route="tasks:open-search",
        route_args=[search.id],
        now=now,
    )


@bus.subscribe(tasks.AddendumAdded, name="notifications.addendum_added")
def addendum_added(event: tasks.AddendumAdded, now: datetime) -> None:
    addendum = Addendum.objects.select_related("task").get(id=event.addendum_id)
    for organization_id in bids.bidders(event.task_id):
        notify_organization(
            organization_id, "task_addendum", addendum.id, now, "tasks:detail", event.task_id,
            task=addendum.task.title, text=rules.text(addendum.text),
        )  # fmt: skip


@bus.subscribe(tasks.QuestionAsked, name="notifications.question_asked")
def question_asked(event: tasks.QuestionAsked, now: datetime) -> None:
    question = Question.objects.select_related("task", "asked_by").get(id=event.question_id)
    notify_organization(
        question.task.employer_id, "question_asked", question.id, now, "tasks:detail", event.task_id,
        capability=roles.POST_TASK, who=question.asked_by.display_name, task=question.task.title,
        text=rules.text(question.text),
    )  # fmt: skip


@bus.subscribe(tasks.QuestionAnswered, name="notifications.question_answered")
def question_answered(event: tasks.QuestionAnswered, now: datetime) -> None:
    question = Question.objects.select_related("task").get(id=event.question_id)
    for organization_id in {question.asked_by_id, *bids.bidders(event.task_id)}:
        notify_organization(
            organization_id, "question_answered", question.id, now, "tasks:detail", event.task_id,
            task=question.task.title, text=rules.text(question.answer),
        )  # fmt: skip


@bus.subscribe(tasks.BiddingClosed, name="notifications.bidding_closed")
def bidding_closed(event: tasks.BiddingClosed, now: datetime) -> None:
    task = Task.objects.get(id=event.task_id)
    notify_organization(
        task.employer_id, "bidding_closed", task.id, now, "bidding:compare", task.id, capability=roles.POST_TASK,
        task=task.title, count=bids.bid_count(task.id), decision_at=rules.moment(task.decision_due_at),
    )  # fmt: skip


@bus.subscribe(tasks.TaskEnded, name="notifications.task_ended")
def task_ended(event: tasks.TaskEnded, now: datetime) -> None:
    """Notify the employer if the scheduler ended the task; bidders are notified through their bids."""
    if event.status == TaskStatus.EXPIRED:
        task = Task.objects.get(id=event.task_id)
        notify_organization(
            task.employer_id, "task_expired", task.id, now, "tasks:detail", task.id, capability=roles.POST_TASK,
            task=task.title,
        )  # fmt: skip
