"""Tasks from briefs/, one file a language, each taken to its stage by the real operations, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
from apps.demo.people import Person
from apps.demo.seeding import contracts, evaluations, texts
from apps.demo.seeding.background import compute_matches, run_jobs
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

FOLDER = Path(__file__).parent / "briefs"
# Days since publication, for tasks of each stage whose brief does not say it (`age`).
AGE_DAYS = {
    "draft": 1, "open": 2, "deciding": 9, "offered": 9, "funded": 12, "delivered": 19, "revision": 19, "partly": 20,
    "changing": 13, "changed": 18, "late": 38, "stopped": 26, "closed": 12, "expired": 20, "cancelled": 10,
    "disputed": 19.2, "answered": 18,
}  # fmt: skip
BIDS_SCORED = 4
RECOMMENDED_DAYS = 30
"""Older tasks were not all looked at."""
DAYS_TO_APPROVAL = 18
"""From the publication of a completed task."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posting:
    """A described task, with its language and the date of its publication."""

    row: Row
    number: int
    posted_at: datetime


def postings(now: datetime) -> list[Posting]:
    """All described tasks, the oldest first."""
    described = [
        Posting(row, number, now - days(row.get("age", AGE_DAYS.get(row["stage"], 0)) + number % 5 * 0.37))
        for number, row in enumerate(_rows())
    ]
    return sorted(described, key=lambda posting: posting.posted_at)


def _rows() -> Iterator[Row]:
    for path in sorted(FOLDER.glob("*.yaml")):
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        yield from (row | {"lang": path.stem} for row in rows)


def add(participants: Participants, posting: Posting, categories: dict[str, UUID]) -> None:
    row, number, posted_at = posting.row, posting.number, posting.posted_at
    employer, stage = participants.employers[row["employer"]], row["stage"]
    owner = owner_of(employer)
    brief = _brief(row, employer, categories[row["category"]], posted_at)
    task = tasks.start_draft(actor=owner, brief=brief, now=posted_at)
    if stage == "draft":
        return
    task = tasks.publish(task_id=task.id, actor=owner, now=posted_at)
    if stage == "cancelled":
        tasks.cancel(task_id=task.id, actor=owner, now=posted_at + days(1), reason=texts.CANCELLATION)
        return
    if "scored" in row:
        evaluations.publish_criteria(task, row["scored"], posted_at)
    run_jobs(posted_at + days(0.1))
    if number % 3 == 0 or posted_at > participants.now - days(RECOMMENDED_DAYS):
        compute_matches(posted_at + days(0.1))
        _recommend(task, posted_at + days(0.1))
    bids = _place_bids(participants, task, posting)
    if stage == "open":
        run_jobs(posted_at + days(1.5))
        _ask_question(task, row["lang"], bids[-1].bidder, posted_at + days(1), is_answered=number % 5 != 3)
        return
    closed_at = posted_at + days(6)
    tasks.close_bidding(task_id=task.id, now=closed_at)
    if stage == "deciding":
        bidding.shortlist(bid_id=bids[0].id, actor=owner, now=closed_at)
        if "scored" in row:
            evaluations.score(participants, bids, row["scored"], closed_at + days(1))
    elif stage == "closed":
        tasks.close(task_id=task.id, actor=owner, now=closed_at + days(1))
    elif stage == "expired":
        tasks.expire(task_id=task.id, now=posted_at + days(14))
    else:
        contracts.add(bids[0], row, number, participants, closed_at + days(1))
    run_jobs(min(timezone.now(), posted_at + days(15)))


def category_ids() -> dict[str, UUID]:
    return dict(Category.objects.values_list("slug", "id"))


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
    people = recommendations.recommended_freelancers(task.id, 10, now=now)
    impressions.record_shown(
        kind=ListKind.PEOPLE, reader_id=task.employer_id, rows=[person.shown for person in people], now=now
    )
    for person in people[:3]:
        reader_id = person.organization.id
        rows = [
            recommended_task.shown for recommended_task in recommendations.recommended_tasks(reader_id, 10, now=now)
        ]
        impressions.record_shown(kind=ListKind.RECOMMENDED, reader_id=reader_id, rows=rows, now=now)


def _place_bids(participants: Participants, task: Task, posting: Posting) -> list[Bid]:
    row, posted_at = posting.row, posting.posted_at
    bids = []
    for turn, name in enumerate(_bidders(participants, row, posting.number)):
        person = participants.people[name]
        draft = _bid_draft(task, person, turn, posting)
        bid = bidding.submit_bid(
            task_id=task.id,
            draft=draft,
            actor=owner_of(participants.freelancers[name]),
            now=posted_at + days(0.3 + turn * 0.3),
        )
        bids.append(bid)
    return bids


def _bidders(participants: Participants, row: Row, number: int) -> list[str]:
    """
    Return two to four bidders: the winner first, then those who share most skills. The demo's own logins leave open
    tasks to others, so that these are still recommended to them.
    """
    skills, people = set(row["skills"]), participants.people
    shared = {name: len(skills & set(person.skills)) for name, person in people.items()}
    names = sorted(people, key=lambda name: (-shared[name], (number * 7 + len(name) * 3) % 11, name))
    if row["stage"] == "open":
        names = [name for name in names if name not in LOGS_IN]
    if "by" in row:
        names.remove(row["by"])
        names.insert(0, row["by"])
    count = BIDS_SCORED if "scored" in row else 2 + number % 3 if row["stage"] in COMPARED else 2
    return [name for turn, name in enumerate(names[:count]) if turn < 2 or shared[name]]


COMPARED = ("open", "deciding", "offered", "closed")
LOGS_IN = ("amara", "lin", "nour")


def _bid_draft(task: Task, person: Person, turn: int, posting: Posting) -> BidDraft:
    budget, own_currency = task.budget_max, person.currency
    assert budget is not None
    amount = Money.of(int(budget.as_decimal() * (88 + 7 * turn) / 100), task.currency)
    if turn == 1 and own_currency != task.currency:
        converted = rates.convert(amount, own_currency, posting.posted_at.date())
        amount = Money.of(int(converted.amount.as_decimal()), own_currency) if converted else amount
    milestones: tuple[MilestoneDraft, ...] = ()
    if posting.row.get("milestones"):
        first, second = amount.allocate([2, 3])
        milestones = (
            MilestoneDraft("Prototype", first.amount_minor, 7),
            MilestoneDraft("Finished work", second.amount_minor, 9),
        )
    answers = tuple(Answer(criterion.id, turn < 2) for criterion in task_queries.criteria(task.id))
    plan = texts.pick(texts.PLANS, person.language, posting.number + turn)
    note = f"{person.pitch} {plan}" if person.language in texts.PLANS else person.pitch
    return BidDraft(amount, 7 + 3 * turn, note, person.language, milestones, answers)


def _ask_question(task: Task, language: str, asker: Organization, now: datetime, *, is_answered: bool) -> None:
    question = tasks.ask_question(
        task_id=task.id,
        text=texts.say(texts.QUESTIONS, language),
        source_language=language,
        actor=owner_of(asker),
        now=now,
    )
    if is_answered:
        tasks.answer_question(
            question_id=question.id,
            answer=texts.say(texts.ANSWERS, language),
            actor=owner_of(task.employer),
            now=now + days(0.2),
        )
