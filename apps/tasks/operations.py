"""Operations on tasks: post, publish, add to, close; and the scheduled changes of state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.common import currencies, limits, tokens
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict, Invalid
from apps.common.money import Money
from apps.common.operations import move
from apps.files import queries as files
from apps.outbox import bus
from apps.pricing.queries import rates
from apps.skills import queries as skills
from apps.tasks import events, policies, queries, rules
from apps.tasks.models import (
    AcceptanceCriterion,
    Addendum,
    Question,
    Task,
    TaskAttachment,
    TaskInvitation,
    TaskSkill,
)
from apps.tasks.queries import REFERENCE_CURRENCY
from apps.tasks.rules import Brief, PlannedMilestone
from apps.tasks.states import TASK, TaskStatus, Visibility

INDEXED_MAX = 200
"""The most open tasks of one employer that are indexed again after a change of its record."""
_COLUMNS = (
    "title", "category_id", "background", "goal", "requirements", "payment_terms", "source_language", "budget_kind",
    "budget_min_minor", "budget_max_minor", "currency", "deadline_at", "deadline_time_zone", "visibility",
    "bid_window", "bidding_closes_at", "decision_due_at", "revisions_included",
)  # fmt: skip


class TooManyCriteria(Invalid):
    code = "too_many_criteria"
    field = "criteria"
    message = _("At most %(most)s acceptance criteria fit on one checklist.")


class TooManySkills(Invalid):
    code = "too_many_skills"
    field = "skills"
    message = _("At most %(most)s skills: name those that decide.")


class PlanNotReadable(Invalid):
    code = "plan_not_readable"
    field = "milestones"
    message = _("Each line needs a title of at most %(most)s letters and a share between 1 and 100.")


class PlanDoesNotAddUp(Invalid):
    code = "plan_does_not_add_up"
    field = "milestones"
    message = _("At most %(most)s milestones. Give all of them a share, 100 per cent in all, or none.")


class TooManyRevisions(Invalid):
    code = "too_many_revisions"
    field = "revisions_included"
    message = _("Between 0 and %(most)s revisions.")


class CurrencyUnknown(Invalid):
    code = "currency_unknown"
    field = "currency"
    message = _("Choose a currency from the list.")


class DatesOutOfOrder(Invalid):
    code = "dates_out_of_order"
    message = _("Dates can only be moved later, and the decision cannot come before bidding closes.")


class AlreadyAnswered(Conflict):
    code = "already_answered"
    message = _("This question is already answered.")


class FileUnknown(Invalid):
    code = "file_unknown"
    field = "file"
    message = _("One of these files was not uploaded by you.")


class NoteIsEmpty(Invalid):
    code = "text_missing"
    field = "text"
    message = _("Write something first.")


# -- drafts


@transaction.atomic
def start_draft(*, actor: Actor, brief: Brief, now: datetime) -> Task:
    """Create a draft for the actor's organization."""
    policies.check_can_post(actor)
    task = Task(employer_id=actor.side_id, posted_by_id=actor.person_id)
    return _write_brief(task, brief)


@transaction.atomic
def copy_task(*, task_id: UUID, actor: Actor, now: datetime, only_invited: bool = False) -> Task:
    """Create a draft with the content of one of the own tasks, with new dates and without its attachments."""
    task = queries.task_for_update(task_id)
    policies.check_can_copy(actor, task)
    brief = rules.with_new_dates(queries.brief_of(task), now, ZoneInfo(task.employer.time_zone))
    brief = replace(brief, visibility=Visibility.INVITED) if only_invited else brief
    return start_draft(actor=actor, brief=brief, now=now)


@transaction.atomic
def save_draft(*, task_id: UUID, actor: Actor, brief: Brief, now: datetime) -> Task:
    """
    Replace a draft's content; it may be incomplete.

    :raises policies.AlreadyPublished: after publication, when only addenda are possible.
    """
    task = queries.task_for_update(task_id)
    policies.check_can_edit_draft(actor, task)
    return _write_brief(task, brief)


def check_plan(plan: Sequence[PlannedMilestone]) -> None:
    """:raises PlanNotReadable: :raises PlanDoesNotAddUp: if an employer's suggested milestones make no sense."""
    if not all(rules.is_readable(milestone) for milestone in plan):
        raise PlanNotReadable(most=rules.TITLE_MAX)
    if len(plan) > rules.PLAN_MAX or not rules.shares_add_up(plan):
        raise PlanDoesNotAddUp(most=rules.PLAN_MAX)


def _write_brief(task: Task, brief: Brief) -> Task:
    if len(brief.criteria) > rules.CRITERIA_MAX:
        raise TooManyCriteria(most=rules.CRITERIA_MAX)
    if len(brief.skill_ids) > rules.SKILLS_MAX:
        raise TooManySkills(most=rules.SKILLS_MAX)
    if brief.currency not in currencies.exponents():
        raise CurrencyUnknown
    check_plan(brief.milestones)
    if not 0 <= brief.revisions_included <= rules.REVISIONS_MAX:
        raise TooManyRevisions(most=rules.REVISIONS_MAX)
    for name in _COLUMNS:
        setattr(task, name, getattr(brief, name))
    task.milestone_plan = [{"title": row.title, "share": row.share} for row in brief.milestones]
    if brief.budget_kind == "fixed":
        task.budget_max_minor = brief.budget_min_minor  # type: ignore[assignment]  # the column takes null
    elif None not in (ends := (brief.budget_min_minor, brief.budget_max_minor)):
        # A draft may have minimum and maximum swapped; a column constraint requires the right order.
        task.budget_max_minor = max(end for end in ends if end is not None)
    if task.bidding_closes_at and task.decision_due_at and task.decision_due_at < task.bidding_closes_at:
        task.decision_due_at = task.bidding_closes_at
    task.save()
    task.criteria.all().delete()
    AcceptanceCriterion.objects.bulk_create(
        AcceptanceCriterion(task=task, position=position, text=text.strip()[:400])
        for position, text in enumerate((text for text in brief.criteria if text.strip()), start=1)
    )
    values_list = set(skills.active_skills(brief.skill_ids).values_list("id", flat=True))
    task.skills.all().delete()
    TaskSkill.objects.bulk_create(
        TaskSkill(task=task, skill_id=skill_id)
        for skill_id in dict.fromkeys(brief.skill_ids)
        if skill_id in values_list
    )
    return task


@transaction.atomic
def discard_draft(*, task_id: UUID, actor: Actor, now: datetime) -> None:
    task = queries.task_for_update(task_id)
    policies.check_can_edit_draft(actor, task)
    task.delete()


@transaction.atomic
def attach_file(*, task_id: UUID, file_id: UUID, actor: Actor, now: datetime) -> TaskAttachment:
    """Add a stored upload to a draft, or to a published task that is open for bids."""
    task = queries.task_for_update(task_id)
    if task.status == TaskStatus.DRAFT:
        policies.check_can_edit_draft(actor, task)
    else:
        policies.check_can_add_to(actor, task)
    if not files.all_uploaded_by([file_id], actor.user_id):
        raise FileUnknown
    return TaskAttachment.objects.create(task=task, file_id=file_id)


@transaction.atomic
def remove_attachment(*, attachment_id: UUID, actor: Actor, now: datetime) -> None:
    attachment = TaskAttachment.objects.select_related("task").get(id=attachment_id)
    policies.check_can_edit_draft(actor, attachment.task)
    attachment.delete()


# -- publication and endings


@transaction.atomic
def publish(*, task_id: UUID, actor: Actor, now: datetime) -> Task:
    """
    Publish a complete brief, open for bids.

    :raises policies.WaitingForPublication: with `problems`, field -> code, if something is missing.
    """
    task = queries.task_for_update(task_id)
    policies.check_can_manage(actor, task, "publish")
    limits.spend("publish_task", actor.user_id, now=now)
    brief = queries.brief_of(task)
    if problems := rules.problems(brief, now):
        raise policies.WaitingForPublication(problems=problems)
    # Sorting and filtering by budget need one currency; a task without an official rate is left out of them.
    reference = rates.convert(_budget(task), REFERENCE_CURRENCY, now.date())
    move(
        task,
        TASK,
        "publish",
        actor=actor,
        now=now,
        changes={"published_at": now, "budget_reference_minor": reference.amount.amount_minor if reference else None},
    )
    index(task)
    bus.publish(events.TaskPublished(task_id=task.id), now=now)
    for invitation in queries.prepared_invitations(task.id):
        _send_invitation(invitation, now)
    return task


def _budget(task: Task) -> Money:
    budget = task.budget_max or task.budget_min
    assert budget is not None, "a complete brief has a budget"
    return budget


@transaction.atomic
def post_for_one(*, brief: Brief, organization_id: UUID, message: str, actor: Actor, now: datetime) -> Task:
    """
    Create the task of an offer to one person: nobody else sees it, and it takes no bids. Called by contracts, which
    check the brief and notify the person.

    :raises policies.CannotBeInvited: if they do not work for others here, or one side has blocked the other.
    """
    whole = replace(brief, visibility=Visibility.INVITED, bidding_closes_at=None, decision_due_at=None)
    task = start_draft(actor=actor, brief=whole, now=now)
    policies.check_can_invite(actor, task, organization_id)
    limits.spend("invite_freelancer", actor.user_id, now=now)
    limits.spend("invitations_to_freelancer", organization_id, now=now)
    TaskInvitation.objects.create(
        task=task,
        organization_id=organization_id,
        message=message.strip()[:1000],
        source_language=brief.source_language,
        invited_by_id=actor.user_id,
        sent_at=now,
    )
    return move(task, TASK, "offer", actor=actor, now=now, changes={"published_at": now})


@transaction.atomic
def index_tasks_of(*, employer_id: UUID) -> int:
    """Index the newest open tasks of an employer again, after its record has changed. Returns their number."""
    rows = Task.objects.filter(employer_id=employer_id, status=TaskStatus.OPEN).order_by("-created_at", "-id")
    tasks = list(rows.select_related("employer").select_for_update(of=("self",))[:INDEXED_MAX])
    for task in tasks:
        index(task)
    return len(tasks)


@transaction.atomic
def show_award_criteria(*, task_id: UUID, criteria: list[dict[str, Any]]) -> None:
    """Show how the employer scores bids on the page of the task, each criterion with `name` and `weight`."""
    Task.objects.filter(id=task_id).update(award_criteria=criteria)


@transaction.atomic
def count_bid(*, task_id: UUID, change: int) -> None:
    """Add to the number of a task's bids, or with -1 take one away."""
    Task.objects.filter(id=task_id).update(bid_count=F("bid_count") + change)


def index(task: Task) -> None:
    """
    Fill the task's search column: title first, then skills and kind of work, then the text of the brief, and what
    tasks are filtered by of their employer.
    """
    body = "\n".join([task.goal, task.background, task.requirements])
    weighted = {
        "A": tokens.index_tokens(task.title, task.source_language),
        "B": skills.tokens_of(queries.skill_ids(task.id), task.category_id, task.title),
        "C": tokens.index_tokens(body, task.source_language),
        "D": queries.employer_tokens(task.employer),
    }
    Task.objects.filter(id=task.id).update(search_vector=tokens.vector(weighted))


@transaction.atomic
def add_addendum(
    *,
    task_id: UUID,
    text: str,
    actor: Actor,
    now: datetime,
    bidding_closes_at: datetime | None = None,
    decision_due_at: datetime | None = None,
    deadline_at: datetime | None = None,
) -> Addendum:
    """
    Add text after publication, or move dates later; every bidder is notified.

    :raises DatesOutOfOrder: if a date would become earlier, or the decision would be due before bidding closes.
    """
    task = queries.task_for_update(task_id)
    policies.check_can_add_to(actor, task)
    limits.spend("add_addendum", actor.user_id, now=now)
    if not text.strip():
        raise NoteIsEmpty
    deadlines = {
        "bidding_closes_at": bidding_closes_at,
        "decision_due_at": decision_due_at,
        "deadline_at": deadline_at,
    }
    moved = {name: value for name, value in deadlines.items() if value is not None and value != getattr(task, name)}
    if any(value < getattr(task, name) for name, value in moved.items()):
        raise DatesOutOfOrder
    if "bidding_closes_at" in moved and task.status != TaskStatus.OPEN:
        raise DatesOutOfOrder
    changes = {name: [getattr(task, name).isoformat(), value.isoformat()] for name, value in moved.items()}
    for name, value in moved.items():
        setattr(task, name, value)
    assert task.decision_due_at is not None and task.bidding_closes_at is not None
    if task.decision_due_at < task.bidding_closes_at:
        raise DatesOutOfOrder
    task.save(update_fields=[*moved, "updated_at"])
    addendum = Addendum.objects.create(
        task=task, text=text.strip(), changes=changes, added_by_id=actor.person_id, added_at=now
    )
    bus.publish(events.AddendumAdded(task_id=task.id, addendum_id=addendum.id), now=now)
    return addendum


def _end(task_id: UUID, verb: str, actor: Actor, now: datetime, reason: str = "") -> Task:
    task = queries.task_for_update(task_id)
    policies.check_can_manage(actor, task, verb)
    was_published = task.published_at is not None
    move(task, TASK, verb, actor=actor, now=now, reason=reason)
    if was_published:
        bus.publish(events.TaskEnded(task_id=task.id, status=task.status), now=now)
    return task


@transaction.atomic
def close(*, task_id: UUID, actor: Actor, now: datetime, reason: str = "") -> Task:
    """Close a published task without accepting a bid."""
    return _end(task_id, "close", actor, now, reason)


@transaction.atomic
def cancel(*, task_id: UUID, actor: Actor, now: datetime, reason: str = "") -> Task:
    """Cancel a task before a bid was chosen."""
    return _end(task_id, "cancel", actor, now, reason)


@transaction.atomic
def close_bidding(*, task_id: UUID, now: datetime) -> Task:
    """Called by the scheduler when bidding closes."""
    task = queries.task_for_update(task_id)
    if task.status == TaskStatus.OPEN and task.bidding_closes_at is not None and task.bidding_closes_at <= now:
        move(task, TASK, "close_bidding", actor=SYSTEM, now=now)
        bus.publish(events.BiddingClosed(task_id=task.id), now=now)
    return task


@transaction.atomic
def expire(*, task_id: UUID, now: datetime) -> Task:
    """Called by the scheduler when no bid was chosen by the decision deadline."""
    task = queries.task_for_update(task_id)
    due = task.decision_due_at is not None and task.decision_due_at <= now
    if due and TASK.allows(task.status, "expire"):
        move(task, TASK, "expire", actor=SYSTEM, now=now)
        bus.publish(events.TaskEnded(task_id=task.id, status=task.status), now=now)
    return task


@transaction.atomic
def follow_contract(*, task_id: UUID, verb: str, actor: Actor, now: datetime) -> Task:
    """Apply a contract's change to its task: award, award_again, reopen, complete or end. Called by contracts."""
    task = queries.task_for_update(task_id)
    return move(task, TASK, verb, actor=actor, now=now)


# -- questions and invitations


@transaction.atomic
def ask_question(*, task_id: UUID, text: str, source_language: str, actor: Actor, now: datetime) -> Question:
    task = queries.task_for_update(task_id)
    policies.check_can_bid(actor, task, now, is_invited=queries.is_invited(task_id, actor.organization_id))
    limits.spend("ask_question", actor.user_id, now=now)
    if not text.strip():
        raise NoteIsEmpty
    question = Question.objects.create(
        task=task, asked_by_id=actor.side_id, asked_at=now, text=text.strip(), source_language=source_language
    )
    bus.publish(events.QuestionAsked(task_id=task.id, question_id=question.id), now=now)
    return question


@transaction.atomic
def answer_question(*, question_id: UUID, answer: str, actor: Actor, now: datetime) -> Question:
    question = Question.objects.select_for_update(of=("self",)).select_related("task").get(id=question_id)
    policies.check_can_add_to(actor, question.task)
    if question.answered_at:
        raise AlreadyAnswered
    limits.spend("answer_question", actor.user_id, now=now)
    if not answer.strip():
        raise NoteIsEmpty(field="answer")
    question.answer, question.answered_at = answer.strip(), now
    question.save(update_fields=["answer", "answered_at"])
    bus.publish(events.QuestionAnswered(task_id=question.task_id, question_id=question.id), now=now)
    return question


@transaction.atomic
def invite(
    *,
    task_id: UUID,
    organization_id: UUID,
    actor: Actor,
    now: datetime,
    message: str = "",
    source_language: str = "en",
) -> TaskInvitation:
    """
    Invite a freelancer to bid; for a draft, as soon as it is published. A second invitation has no effect.

    :raises policies.CannotBeInvited: if they do not work for others here, or one side has blocked the other.
    """
    task = queries.task_for_update(task_id)
    policies.check_can_invite(actor, task, organization_id)
    limits.spend("invite_freelancer", actor.user_id, now=now)
    limits.spend("invitations_to_freelancer", organization_id, now=now)
    values = {"message": message.strip(), "source_language": source_language, "invited_by_id": actor.user_id}
    invitation, is_new = TaskInvitation.objects.get_or_create(
        task=task, organization_id=organization_id, defaults=values
    )
    if is_new and task.status == TaskStatus.OPEN:
        _send_invitation(invitation, now)
    return invitation


def _send_invitation(invitation: TaskInvitation, now: datetime) -> None:
    invitation.sent_at = now
    invitation.save(update_fields=["sent_at"])
    bus.publish(
        events.FreelancerInvited(
            task_id=invitation.task_id, organization_id=invitation.organization_id, invitation_id=invitation.id
        ),
        now=now,
    )


@transaction.atomic
def take_back_invitation(*, invitation_id: UUID, actor: Actor, now: datetime) -> None:
    """Remove an invitation that was not sent yet."""
    invitation = TaskInvitation.objects.select_for_update().select_related("task").get(id=invitation_id)
    policies.check_can_edit_draft(actor, invitation.task)
    invitation.delete()


@transaction.atomic
def decline_invitation(*, invitation_id: UUID, actor: Actor, now: datetime) -> TaskInvitation:
    """Decline an invitation that was sent; the employer is notified, and the freelancer can still bid."""
    invitation = TaskInvitation.objects.select_for_update(of=("self",)).get(id=invitation_id, sent_at__isnull=False)
    policies.check_can_answer_invitation(actor, invitation.organization_id)
    if invitation.declined_at is None:
        invitation.declined_at = now
        invitation.save(update_fields=["declined_at"])
        bus.publish(
            events.InvitationDeclined(
                task_id=invitation.task_id, organization_id=invitation.organization_id, invitation_id=invitation.id
            ),
            now=now,
        )
    return invitation
