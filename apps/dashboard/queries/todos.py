"""The to-do list of a home page: everything that needs this user's attention, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.accounts.policies import may
from apps.accounts.rules import Act, Side
from apps.bidding.models import Bid
from apps.common import fmt
from apps.common.actors import Actor
from apps.contracts import policies
from apps.contracts.models import CancellationProposal, Contract, Milestone
from apps.contracts.queries import milestones
from apps.disputes import queries as disputes
from apps.disputes.models import DisputeStatement, SplitProposal
from apps.disputes.states import OPEN_DISPUTE
from apps.messaging import queries as messaging
from apps.moderation import queries as moderation
from apps.reviews import queries as reviews
from apps.reviews import rules as review_rules
from apps.spending import policies as spending_policies
from apps.spending import queries as spending
from apps.spending.states import RuleChangeStatus
from apps.tasks.models import Question, Task, TaskInvitation
from apps.tasks.states import BidWindow


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: its text, its page, and its deadline."""

    says: str | Promise
    subject: str
    language: str
    href: str
    due_at: datetime | None


_VERBS = {
    "fund": _("Fund a milestone"),
    "approve": _("Review a delivery"),
    "deliver": _("Deliver"),
}


PER_KIND_MAX = 50
"""At most this many rows of each kind are read, most urgent first."""


def todos(actor: Actor, user: User, now: datetime, limit: int = 8) -> list[Todo]:
    """
    Return what needs this user's attention for the acting organization, nearest deadline first. Contains only what
    their
    role allows; a fixed number of queries.
    """
    if actor.organization_id is None:
        return []
    result = [
        *_in_contracts(actor),
        *_disputes(actor, now),
        *_stops(actor),
        *_offers(actor),
        *_decisions(actor),
        *_new_bids(actor, now),
        *_questions(actor, now),
        *_invitations(actor, now),
        *_approvals(actor),
        *_limits(actor, now),
        *_reviews(actor, now),
        *_statements(actor, now),
        *_messages(actor, user),
    ]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(result, key=lambda todo: todo.due_at or far)[:limit]


def _in_contracts(actor: Actor) -> list[Todo]:
    steps = (
        milestones.milestones_visible_to(actor).filter(contract__status="active").order_by("contract_id", "position")
    )
    if actor.is_staff:
        steps = steps.filter(contract__in=_own_contracts(actor))
    todos, begun = [], set()
    for step in steps[:200]:
        action = policies.needs_action(actor, step)
        # Milestones are funded one after the other, so only the first one is listed.
        if not action or (action == "fund" and step.contract_id in begun):
            continue
        begun.add(step.contract_id)
        due_at = step.review_due_at if action == "approve" else step.due_at
        todos.append(Todo(_VERBS[action], _name(step), step.contract.binding_language, step.get_absolute_url(), due_at))
    return todos


def _name(step: Milestone) -> str:
    return f"{step.contract.title}: {step.title}" if step.title != step.contract.title else step.title


def _own_contracts(actor: Actor) -> list[UUID]:
    organization = actor.organization_id
    own = Contract.objects.filter(employer_id=organization) | Contract.objects.filter(freelancer_id=organization)
    return list(own.values_list("id", flat=True))


def _disputes(actor: Actor, now: datetime) -> list[Todo]:
    """Disputes this side has not answered, and splits proposed by the other side."""
    organization_id = actor.side_id
    spoken = DisputeStatement.objects.filter(dispute=OuterRef("pk"), organization_id=organization_id)
    proposed = SplitProposal.objects.filter(dispute=OuterRef("pk"), status="open").exclude(
        organization_id=organization_id
    )
    rows = (
        disputes.disputes_of(actor)
        .filter(status__in=OPEN_DISPUTE)
        .annotate(has_spoken=Exists(spoken), is_offered=Exists(proposed))
        .filter(Q(has_spoken=False, respondent_id=organization_id) | Q(is_offered=True))
        .order_by("answer_due_at")[:PER_KIND_MAX]
    )
    todos = []
    for row in rows:
        contract = row.milestone.contract
        side = Side.EMPLOYER if contract.employer_id == organization_id else Side.FREELANCER
        is_unanswered = not row.has_spoken and row.respondent_id == organization_id
        if is_unanswered and may(actor, Act.SPEAK_IN_DISPUTE, organization_id, side):
            says, due_at = _("Answer a dispute"), row.answer_due_at
        elif row.is_offered and may(actor, Act.ACCEPT_SPLIT, organization_id, side):
            says, due_at = _("Answer a proposal in a dispute"), row.decide_by
        else:
            continue
        todos.append(Todo(says, _name(row.milestone), contract.binding_language, row.get_absolute_url(), due_at))
    return todos


def _stops(actor: Actor) -> list[Todo]:
    own = Q(contract__employer_id=actor.organization_id) | Q(contract__freelancer_id=actor.organization_id)
    rows = (
        CancellationProposal.objects.filter(own, status="open", contract__status="active")
        .exclude(proposed_by_id=actor.organization_id)
        .select_related("contract")
        .order_by("proposed_at")[:PER_KIND_MAX]
    )
    return [
        Todo(
            _("Answer a proposal to stop"),
            row.contract.title,
            row.contract.binding_language,
            row.contract.get_absolute_url(),
            None,
        )
        for row in rows
        if policies.can_answer_cancellation(actor, row)
    ]


def _offers(actor: Actor) -> list[Todo]:
    if not may(actor, Act.ANSWER_OFFER, actor.organization_id, Side.FREELANCER):
        return []
    offered = Contract.objects.filter(freelancer_id=actor.organization_id, status="offered").order_by("respond_by")
    return [
        Todo(_("Answer an offer"), item.title, item.binding_language, item.get_absolute_url(), item.respond_by)
        for item in offered[:PER_KIND_MAX]
    ]


def _decisions(actor: Actor) -> list[Todo]:
    if not may(actor, Act.JUDGE_BIDS, actor.organization_id, Side.EMPLOYER):
        return []
    deciding = Task.objects.filter(employer_id=actor.organization_id, status="deciding").order_by("decision_due_at")
    return [
        Todo(
            _("Choose a bid"),
            item.title,
            item.source_language,
            reverse("bidding:compare", args=[item.id]),
            item.decision_due_at,
        )
        for item in deciding[:PER_KIND_MAX]
    ]


def _new_bids(actor: Actor, now: datetime) -> list[Todo]:
    """Tasks open for bids with bids not judged yet; for sealed bids, after bidding closes."""
    if not may(actor, Act.JUDGE_BIDS, actor.organization_id, Side.EMPLOYER):
        return []
    rows = (
        Task.objects.filter(employer_id=actor.organization_id, status="open")
        .exclude(bid_window=BidWindow.SEALED, bidding_closes_at__gt=now)
        .annotate(new_bids=Count("bids", filter=Q(bids__status="submitted")))
        .filter(new_bids__gt=0)
        .order_by("decision_due_at")[:PER_KIND_MAX]
    )
    return [
        Todo(
            ngettext("%(n)s new bid", "%(n)s new bids", row.new_bids) % {"n": fmt.number(row.new_bids)},
            row.title,
            row.source_language,
            reverse("bidding:compare", args=[row.id]),
            row.decision_due_at,
        )
        for row in rows
    ]


def _questions(actor: Actor, now: datetime) -> list[Todo]:
    if not may(actor, Act.MANAGE_TASK, actor.organization_id, Side.EMPLOYER):
        return []
    rows = (
        Question.objects.filter(
            task__employer_id=actor.organization_id,
            task__status="open",
            task__bidding_closes_at__gt=now,
            answered_at=None,
        )
        .select_related("task")
        .order_by("task__bidding_closes_at", "asked_at")[:PER_KIND_MAX]
    )
    return [
        Todo(
            _("Answer a question"),
            row.task.title,
            row.task.source_language,
            f"{row.task.get_absolute_url()}#questions",
            row.task.bidding_closes_at,
        )
        for row in rows
    ]


def _invitations(actor: Actor, now: datetime) -> list[Todo]:
    if not may(actor, Act.BID, actor.organization_id, Side.FREELANCER):
        return []
    own = Bid.objects.filter(bidder_id=actor.organization_id, task=OuterRef("task_id"))
    invited = (
        TaskInvitation.objects.filter(
            ~Exists(own),
            organization_id=actor.side_id,
            declined_at=None,
            task__status="open",
            task__bidding_closes_at__gt=now,
        )
        .select_related("task")
        .order_by("task__bidding_closes_at")
    )
    return [
        Todo(
            _("You are invited to bid"),
            item.task.title,
            item.task.source_language,
            item.task.get_absolute_url(),
            item.task.bidding_closes_at,
        )
        for item in invited[:PER_KIND_MAX]
    ]


def _approvals(actor: Actor) -> list[Todo]:
    """Payments for which another member requested a second person's approval."""
    if not may(actor, Act.DECIDE_SPENDING, actor.organization_id):
        return []
    rows = spending.waiting_approvals(actor.side_id).exclude(requested_by_id=actor.user_id)
    return [
        Todo(_("Approve a payment"), row.memo, "", reverse("spending:approval", args=[row.id]), None)
        for row in rows[:PER_KIND_MAX]
    ]


def _limits(actor: Actor, now: datetime) -> list[Todo]:
    if not may(actor, Act.LOOSEN_SPENDING_RULE, actor.organization_id):
        return []
    change = spending.pending_change(actor.side_id, now)
    if change is None or change.status != RuleChangeStatus.PROPOSED:
        return []
    if not spending_policies.can_agree_to_loosen(actor, change, now):
        return []
    subject = str(_("Higher spending limits"))
    return [Todo(_("Agree to a change of limits"), subject, "", reverse("spending:rule"), None)]


def _reviews(actor: Actor, now: datetime) -> list[Todo]:
    # The permission is the same on both sides of a contract.
    if not may(actor, Act.REVIEW, actor.organization_id, Side.EMPLOYER):
        return []
    rows = reviews.contracts_to_review(actor, now).order_by("ended_at")[:PER_KIND_MAX]
    return [
        Todo(
            _("Write a review"),
            row.title,
            row.binding_language,
            reverse("reviews:new", args=[row.id]),
            review_rules.window_end(row.ended_at),
        )
        for row in rows
        if row.ended_at is not None
    ]


OBJECTION_SHOWN_FOR = timedelta(days=30)
"""How long a staff decision is shown as a to-do; objections are possible for longer."""


def _statements(actor: Actor, now: datetime) -> list[Todo]:
    if not may(actor, Act.OBJECT, actor.organization_id):
        return []
    rows = moderation.statements_of(actor).filter(objection=None, issued_at__gt=now - OBJECTION_SHOWN_FOR)
    return [
        Todo(_("Read a decision of our staff, and object if it is wrong"), row.title, "", row.get_absolute_url(), None)
        for row in rows[:PER_KIND_MAX]
    ]


def _messages(actor: Actor, user: User) -> list[Todo]:
    unread = messaging.unread_by_contract(user, actor)
    rows = Contract.objects.filter(id__in=unread).order_by("-id")[:PER_KIND_MAX]
    return [
        Todo(
            ngettext("%(n)s unread message", "%(n)s unread messages", unread[row.id])
            % {"n": fmt.number(unread[row.id])},
            row.title,
            row.binding_language,
            reverse("messaging:thread", args=[row.id]),
            None,
        )
        for row in rows
    ]
