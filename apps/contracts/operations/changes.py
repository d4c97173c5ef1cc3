"""Change requests: propose, counter, accept, decline, withdraw. An accepted one is a new version of the contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.common import business_days, limits
from apps.common.actors import SYSTEM, Actor
from apps.common.fingerprints import fingerprint
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.contracts import errors, events, policies, terms
from apps.contracts.models import ChangeRequest, Contract, ContractCriterion, ContractVersion, Milestone
from apps.contracts.operations import endings, pauses, reminders
from apps.contracts.queries import changes as queries
from apps.contracts.queries import milestones as milestone_queries
from apps.contracts.queries.contracts import contract_for_update
from apps.contracts.states import CHANGE, CHANGEABLE, HOLDS_MONEY, MILESTONE, ChangeStatus
from apps.escrow.operations import funding, releases
from apps.escrow.policies import AmountNotPayable
from apps.frameworks.models import FrameworkVersion
from apps.frameworks.queries import frameworks
from apps.outbox import bus
from apps.payments.queries import refunds
from apps.spending import operations as spending

ANSWER_DAYS = 5
"""Business days of the side that must answer."""


@transaction.atomic
def propose_change(
    *, contract_id: UUID, draft: terms.Draft, reason: str, source_language: str, actor: Actor, now: datetime
) -> ChangeRequest:
    """
    Propose new terms to the other side. Nothing changes before it accepts, but the review windows of delivered
    milestones that the proposal is about are paused.

    :raises ChangeOpen: if a request is open already.
    :raises NothingChanged, MilestoneUnknown, MilestoneFixed, PaymentStarted, BelowReleased, DateInThePast: see
        `terms.difference`.
    :raises AmountNotPayable: if a price cannot be paid to its last digit.
    """
    contract = contract_for_update(contract_id)
    policies.check_can_propose_change(actor, contract)
    if queries.open_change(contract.id) is not None:
        raise errors.ChangeOpen
    return _propose(contract, draft, reason, source_language, actor, now)


def preview_change(*, contract: Contract, draft: terms.Draft, now: datetime) -> terms.Change:
    """
    Return what `propose_change` would propose. Changes nothing.

    :raises Invalid, Conflict: as `propose_change`.
    """
    change = terms.difference(
        queries.steps(queries.milestones_in_force(contract)),
        list(contract.criteria.values_list("text", flat=True)),
        contract.revisions_included,
        draft,
        now=now,
        new_id=uuid7,
    )
    _check_payable(change, contract.currency)
    return change


@transaction.atomic
def propose_extension(
    *, milestone_id: UUID, due_at: datetime, reason: str, source_language: str, actor: Actor, now: datetime
) -> ChangeRequest:
    """
    Propose another date for one funded milestone and change nothing else.

    :raises MilestoneFixed: unless the milestone is funded and still at work.
    """
    contract_id = Milestone.objects.values_list("contract_id", flat=True).get(id=milestone_id)
    contract = contract_for_update(contract_id)
    policies.check_can_propose_change(actor, contract)
    if queries.open_change(contract.id) is not None:
        raise errors.ChangeOpen
    draft = draft_in_force(contract)
    subject = next((step for step in _steps(contract) if step.id == milestone_id), None)
    if subject is None or subject.money != terms.HELD:
        raise errors.MilestoneFixed(title=subject.title if subject else contract.title)
    steps = tuple(replace(step, due_at=due_at) if step.id == milestone_id else step for step in draft.steps)
    return _propose(contract, replace(draft, steps=steps), reason, source_language, actor, now)


@transaction.atomic
def counter_change(
    *, change_id: UUID, draft: terms.Draft, reason: str, source_language: str, actor: Actor, now: datetime
) -> ChangeRequest:
    """Answer a proposal with other terms. The earlier proposal ends; the other side answers the new one."""
    change = queries.change_for_update(change_id)
    policies.check_can_answer_change(actor, change)
    move(change, CHANGE, "counter", actor=actor, now=now, changes=_answered(actor, now))
    pauses.resume(change.contract, now=now)
    return _propose(change.contract, draft, reason, source_language, actor, now, counters=change)


def _propose(
    contract: Contract,
    draft: terms.Draft,
    reason: str,
    source_language: str,
    actor: Actor,
    now: datetime,
    counters: ChangeRequest | None = None,
) -> ChangeRequest:
    limits.spend("propose_change", actor.user_id, now=now)
    criteria = list(contract.criteria.values_list("text", flat=True))
    change = terms.difference(_steps(contract), criteria, contract.revisions_included, draft, now=now, new_id=uuid7)
    if not reason.strip() and not change.is_date_only:
        raise errors.ChangeReasonMissing
    policies.check_can_propose_change(actor, contract, returns_money=change.returns_money)
    _check_payable(change, contract.currency)
    _check_within_ceiling(contract, change)
    is_employers = actor.acts_for(contract.employer_id)
    other = contract.freelancer if is_employers else contract.employer
    result = ChangeRequest.objects.create(
        contract=contract,
        base=queries.version_in_force(contract.id),
        proposed_by_id=actor.side_id,
        proposed_by_user_id=actor.person_id,
        proposed_at=now,
        respond_by=business_days.deadline(now, ANSWER_DAYS, country=other.country, time_zone=other.time_zone),
        reason=reason.strip()[:2000],
        source_language=source_language,
        change=terms.to_json(change),
        counters=counters,
    )
    pauses.pause(contract, change, by_employer=is_employers, now=now)
    bus.publish(
        events.ChangeProposed(contract_id=contract.id, change_id=result.id, is_counter=counters is not None), now=now
    )
    return result


def draft_in_force(contract: Contract) -> terms.Draft:
    """Return the terms as they are, as a draft: the milestones that can be changed, the criteria, the revisions."""
    current = queries.steps(queries.milestones_in_force(contract))
    steps = (step for step in current if step.status in CHANGEABLE)
    return terms.Draft(
        steps=tuple(terms.Wanted(step.id, step.title, step.amount_minor) for step in steps),
        criteria=tuple(contract.criteria.values_list("text", flat=True)),
        revisions=contract.revisions_included,
    )


def _steps(contract: Contract) -> list[terms.Step]:
    return queries.steps(queries.milestones_in_force(contract).select_for_update(of=("self",)))


def _check_payable(change: terms.Change, currency: str) -> None:
    """What is new, lower or given back must be an amount that the payment processor can move."""
    for step in change.steps:
        if "amount_minor" not in step.values:
            continue
        for minor in (step.after("amount_minor") or 0, abs(step.delta_minor)):
            amount = Money(minor, currency)
            if refunds.chargeable(amount) != amount:
                raise AmountNotPayable(currency=currency, nearest=refunds.chargeable(amount), field="milestones")


def _check_within_ceiling(contract: Contract, change: terms.Change) -> None:
    """The ceiling of a framework agreement also limits a higher price, which waits for offers under it."""
    if contract.framework_version_id is None or change.delta_minor <= 0:
        return
    framework_id = FrameworkVersion.objects.values_list("framework_id", flat=True).get(id=contract.framework_version_id)
    framework = frameworks.framework_for_update(framework_id)
    policies.check_within_ceiling(framework, Money(change.delta_minor, contract.currency))


# -- answer


def _answered(actor: Actor, now: datetime) -> dict[str, object]:
    return {"answered_at": now, "answered_by_id": actor.person_id}


@transaction.atomic
def decline_change(*, change_id: UUID, actor: Actor, now: datetime, reason: str = "") -> ChangeRequest:
    """Decline: the contract stays as it is, and paused review windows go on."""
    change = queries.change_for_update(change_id)
    policies.check_can_answer_change(actor, change)
    changes = _answered(actor, now) | {"answer": reason.strip()[:2000]}
    return _end(move(change, CHANGE, "decline", actor=actor, now=now, changes=changes), now)


@transaction.atomic
def withdraw_change(*, change_id: UUID, actor: Actor, now: datetime) -> ChangeRequest:
    change = queries.change_for_update(change_id)
    policies.check_can_withdraw_change(actor, change)
    return _end(move(change, CHANGE, "withdraw", actor=actor, now=now, changes=_answered(actor, now)), now)


@transaction.atomic
def lapse_change(*, change_id: UUID, now: datetime) -> ChangeRequest:
    """Called by the scheduler when a request was not answered in time."""
    change = queries.change_for_update(change_id)
    if change.status == ChangeStatus.OPEN and change.respond_by <= now:
        pauses.lapse_all(change.contract, now=now)
    return change


def _end(change: ChangeRequest, now: datetime) -> ChangeRequest:
    pauses.resume(change.contract, now=now)
    answered = events.ChangeAnswered(contract_id=change.contract_id, change_id=change.id, status=change.status)
    bus.publish(answered, now=now)
    return change


@transaction.atomic
def accept_change(*, change_id: UUID, actor: Actor, now: datetime) -> ContractVersion:
    """
    Accept the new terms: the contract has a new version. Money that is held beyond a lower price goes back; more money
    is asked for as milestones that the employer funds before the work, under the limits of its organization.

    :raises ChangeOutdated: if a milestone is no longer as it was when the change was proposed.
    :raises PaymentStarted: while a payment of a milestone with another price is open.
    """
    request = queries.change_for_update(change_id)
    contract, change = request.contract, terms.from_json(request.change)
    policies.check_can_answer_change(actor, request, returns_money=change.returns_money)
    CHANGE.next(request.status, "accept")
    milestones = list(queries.milestones_in_force(contract).select_for_update(of=("self",)))
    steps = queries.steps(milestones)
    terms.check_still_fits(change, steps)
    _check_within_ceiling(contract, change)
    version = _new_version(request, change, steps, actor, now)
    changes = _answered(actor, now) | {"version": version}
    move(request, CHANGE, "accept", actor=actor, now=now, changes=changes)
    _apply(contract, change, milestones, steps, actor, now)
    _follow(contract, version, change, now)
    reminders.work_has_ended(contract, now)
    _end(request, now)
    endings.end_contract_if_over(contract, actor=actor, now=now)
    return version


def _new_version(
    request: ChangeRequest, change: terms.Change, steps: list[terms.Step], actor: Actor, now: datetime
) -> ContractVersion:
    contract, base = request.contract, request.base
    full = terms.terms_after(
        contract.terms,
        change,
        steps,
        number=base.number + 1,
        previous_sha256=base.sha256,
        criteria=contract.criteria.values_list("text", flat=True),
        revisions=contract.revisions_included,
        reason=request.reason,
    )
    proposer = {"accepted_by_id": request.proposed_by_user_id, "accepted_at": request.proposed_at}
    answerer = {"accepted_by_id": actor.person_id, "accepted_at": now}
    is_employers = request.proposed_by_id == contract.employer_id
    employer, freelancer = (proposer, answerer) if is_employers else (answerer, proposer)
    return ContractVersion.objects.create(
        contract=contract,
        number=base.number + 1,
        terms=full,
        sha256=fingerprint(full),
        **{f"employer_{name}": value for name, value in employer.items()},
        **{f"freelancer_{name}": value for name, value in freelancer.items()},
    )


def _apply(
    contract: Contract,
    change: terms.Change,
    milestones: list[Milestone],
    steps: list[terms.Step],
    actor: Actor,
    now: datetime,
) -> None:
    by_id = {milestone.id: milestone for milestone in milestones}
    for item in change.steps:
        if item.kind == terms.ADDED:
            continue
        milestone = by_id[item.id]
        milestone.contract = contract
        if item.kind == terms.DROPPED:
            _drop(milestone, actor, now)
        else:
            _alter(milestone, item, actor, now)
    added = [item for item in change.steps if item.kind == terms.ADDED]
    kept = [milestone.id for milestone in milestones if milestone.dropped_at is None]
    order = terms.order_after(change, [*kept, *(item.id for item in added)], steps)
    _reposition(contract, order)
    Milestone.objects.bulk_create(
        Milestone(
            id=item.id,
            contract=contract,
            position=order.index(item.id) + 1,
            title=item.after("title"),
            amount_minor=item.after("amount_minor"),
            currency=contract.currency,
            days=item.after("days"),
            extra_for_id=item.extra_for,
        )
        for item in added
    )


def _reposition(contract: Contract, order: list[UUID]) -> None:
    """Number the milestones in their new order; dropped ones come last. Two steps, because positions are unique."""
    contract.milestones.update(position=F("position") + 1000)
    dropped = contract.milestones.exclude(id__in=order).order_by("position").values_list("id", flat=True)
    for position, milestone_id in enumerate([*order, *dropped], start=1):
        contract.milestones.filter(id=milestone_id).update(position=position)


def _drop(milestone: Milestone, actor: Actor, now: datetime) -> None:
    pauses.end_notice(milestone, "close", now=now)
    changes: dict[str, object] = {"dropped_at": now, "paused_at": None, "review_due_at": None}
    if milestone.status in HOLDS_MONEY:
        assert milestone.escrow_id is not None
        releases.refund(escrow_id=milestone.escrow_id, amount=None, actor=actor, now=now)
        move(milestone, MILESTONE, "end_refunded", actor=actor, now=now, changes=changes)
        return
    if milestone.escrow_id is not None:
        funding.cancel_if_unpaid(escrow_id=milestone.escrow_id, actor=SYSTEM, now=now)
    spending.void_approval(reference_id=milestone.id, now=now)
    move(milestone, MILESTONE, "cancel", actor=actor, now=now, changes=changes)


def _alter(milestone: Milestone, item: terms.StepChange, actor: Actor, now: datetime) -> None:
    after = {field: pair[1] for field, pair in item.values.items()}
    if "due_at" in after:
        milestone.overdue_notified_at = None
        pauses.end_notice(milestone, "replace", now=now)
    for field, value in after.items():
        setattr(milestone, field, value)
    if "amount_minor" in after and item.money == terms.HELD:
        _give_back(milestone, Money(-item.delta_minor, milestone.currency), actor, now)
    elif "amount_minor" in after and milestone.escrow_id is not None:
        funding.reprice(escrow_id=milestone.escrow_id, amount=milestone.amount, now=now)
        spending.void_approval(reference_id=milestone.id, now=now)
    milestone.save(update_fields=[*after, "overdue_notified_at", "given_back_minor"])
    if item.money == terms.HELD and not milestone_queries.money_of(milestone).held:
        changes = {"review_due_at": None, "paused_at": None}
        move(milestone, MILESTONE, endings.end_verb(milestone), actor=actor, now=now, changes=changes)


def _give_back(milestone: Milestone, amount: Money, actor: Actor, now: datetime) -> None:
    assert milestone.escrow_id is not None
    releases.refund(escrow_id=milestone.escrow_id, amount=amount, actor=actor, now=now)
    milestone.given_back_minor += amount.amount_minor


def _follow(contract: Contract, version: ContractVersion, change: terms.Change, now: datetime) -> None:
    """Let the contract's own columns and its checklist follow the new version."""
    contract.amount_minor = version.terms["amount_minor"]
    contract.revisions_included = version.terms["revisions_included"]
    contract.terms, contract.terms_sha256 = version.terms, version.sha256
    contract.save(update_fields=["amount_minor", "revisions_included", "terms", "terms_sha256"])
    if change.criteria is None:
        return
    rows = {row.text: row for row in contract.criteria}
    contract.criteria.update(retired_at=now)
    for position, text in enumerate(change.criteria[1], start=1):
        same = rows.pop(text, None)
        if same is None:
            ContractCriterion.objects.create(contract=contract, position=position, text=text)
        else:
            contract.all_criteria.filter(id=same.id).update(retired_at=None, position=position)
