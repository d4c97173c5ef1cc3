"""The to-do list of a home page: everything that needs this user's attention, most urgent first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)  # fmt: skip
from django.db.models.functions import Cast
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
from apps.common.prepared import before, prepared
from apps.contracts import policies
from apps.contracts.models import CancellationProposal, ChangeRequest, Contract, Milestone
from apps.contracts.states import MilestoneStatus
from apps.disputes import queries as disputes
from apps.disputes.models import DisputeStatement, SplitProposal
from apps.disputes.states import OPEN_DISPUTE
from apps.frameworks import policies as framework_policies
from apps.frameworks.models import Framework
from apps.messaging import queries as messaging
from apps.moderation import queries as moderation
from apps.reviews import queries as reviews
from apps.reviews import rules as review_rules
from apps.spending import policies as spending_policies
from apps.spending import queries as spending
from apps.spending.models import SpendingRuleChange
from apps.spending.states import RuleChangeStatus
from apps.tasks.models import Question, Task, TaskInvitation
from apps.tasks.states import BidWindow


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: its text, its page, its deadline, and what happens then if nobody does it."""

    says: str | Promise
    subject: str
    language: str
    href: str
    due_at: datetime | None
    consequence: str | Promise = ""


_LATER = {"fund": "approve", "split": "dispute"}
"""
What is not shown while another thing is to be done first: the next milestone is funded after the delivery is reviewed,
and the answer to a dispute may accept the proposed split. Whose role does not allow the first sees the second.
"""
PER_KIND_MAX = 50
"""At most this many rows of each kind are read, most urgent first."""
OBJECTION_SHOWN_FOR = timedelta(days=30)
"""How long a staff decision is shown as a to-do; objections are possible for longer."""


def todos(actor: Actor, user: User, now: datetime, limit: int = 50) -> list[Todo]:
    """
    Return what needs this user's attention for the acting organization, nearest deadline first. Contains only what
    their role allows. One query, and two more while spending limits are to be raised.
    """
    if actor.organization_id is None:
        return []
    rows = [_Waiting(*row) for row in _waiting(actor.organization_id, user.pk, now)]
    result, shown = [], set()
    for row in sorted(rows, key=lambda row: row.kind in _LATER):
        if (_LATER.get(row.kind), row.ref) in shown:
            continue
        if todo := _KINDS[row.kind](actor, row, now):
            result.append(replace(todo, consequence=_consequence(row, now)))
            shown.add((row.kind, row.ref))
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(result, key=lambda todo: todo.due_at or far)[:limit]


def _consequence(row: _Waiting, now: datetime) -> str | Promise:
    if row.kind == "deliver" and row.due_at and row.due_at < now:
        return _("It is late. Deliver, or ask for more time.")
    return _CONSEQUENCES.get(row.kind, "")


# -- what may wait


class _Waiting(NamedTuple):
    """A row of the statement. What a kind does not have is empty or None."""

    kind: str
    ref: UUID
    """What the page is about: a contract, task, dispute, approval or statement."""
    subject: str
    step: str
    """The milestone's title."""
    language: str
    due_at: datetime | None
    status: str
    employer_id: UUID | None
    freelancer_id: UUID | None
    who_id: UUID | None
    """Who proposed it."""
    n: int
    """A number of bids or messages, or the milestone's position."""


_NONE = {
    "ref": Cast(Value(None), UUIDField()),
    "subject": Value("", CharField()),
    "step": Value("", CharField()),
    "language": Value("", CharField()),
    "due_at": Cast(Value(None), DateTimeField()),
    "status": Value("", CharField()),
    "employer_id": Cast(Value(None), UUIDField()),
    "freelancer_id": Cast(Value(None), UUIDField()),
    "who_id": Cast(Value(None), UUIDField()),
    "n": Value(0, IntegerField()),
}


def _rows(kind: str, rows: QuerySet[Any], order: str, **columns: str) -> QuerySet[Any, Any]:
    """The most urgent rows, as columns of `_Waiting`; each column names a field."""
    values = {f"w_{name}": F(columns[name]) if name in columns else empty for name, empty in _NONE.items()}
    named: QuerySet[Any, Any] = rows.annotate(w_kind=Value(kind, CharField()), **values).order_by(order)
    return named.values_list("w_kind", *values)[:PER_KIND_MAX]


@prepared
def _waiting(organization_id: UUID, user_id: UUID, now: datetime) -> QuerySet[Any, Any]:
    own_contract = Q(contract__employer_id=organization_id) | Q(contract__freelancer_id=organization_id)
    contract = {"subject": "title", "language": "binding_language", "ref": "id"}
    task = {"subject": "title", "language": "source_language", "ref": "id"}
    its_task = {"subject": "task__title", "language": "task__source_language", "ref": "task_id"}
    its_contract = {
        "subject": "contract__title", "language": "contract__binding_language", "ref": "contract_id",
        "employer_id": "contract__employer_id", "freelancer_id": "contract__freelancer_id",
    }  # fmt: skip
    steps = Milestone.objects.filter(own_contract, contract__status="active")
    step = its_contract | {"step": "title", "status": "status", "n": "position"}
    earlier = Milestone.objects.filter(
        contract=OuterRef("contract"), position__lt=OuterRef("position"), status__in=_TO_FUND
    )
    tasks = Task.objects.filter(employer_id=organization_id)
    spoken = DisputeStatement.objects.filter(dispute=OuterRef("pk"), organization_id=organization_id)
    proposed = SplitProposal.objects.filter(dispute=OuterRef("pk"), status="open").exclude(
        organization_id=organization_id
    )
    open_disputes = disputes.disputes_of(organization_id).filter(status__in=OPEN_DISPUTE)
    dispute = {
        "ref": "id", "subject": "milestone__contract__title", "step": "milestone__title",
        "language": "milestone__contract__binding_language", "employer_id": "milestone__contract__employer_id",
        "freelancer_id": "milestone__contract__freelancer_id",
    }  # fmt: skip
    submitted = Bid.objects.filter(task=OuterRef("pk"), status="submitted").order_by()
    submitted_count = submitted.values("task").annotate(count=Count("pk")).values("count")
    bid_on = Bid.objects.filter(bidder_id=organization_id, task=OuterRef("task_id"))
    open_to_bids = {"task__status": "open", "task__bidding_closes_at__gt": now}
    first, *others = [
        _rows(
            "fund",
            steps.filter(~Exists(earlier), contract__employer_id=organization_id, status__in=_TO_FUND),
            "due_at", due_at="due_at", **step,
        ),
        _rows(
            "approve", steps.filter(contract__employer_id=organization_id, status=MilestoneStatus.DELIVERED),
            "review_due_at", due_at="review_due_at", **step,
        ),
        _rows(
            "deliver", steps.filter(contract__freelancer_id=organization_id, status__in=_TO_DELIVER),
            "due_at", due_at="due_at", **step,
        ),
        _rows(
            "stop",
            CancellationProposal.objects.filter(own_contract, status="open", contract__status="active").exclude(
                proposed_by_id=organization_id
            ),
            "proposed_at", who_id="proposed_by_id", status="contract__status", **its_contract,
        ),
        _rows(
            "change",
            ChangeRequest.objects.filter(own_contract, status="open", contract__status="active").exclude(
                proposed_by_id=organization_id
            ),
            "respond_by", due_at="respond_by", who_id="proposed_by_id", status="contract__status",
            **(its_contract | {"ref": "id"}),
        ),
        _rows(
            "framework",
            Framework.objects.filter(
                Q(employer_id=organization_id) | Q(freelancer_id=organization_id), status="proposed"
            ).exclude(proposed_by_id=organization_id),
            "respond_by", ref="id", subject="title", language="source_language", due_at="respond_by",
            status="status", employer_id="employer_id", freelancer_id="freelancer_id", who_id="proposed_by_id",
        ),
        _rows(
            "offer", Contract.objects.filter(freelancer_id=organization_id, status="offered"), "respond_by",
            due_at="respond_by", **contract,
        ),
        _rows(
            "review", reviews.contracts_to_review(organization_id, now), "ended_at", due_at="ended_at", **contract,
        ),
        _rows(
            "message", messaging.contracts_with_unread(organization_id, user_id), "-id", n="unread", **contract,
        ),
        _rows(
            "conversation", messaging.conversations_with_unread(organization_id, user_id), "-last_at",
            ref="conversation_id", subject="subject", language="subject_language", n="unread",
        ),
        _rows("decide", tasks.filter(status="deciding"), "decision_due_at", due_at="decision_due_at", **task),
        _rows(
            "bids",
            tasks.filter(status="open")
            .exclude(bid_window=BidWindow.SEALED, bidding_closes_at__gt=now)
            .filter(Exists(submitted))
            .annotate(new_bids=Subquery(submitted_count, output_field=IntegerField())),
            "decision_due_at", due_at="decision_due_at", n="new_bids", **task,
        ),
        _rows(
            "question",
            Question.objects.filter(task__employer_id=organization_id, answered_at=None, **open_to_bids),
            "task__bidding_closes_at", due_at="task__bidding_closes_at", **its_task,
        ),
        _rows(
            "invitation",
            TaskInvitation.objects.filter(
                ~Exists(bid_on), organization_id=organization_id, declined_at=None, **open_to_bids
            ),
            "task__bidding_closes_at", due_at="task__bidding_closes_at", **its_task,
        ),
        _rows(
            "dispute", open_disputes.filter(~Exists(spoken), respondent_id=organization_id), "answer_due_at",
            due_at="answer_due_at", **dispute,
        ),
        _rows(
            "split", open_disputes.filter(Exists(proposed)), "decide_by", due_at="decide_by", **dispute,
        ),
        _rows(
            "approval", spending.waiting_approvals(organization_id).exclude(requested_by_id=user_id), "requested_at",
            ref="id", subject="memo",
        ),
        _rows(
            "limits",
            SpendingRuleChange.objects.filter(organization_id=organization_id, status=RuleChangeStatus.PROPOSED),
            "id", ref="id",
        ),
        _rows(
            "statement",
            moderation.statements_of(organization_id).filter(
                objection=None, issued_at__gt=before(now, OBJECTION_SHOWN_FOR)
            ),
            "-issued_at", ref="id", subject="title",
        ),
    ]  # fmt: skip
    return first.union(*others, all=True)


_TO_FUND = (MilestoneStatus.PLANNED, MilestoneStatus.AWAITING_PAYMENT)
_TO_DELIVER = (MilestoneStatus.FUNDED, MilestoneStatus.IN_REVISION)


# -- what the reader's role allows, in words


def _plain(
    says: str | Promise, act: Act, route: str, side: Side | None = None
) -> Callable[[Actor, _Waiting, datetime], Todo | None]:
    """A kind that depends on the role alone."""

    def todo(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
        if not may(actor, act, actor.side_id, *([side] if side else [])):
            return None
        return Todo(says, row.subject, row.language, reverse(route, args=[row.ref]), row.due_at)

    return todo


def _counted(act: Act, route: str, says: Callable[[int], str]) -> Callable[[Actor, _Waiting, datetime], Todo | None]:
    def todo(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
        if not may(actor, act, actor.side_id, Side.EMPLOYER):
            return None
        return Todo(says(row.n), row.subject, row.language, reverse(route, args=[row.ref]), row.due_at)

    return todo


def _name(row: _Waiting) -> str:
    return f"{row.subject}: {row.step}" if row.step != row.subject else row.step


def _contract(row: _Waiting, status: str) -> Contract:
    """The contract, as far as the permissions look at it."""
    assert row.employer_id and row.freelancer_id
    return Contract(id=row.ref, employer_id=row.employer_id, freelancer_id=row.freelancer_id, status=status)


_VERBS = {"fund": _("Fund a milestone"), "approve": _("Review a delivery"), "deliver": _("Deliver")}


def _milestone(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
    milestone = Milestone(contract=_contract(row, "active"), status=row.status, position=row.n)
    action = policies.needs_action(actor, milestone)
    if not action:
        return None
    return Todo(_VERBS[action], _name(row), row.language, milestone.get_absolute_url(), row.due_at)


def _stop(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
    contract = _contract(row, row.status)
    assert row.who_id
    proposal = CancellationProposal(contract=contract, proposed_by_id=row.who_id, status="open")
    if not policies.can_answer_cancellation(actor, proposal):
        return None
    return Todo(_("Answer a proposal to stop"), row.subject, row.language, contract.get_absolute_url(), None)


def _change(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
    assert row.who_id
    change = ChangeRequest(id=row.ref, contract=_contract(row, row.status), proposed_by_id=row.who_id, status="open")
    if not policies.can_answer_change(actor, change):
        return None
    return Todo(_("Answer a change request"), row.subject, row.language, change.get_absolute_url(), row.due_at)


def _framework(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
    assert row.employer_id and row.freelancer_id and row.who_id and row.due_at
    framework = Framework(
        id=row.ref,
        employer_id=row.employer_id,
        freelancer_id=row.freelancer_id,
        proposed_by_id=row.who_id,
        status=row.status,
        respond_by=row.due_at,
    )
    if not framework_policies.can_answer(actor, framework, now):
        return None
    says = _("Answer a proposal of a framework agreement")
    return Todo(says, row.subject, row.language, framework.get_absolute_url(), row.due_at)


def _review(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
    # The permission is the same on both sides of a contract.
    if row.due_at is None or not may(actor, Act.REVIEW, actor.side_id, Side.EMPLOYER):
        return None
    href, until = reverse("reviews:new", args=[row.ref]), review_rules.window_end(row.due_at)
    return Todo(_("Write a review"), row.subject, row.language, href, until)


def _unread(route: str) -> Callable[[Actor, _Waiting, datetime], Todo | None]:
    def todo(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
        says = ngettext("%(n)s unread message", "%(n)s unread messages", row.n) % {"n": fmt.number(row.n)}
        return Todo(says, row.subject, row.language, reverse(route, args=[row.ref]), None)

    return todo


def _dispute(act: Act, says: Promise) -> Callable[[Actor, _Waiting, datetime], Todo | None]:
    def todo(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
        side = Side.EMPLOYER if row.employer_id == actor.organization_id else Side.FREELANCER
        if not may(actor, act, actor.side_id, side):
            return None
        return Todo(says, _name(row), row.language, reverse("disputes:room", args=[row.ref]), row.due_at)

    return todo


def _question(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
    if not may(actor, Act.MANAGE_TASK, actor.side_id, Side.EMPLOYER):
        return None
    href = f"{reverse('tasks:detail', args=[row.ref])}#questions"
    return Todo(_("Answer a question"), row.subject, row.language, href, row.due_at)


def _limits(actor: Actor, row: _Waiting, now: datetime) -> Todo | None:
    if not may(actor, Act.LOOSEN_SPENDING_RULE, actor.side_id):
        return None
    change = spending.pending_change(actor.side_id, now)
    if change is None or not spending_policies.can_agree_to_loosen(actor, change, now):
        return None
    subject = str(_("Higher spending limits"))
    return Todo(_("Agree to a change of limits"), subject, "", reverse("spending:rule"), None)


_KINDS: dict[str, Callable[[Actor, _Waiting, datetime], Todo | None]] = {
    "fund": _milestone,
    "approve": _milestone,
    "deliver": _milestone,
    "stop": _stop,
    "change": _change,
    "framework": _framework,
    "offer": _plain(_("Answer an offer"), Act.ANSWER_OFFER, "contracts:room", Side.FREELANCER),
    "review": _review,
    "message": _unread("messaging:thread"),
    "conversation": _unread("messaging:conversation"),
    "decide": _plain(_("Choose a bid"), Act.JUDGE_BIDS, "bidding:compare", Side.EMPLOYER),
    "bids": _counted(
        Act.JUDGE_BIDS,
        "bidding:compare",
        lambda n: ngettext("%(n)s new bid", "%(n)s new bids", n) % {"n": fmt.number(n)},
    ),
    "question": _question,
    "invitation": _plain(_("You are invited to bid"), Act.BID, "tasks:detail", Side.FREELANCER),
    "dispute": _dispute(Act.SPEAK_IN_DISPUTE, _("Answer a dispute")),
    "split": _dispute(Act.ACCEPT_SPLIT, _("Answer a proposal in a dispute")),
    "approval": _plain(_("Approve a payment"), Act.DECIDE_SPENDING, "spending:approval"),
    "limits": _limits,
    "statement": _plain(
        _("Read a decision of our staff, and object if it is wrong"), Act.OBJECT, "moderation:statement"
    ),
}
_CONSEQUENCES: dict[str, str | Promise] = {
    "fund": _("Work starts when it is funded."),
    "approve": _("Then it is approved automatically and paid."),
    "deliver": _("After that the delivery is late."),
    "offer": _("Then the offer ends."),
    "change": _("Then the change request ends; the contract stays as it is."),
    "framework": _("Then the proposal ends."),
    "review": _("Then reviews are closed."),
    "conversation": _("Your usual time to answer is shown on your profile."),
    "decide": _("Then the task ends without a contract."),
    "question": _("Then bidding closes."),
    "invitation": _("Then bidding closes."),
    "dispute": _("Then staff may decide without your answer."),
    "split": _("If you do not agree, staff decide."),
}
"""What happens at the deadline, or until it is done."""
