"""Contract offers: from a bid to a contract both sides agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.accounts.models import Organization
from apps.accounts.policies import check_are_strangers
from apps.bidding import operations as bidding
from apps.bidding import policies as bidding_policies
from apps.bidding import queries as bids
from apps.bidding.models import Bid
from apps.bidding.states import ExchangeBearer
from apps.common import business_days, limits
from apps.common.actors import SYSTEM, Actor
from apps.common.fingerprints import fingerprint
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.contracts import events, policies
from apps.contracts.models import Contract, ContractCriterion, ContractVersion, Milestone
from apps.contracts.queries import contracts
from apps.contracts.states import CONTRACT, ContractStatus
from apps.frameworks.models import FrameworkVersion
from apps.outbox import bus
from apps.tasks import operations as tasks
from apps.tasks import queries as task_queries
from apps.tasks.models import Task
from apps.tasks.rules import Brief

ANSWER_DAYS = 5
"""Business days of the freelancer to answer an offer."""


@transaction.atomic
def award(*, bid_id: UUID, actor: Actor, now: datetime) -> Contract:
    """
    Offer the bidder a contract on the bid's terms, with its milestones.

    :raises StillSealed: if bids are sealed and bidding has not closed.
    :raises IllegalTransition: if another bid was awarded.
    :raises OnePersonOnBothSides: if the employer and the bidder are the same people.
    """
    task = task_queries.task_for_update(bids.bid_for_update(bid_id).task_id)
    bid = bids.bid_for_update(bid_id)
    bidding_policies.check_can_award(actor, bid, now)
    limits.spend("award", actor.user_id, now=now)
    # first, because it rejects a second award
    tasks.follow_contract(task_id=task.id, verb="award", actor=actor, now=now)
    bidding.follow_contract(bid_id=bid.id, verb="award", actor=actor, now=now)
    contract = _draw_up(bid, actor, now)
    bus.publish(events.ContractOffered(contract_id=contract.id), now=now)
    return contract


@transaction.atomic
def offer_to_other_bidder(*, contract_id: UUID, bid_id: UUID, actor: Actor, now: datetime) -> Contract:
    """
    After a contract ended without being completed, offer one to another bidder of the same task, on that bid's terms.

    :raises NothingToOfferAgain: unless the contract ended without being completed.
    :raises IllegalTransition: if the task has another contract, or the bid cannot be chosen.
    """
    ended = contracts.contract_for_update(contract_id)
    task = task_queries.task_for_update(ended.task_id)
    bid = bids.bid_for_update(bid_id)
    bidding_policies.check_can_award_again(actor, bid)
    if bid.task_id != task.id or ended.status not in policies.OFFERED_AGAIN:
        raise policies.NothingToOfferAgain
    limits.spend("award", actor.user_id, now=now)
    tasks.follow_contract(task_id=task.id, verb="award_again", actor=actor, now=now)
    if (earlier := bids.accepted_bid(task.id)) is not None:
        bidding.follow_contract(bid_id=earlier.id, verb="replace", actor=actor, now=now)
    bidding.follow_contract(bid_id=bid.id, verb="award_again", actor=actor, now=now)
    contract = _draw_up(bid, actor, now)
    bus.publish(events.ContractOffered(contract_id=contract.id), now=now)
    return contract


def _draw_up(bid: Bid, actor: Actor, now: datetime) -> Contract:
    """A contract on the bid's terms."""
    task = bid.task
    terms = agreed_terms(
        task_queries.brief_of(task),
        amount=bid.binding_amount,
        days=bid.days,
        milestones=[(part.title, part.binding_amount_minor, part.days) for part in bids.milestones(bid.id)],
    ) | {
        "addenda": [addendum.text for addendum in task.addenda.order_by("added_at")],
        "exchange_bearer": bid.exchange_bearer,
        "exchange_minor": bid.exchange_minor,
        "cover_note": bid.cover_note,
        "answers": [
            {"criterion": answer.criterion.text, "will_meet": answer.will_meet, "note": answer.note}
            for answer in bids.answers(bid.id)
        ],
    }
    return draw_up(task=task, freelancer=bid.bidder, bid=bid, terms=terms, actor=actor, now=now)


def agreed_terms(
    brief: Brief, *, amount: Money, days: int, milestones: Sequence[tuple[str, int, int]]
) -> dict[str, Any]:
    """
    Return an agreement as plain values, in the original words of the employer, without anything of a bid.

    :param milestones: title, amount in minor units, and days of each.
    """
    return {
        "title": brief.title,
        "background": brief.background,
        "goal": brief.goal,
        "requirements": brief.requirements,
        "payment_terms": brief.payment_terms,
        "language": brief.source_language,
        "deadline_at": brief.deadline_at.isoformat() if brief.deadline_at else None,
        "criteria": list(brief.criteria),
        "addenda": [],
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "exchange_bearer": ExchangeBearer.FREELANCER.value,
        "exchange_minor": 0,
        "days": days,
        "revisions_included": brief.revisions_included,
        "chargeback_is_owed_back": settings.CHARGEBACK_IS_OWED_BACK,
        "cover_note": "",
        "answers": [],
        "milestones": [
            {"title": title, "amount_minor": amount_minor, "days": days_of_one}
            for title, amount_minor, days_of_one in milestones
        ],
    }


def draw_up(
    *,
    task: Task,
    freelancer: Organization,
    bid: Bid | None,
    terms: dict[str, Any],
    actor: Actor,
    now: datetime,
    framework_version: FrameworkVersion | None = None,
    contract_id: UUID | None = None,
) -> Contract:
    """
    Create the offered contract with the milestones and criteria of its terms.

    :param terms: as `agreed_terms`.
    :param framework_version: whose review window applies.
    :param contract_id: if the id was chosen before.
    """
    review_days = {} if framework_version is None else {"review_days": framework_version.terms["review_days"]}
    contract = Contract.objects.create(
        id=contract_id or uuid7(),
        task=task,
        bid=bid,
        framework_version=framework_version,
        **review_days,
        employer_id=task.employer_id,
        freelancer=freelancer,
        title=task.title,
        amount_minor=terms["amount_minor"],
        currency=terms["currency"],
        binding_language=terms["language"],
        terms=terms,
        terms_sha256=fingerprint(terms),
        revisions_included=terms["revisions_included"],
        offered_at=now,
        offered_by_id=actor.user_id,
        respond_by=business_days.deadline(now, ANSWER_DAYS, country=freelancer.country, time_zone=freelancer.time_zone),
    )
    ContractCriterion.objects.bulk_create(
        ContractCriterion(contract=contract, position=position, text=text)
        for position, text in enumerate(terms["criteria"], start=1)
    )
    Milestone.objects.bulk_create(
        Milestone(contract=contract, position=position, currency=terms["currency"], **step)
        for position, step in enumerate(terms["milestones"], start=1)
    )
    return contract


@transaction.atomic
def hire_again(*, contract_id: UUID, actor: Actor, now: datetime) -> Task:
    """
    Create a draft of the same work, on which only this freelancer may bid. The employer changes it as needed, and
    publishes it.

    :raises NotEndedYet: while the contract is active.
    """
    contract = contracts.contract_for_update(contract_id)
    policies.check_can_hire_again(actor, contract)
    draft = tasks.copy_task(task_id=contract.task_id, actor=actor, now=now, only_invited=True)
    tasks.invite(task_id=draft.id, organization_id=contract.freelancer_id, actor=actor, now=now)
    return draft


@transaction.atomic
def accept_offer(*, contract_id: UUID, actor: Actor, now: datetime) -> Contract:
    """Accept the offer: milestones can be funded, and the other bidders are notified."""
    contract = contracts.contract_for_update(contract_id)
    policies.check_can_answer_offer(actor, contract)
    check_are_strangers(contract.employer_id, contract.freelancer_id, since=contract.offered_at)
    move(contract, CONTRACT, "accept", actor=actor, now=now, changes={"accepted_at": now, "unfunded_since": now})
    ContractVersion.objects.create(
        contract=contract,
        number=1,
        terms=contract.terms,
        sha256=contract.terms_sha256,
        employer_accepted_by_id=contract.offered_by_id,
        employer_accepted_at=contract.offered_at,
        freelancer_accepted_by_id=actor.person_id,
        freelancer_accepted_at=now,
    )
    if contract.bid_id is not None:
        bidding.follow_contract(bid_id=contract.bid_id, verb="accept", actor=actor, now=now)
        bidding.pass_over_rest(task_id=contract.task_id, now=now)
    bus.publish(events.ContractAccepted(contract_id=contract.id), now=now)
    return contract


def _end_offer(contract: Contract, verb: str, bid_verb: str, actor: Actor, now: datetime, reason: str = "") -> Contract:
    move(contract, CONTRACT, verb, actor=actor, now=now, reason=reason, changes={"ended_at": now})
    if contract.bid_id is None:
        tasks.follow_contract(task_id=contract.task_id, verb="end", actor=actor, now=now)
    else:
        is_second = contracts.is_second_of_its_task(contract)  # then the task was closed before it, and is again
        bid_verb = "return" if is_second and bid_verb == "take_back" else bid_verb
        bidding.follow_contract(bid_id=contract.bid_id, verb=bid_verb, actor=actor, now=now)
        tasks.follow_contract(task_id=contract.task_id, verb="end" if is_second else "reopen", actor=actor, now=now)
    bus.publish(events.OfferEnded(contract_id=contract.id, status=contract.status), now=now)
    return contract


@transaction.atomic
def decline_offer(*, contract_id: UUID, actor: Actor, now: datetime, reason: str = "") -> Contract:
    """Decline the offer; the employer may choose another bid."""
    contract = contracts.contract_for_update(contract_id)
    policies.check_can_answer_offer(actor, contract)
    return _end_offer(contract, "decline", "refuse", actor, now, reason)


@transaction.atomic
def take_back_offer(*, contract_id: UUID, actor: Actor, now: datetime) -> Contract:
    """The employer withdraws an unanswered offer; the bid can be chosen again."""
    contract = contracts.contract_for_update(contract_id)
    policies.check_can_take_back(actor, contract)
    return _end_offer(contract, "take_back", "take_back", actor, now)


@transaction.atomic
def lapse_offer(*, contract_id: UUID, now: datetime) -> Contract:
    """Called by the scheduler when an offer was not answered in time."""
    contract = contracts.contract_for_update(contract_id)
    if contract.status == ContractStatus.OFFERED and contract.respond_by <= now:
        _end_offer(contract, "lapse", "refuse", SYSTEM, now)
    return contract
