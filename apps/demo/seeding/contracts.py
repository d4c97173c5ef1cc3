"""Contracts at every stage: offered, funded, changed, late, delivered, in revision, cancelled, partly or fully paid."""

from __future__ import annotations

from datetime import datetime

from apps.bidding.models import Bid
from apps.common.money import Money
from apps.contracts import terms
from apps.contracts.models import Contract, Milestone
from apps.contracts.operations import bonuses, cancellations, changes, milestones, notices, offers
from apps.demo import steps
from apps.demo.seeding import texts
from apps.demo.seeding.background import run_jobs
from apps.demo.steps import days, owner_of
from apps.messaging import operations as messaging
from apps.payments.operations import charges
from apps.reviews import operations as reviews


def add(bid: Bid, stage: str, language: str, offered_at: datetime) -> None:
    employer, freelancer = owner_of(bid.task.employer), owner_of(bid.bidder)
    contract = offers.award(bid_id=bid.id, actor=employer, now=offered_at)
    if stage == "offered":
        return
    offers.accept_offer(contract_id=contract.id, actor=freelancer, now=offered_at + days(0.3))
    milestone = steps.first_milestone(contract)
    charge = steps.fund(milestone, offered_at + days(0.6))
    charges.refresh_charge(charge_id=charge.id, now=offered_at + days(0.6))
    run_jobs(offered_at + days(0.7))
    _send_messages(contract, language, offered_at + days(1))
    if stage == "funded":
        return
    if stage in ("changing", "changed"):
        _change(contract, stage, offered_at)
        return
    if stage == "late":
        _set_last_date(milestone, offered_at + days(29))
        return
    if stage == "stopped":
        _stop(contract, offered_at + days(4))
        return
    steps.deliver(milestone, texts.note(language), language, offered_at + days(6))
    if stage in ("revision", "completed", "rewarded"):
        milestones.request_revision(
            milestone_id=milestone.id,
            text=texts.REVISION,
            source_language="en",
            actor=employer,
            now=offered_at + days(7),
        )
    if stage in ("completed", "rewarded"):
        steps.deliver(milestone, texts.note("en"), "en", offered_at + days(9))
    if stage in ("partly", "completed", "rewarded"):
        approved_at = offered_at + days(8 if stage == "partly" else 10)
        milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=approved_at)
    if stage in ("completed", "rewarded"):
        run_jobs(offered_at + days(10.1))
        _review(contract, language, offered_at + days(11))
    if stage == "rewarded":
        _reward(contract, offered_at + days(11))


def _send_messages(contract: Contract, language: str, now: datetime) -> None:
    messages = [
        (contract.employer, contract.binding_language, texts.review(language)),
        (contract.freelancer, "en", texts.MESSAGE),
    ]
    for turn, (sender, written_in, text) in enumerate(messages):
        messaging.send(
            contract_id=contract.id,
            text=text,
            source_language=written_in,
            actor=owner_of(sender),
            now=now + days(turn * 0.1),
        )


def _change(contract: Contract, stage: str, offered_at: datetime) -> None:
    """The freelancer proposes more work for more money; the employer accepts, or has not answered yet."""
    draft = changes.draft_in_force(contract)
    first = draft.steps[0]
    extra = Money(first.amount_minor, contract.currency).share_bps(2000)
    steps_after = (first, terms.Wanted(None, texts.EXTRA_TITLE, extra.amount_minor, 5), *draft.steps[1:])
    proposed_at = offered_at + days(3 if stage == "changed" else 9)
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


def _set_last_date(milestone: Milestone, now: datetime) -> None:
    milestone.refresh_from_db()
    run_jobs(now)
    notices.give_notice(
        milestone_id=milestone.id,
        text=texts.LAST_DATE,
        source_language="en",
        actor=owner_of(milestone.contract.employer),
        now=now,
    )


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


def _review(contract: Contract, language: str, now: datetime) -> None:
    for turn, reviewer in enumerate((contract.employer, contract.freelancer)):
        written_in = language if turn == 0 else "en"
        reviews.submit(
            contract_id=contract.id,
            quality=5 - turn % 2,
            communication=5,
            skill=4 + turn % 2,
            text=texts.review(written_in),
            source_language=written_in,
            actor=owner_of(reviewer),
            now=now + days(turn * 0.5),
        )
