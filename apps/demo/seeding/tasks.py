"""Forty tasks from tasks.yaml, each taken to its stage by the real operations."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.utils import timezone

from apps.accounts.models import Organization
from apps.bidding import operations as bidding
from apps.bidding.models import Bid
from apps.bidding.rules import Answer, BidDraft, MilestoneDraft
from apps.common.money import Money
from apps.demo.seeding import contracts, texts
from apps.demo.seeding.background import run_jobs
from apps.demo.seeding.participants import Participants
from apps.demo.steps import days, owner_of, skill_ids
from apps.matching.models import ListKind
from apps.matching.operations import impressions
from apps.matching.queries import recommendations
from apps.pricing.queries import rates
from apps.skills.models import Category
from apps.tasks import operations as tasks
from apps.tasks import queries as task_queries
from apps.tasks.models import Task
from apps.tasks.rules import Brief

FILE = Path(__file__).parent / "tasks.yaml"
# Days since publication, for tasks of each stage.
AGE_DAYS = {
    "draft": 1, "open": 3, "deciding": 9, "offered": 9, "funded": 18, "delivered": 20, "revision": 20, "partly": 20,
    "completed": 34, "rewarded": 34, "changing": 18, "changed": 18, "late": 38, "stopped": 26, "closed": 12,
    "expired": 20, "cancelled": 10,
}  # fmt: skip

Row = dict[str, Any]


def add_all(participants: Participants) -> None:
    categories = dict(Category.objects.values_list("slug", "id"))
    for number, row in enumerate(yaml.safe_load(FILE.read_text())["tasks"]):
        add(participants, row, number, categories)


def add(participants: Participants, row: Row, number: int, categories: dict[str, UUID]) -> None:
    employer, stage = participants.employers[row["employer"]], row["stage"]
    owner = owner_of(employer)
    posted_at = participants.now - days(AGE_DAYS[stage] + number % 3 * 0.4)
    brief = _brief(row, employer, categories[row["category"]], posted_at)
    task = tasks.start_draft(actor=owner, brief=brief, now=posted_at)
    if stage == "draft":
        return
    task = tasks.publish(task_id=task.id, actor=owner, now=posted_at)
    if stage == "cancelled":
        tasks.cancel(task_id=task.id, actor=owner, now=posted_at + days(1), reason=texts.CANCELLATION)
        return
    _recommend(task, posted_at + days(0.1))
    bids = _place_bids(participants, task, row, number, posted_at)
    run_jobs(posted_at + days(2))
    if stage == "open":
        _ask_question(task, row["lang"], bids[-1].bidder, posted_at + days(1))
        return
    closed_at = posted_at + days(6)
    tasks.close_bidding(task_id=task.id, now=closed_at)
    if stage == "deciding":
        bidding.shortlist(bid_id=bids[0].id, actor=owner, now=closed_at)
    elif stage == "closed":
        tasks.close(task_id=task.id, actor=owner, now=closed_at + days(1))
    elif stage == "expired":
        tasks.expire(task_id=task.id, now=posted_at + days(14))
    else:
        contracts.add(bids[0], stage, row["lang"], closed_at + days(1))
    run_jobs(min(timezone.now(), posted_at + days(15)))


def _brief(row: Row, employer: Organization, category_id: UUID, posted_at: datetime) -> Brief:
    low, high = row["budget"] if isinstance(row["budget"], list) else (row["budget"], None)
    is_open = row["stage"] in ("open", "draft")
    return Brief(
        title=row["title"],
        category_id=category_id,
        goal=row["goal"],
        requirements=row["requirements"],
        source_language=row["lang"],
        budget_kind="range" if high else "fixed",
        budget_min_minor=Money.of(low, employer.currency).amount_minor,
        budget_max_minor=Money.of(high, employer.currency).amount_minor if high else None,
        currency=employer.currency,
        deadline_at=posted_at + days(45),
        deadline_time_zone=employer.time_zone,
        bid_window=row.get("window", "open"),
        bidding_closes_at=posted_at + days(12 if is_open else 6),
        decision_due_at=posted_at + days(20 if is_open else 14),
        criteria=tuple(row["criteria"]),
        skill_ids=tuple(skill_ids(row["skills"])),
    )


def _recommend(task: Task, now: datetime) -> None:
    """Show the recommendations to the employer, and the task to those freelancers in their lists, before any bid."""
    run_jobs(now)
    people = recommendations.recommended_freelancers(task.id, 10, now=now)
    impressions.record_shown(
        kind=ListKind.PEOPLE, reader_id=task.employer_id, rows=[person.shown for person in people], now=now
    )
    for person in people[:5]:
        reader_id = person.organization.id
        rows = [
            recommended_task.shown for recommended_task in recommendations.recommended_tasks(reader_id, 10, now=now)
        ]
        impressions.record_shown(kind=ListKind.RECOMMENDED, reader_id=reader_id, rows=rows, now=now)


def _place_bids(participants: Participants, task: Task, row: Row, number: int, posted_at: datetime) -> list[Bid]:
    bids = []
    for turn, name in enumerate(_bidders(participants, row, number)):
        person = participants.people[name]
        draft = _bid_draft(task, person.currency, person.language, turn, bool(row.get("milestones")), posted_at)
        bid = bidding.submit_bid(
            task_id=task.id,
            draft=draft,
            actor=owner_of(participants.freelancers[name]),
            now=posted_at + days(0.3 + turn * 0.4),
        )
        bids.append(bid)
    return bids


def _bidders(participants: Participants, row: Row, number: int) -> list[str]:
    """Return two to four bidders: the winner first, then those who share most skills."""
    skills, people = set(row["skills"]), participants.people
    names = sorted(people, key=lambda name: (-len(skills & set(people[name].skills)), name))
    if "by" in row:
        names.remove(row["by"])
        names.insert(0, row["by"])
    return names[: 2 + number % 3]


def _bid_draft(
    task: Task, own_currency: str, language: str, turn: int, has_milestones: bool, posted_at: datetime
) -> BidDraft:
    budget = task.budget_max
    assert budget is not None
    amount = Money.of(int(budget.as_decimal() * (88 + 7 * turn) / 100), task.currency)
    if turn == 1 and own_currency != task.currency:
        converted = rates.convert(amount, own_currency, posted_at.date())
        amount = Money.of(int(converted.amount.as_decimal()), own_currency) if converted else amount
    milestones: tuple[MilestoneDraft, ...] = ()
    if has_milestones:
        first, second = amount.allocate([2, 3])
        milestones = (
            MilestoneDraft("Prototype", first.amount_minor, 7),
            MilestoneDraft("Final", second.amount_minor, 9),
        )
    answers = tuple(Answer(criterion.id, turn < 2) for criterion in task_queries.criteria(task.id))
    return BidDraft(amount, 7 + 3 * turn, texts.note(language), language, milestones, answers)


def _ask_question(task: Task, language: str, asker: Organization, now: datetime) -> None:
    question = tasks.ask_question(
        task_id=task.id, text=texts.QUESTION, source_language="en", actor=owner_of(asker), now=now
    )
    if language in texts.ANSWERS:
        tasks.answer_question(
            question_id=question.id,
            answer=texts.ANSWERS[language],
            actor=owner_of(task.employer),
            now=now + days(0.2),
        )
