"""Contracts at every stage: offered, funded, changed, late, delivered, in revision, cancelled, disputed, paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.bidding.models import Bid
from apps.common.money import Money
from apps.contracts import terms
from apps.contracts.models import Contract, LateNotice, Milestone
from apps.contracts.operations import bonuses, cancellations, changes, milestones, notices, offers
from apps.demo import steps
from apps.demo.people import Person
from apps.demo.seeding import chargebacks, disputes, texts
from apps.demo.seeding.background import run_jobs
from apps.demo.seeding.participants import Participants
from apps.demo.steps import days, owner_of
from apps.messaging import operations as messaging
from apps.payments.operations import charges
from apps.reviews import operations as reviews

Row = dict[str, Any]
APPROVED = ("completed", "rewarded", "charged_back")


@dataclass(frozen=True, slots=True)
class Work:
    """A contract of the demo, and what is to become of it."""

    contract: Contract
    row: Row
    language: str
    number: int
    offered_at: datetime
    person: Person
    """The freelancer."""

    @property
    def note_language(self) -> str:
        return texts.language_of(texts.REPLIES, self.person.languages, self.language)


def add(bid: Bid, row: Row, number: int, participants: Participants, offered_at: datetime) -> None:
    employer, freelancer = owner_of(bid.task.employer), owner_of(bid.bidder)
    contract = offers.award(bid_id=bid.id, actor=employer, now=offered_at)
    stage, language = row["stage"], row["lang"]
    if stage == "offered":
        return
    offers.accept_offer(contract_id=contract.id, actor=freelancer, now=offered_at + days(0.3))
    work = Work(contract, row, language, number, offered_at, participants.people[row["by"]])
    milestone = steps.first_milestone(contract)
    charge = steps.fund(milestone, offered_at + days(0.6))
    charges.refresh_charge(charge_id=charge.id, now=offered_at + days(0.6))
    run_jobs(offered_at + days(0.7))
    _send_messages(work)
    if stage in ("funded", "changing", "changed", "late", "appealed", "stopped"):
        _at_work(work, milestone)
        return
    _deliver(work, milestone, offered_at + days(6))
    if stage == "revision" or (stage in APPROVED and number % 2):
        milestones.request_revision(
            milestone_id=milestone.id,
            text=texts.say(texts.REVISIONS, language),
            source_language=language,
            actor=employer,
            now=offered_at + days(7),
        )
    if stage in APPROVED and number % 2:
        _deliver(work, milestone, offered_at + days(9))
    if stage == "partly" or stage in APPROVED:
        approved_at = offered_at + days(8 if stage == "partly" else 10)
        milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=approved_at)
    if "dispute" in row:
        disputes.add(milestone, row["dispute"], stage, participants.moderator, offered_at)
    if "reviews" in row:
        run_jobs(offered_at + days(10.1))
        _review(work, offered_at + days(16 if "dispute" in row else 11))
    if stage == "rewarded":
        _reward(contract, offered_at + days(11))
    if stage == "charged_back":
        chargebacks.add(charge, is_lost=row.get("chargeback") == "lost", now=offered_at + days(33))


def _at_work(work: Work, milestone: Milestone) -> None:
    stage, offered_at = work.row["stage"], work.offered_at
    if stage in ("changing", "changed"):
        _change(work)
    elif stage == "late":
        _set_last_date(milestone, texts.LAST_DATE, "en", offered_at + days(29))
    elif stage == "appealed":
        _end_late_work(milestone, offered_at + days(12))
    elif stage == "stopped":
        _stop(work.contract, offered_at + days(4))


def _deliver(work: Work, milestone: Milestone, now: datetime) -> None:
    language = work.note_language
    steps.deliver(milestone, texts.pick(texts.DELIVERIES, language, work.number), language, now)


def _send_messages(work: Work) -> None:
    contract, language, answer = work.contract, work.language, work.note_language
    messages = [
        (contract.employer, language, texts.say(texts.STARTS, language)),
        (contract.freelancer, answer, texts.say(texts.REPLIES, answer)),
    ]
    for turn, (sender, written_in, text) in enumerate(messages):
        messaging.send(
            contract_id=contract.id,
            text=text,
            source_language=written_in,
            actor=owner_of(sender),
            now=work.offered_at + days(1 + turn * 0.1),
        )


def _change(work: Work) -> None:
    """The freelancer proposes more work for more money; the employer accepts, or has not answered yet."""
    contract, stage = work.contract, work.row["stage"]
    draft = changes.draft_in_force(contract)
    first = draft.steps[0]
    extra = Money(first.amount_minor, contract.currency).share_bps(2000)
    steps_after = (first, terms.Wanted(None, texts.EXTRA_TITLE, extra.amount_minor, 5), *draft.steps[1:])
    proposed_at = work.offered_at + days(3 if stage == "changed" else 4)
    change = changes.propose_change(
        contract_id=contract.id,
        draft=terms.Draft(steps_after, draft.criteria, draft.revisions + 1),
        reason=texts.CHANGE,
        source_language="en",
        actor=owner_of(contract.freelancer),
        now=proposed_at,
    )
    if stage == "changed":
        changes.accept_change(change_id=change.id, actor=owner_of(contract.employer), now=proposed_at + days(0.5))


def _set_last_date(milestone: Milestone, text: str, language: str, now: datetime) -> LateNotice:
    milestone.refresh_from_db()
    run_jobs(now)
    return notices.give_notice(
        milestone_id=milestone.id,
        text=text,
        source_language=language,
        actor=owner_of(milestone.contract.employer),
        now=now,
    )


def _end_late_work(milestone: Milestone, now: datetime) -> None:
    """The last date passes, the employer takes the money back, and the freelancer asks staff to correct the record."""
    notice = _set_last_date(milestone, texts.TOO_LATE, "fr", now)
    contract, ended_at = milestone.contract, notice.deliver_by + days(1)
    notices.enforce_notice(notice_id=notice.id, with_unfunded=True, actor=owner_of(contract.employer), now=ended_at)
    run_jobs(ended_at + days(0.1))
    notices.appeal(notice_id=notice.id, text=texts.APPEAL, actor=owner_of(contract.freelancer), now=ended_at + days(2))


def _reward(contract: Contract, now: datetime) -> None:
    bonus = bonuses.give_bonus(
        contract_id=contract.id,
        amount=Money.of("50.00", contract.currency),
        note=texts.BONUS,
        source_language="en",
        actor=owner_of(contract.employer),
        now=now,
    )
    charge = steps.pay_bonus(bonus, now)
    charges.refresh_charge(charge_id=charge.id, now=now)
    run_jobs(now + days(0.1))


def _stop(contract: Contract, now: datetime) -> None:
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id,
        freelancer_share_bps=3000,
        reason=texts.STOP,
        actor=owner_of(contract.employer),
        now=now,
    )
    cancellations.accept_cancellation(proposal_id=proposal.id, actor=owner_of(contract.freelancer), now=now + days(0.5))


def _review(work: Work, now: datetime) -> None:
    contract = work.contract
    for turn, (side, reviewer) in enumerate((("employer", contract.employer), ("freelancer", contract.freelancer))):
        written = work.row["reviews"].get(side)
        if written is None:
            continue
        quality, communication, skill = written["stars"]
        review = reviews.submit(
            contract_id=contract.id,
            quality=quality,
            communication=communication,
            skill=skill,
            text=written["text"],
            source_language=written["lang"],
            actor=owner_of(reviewer),
            now=now + days(turn * 0.5),
        )
        if side == "employer":
            of_employer = review
    answer = work.row["reviews"]["employer"].get("reply")
    if answer:
        reviews.reply(
            review_id=of_employer.id,
            text=answer,
            language=work.row["reviews"]["freelancer"]["lang"],
            actor=owner_of(contract.freelancer),
            now=now + days(2),
        )
