"""Operations on bids: submit, edit, withdraw; shortlist, decline, pass over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization
from apps.bidding import events, policies, queries, rules
from apps.bidding.models import Bid, CriterionAnswer, ProposedMilestone
from apps.bidding.rules import BidDraft
from apps.bidding.states import BID, DeclineReason
from apps.common import limits
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Invalid
from apps.common.money import Money
from apps.common.operations import move
from apps.compliance import policies as compliance
from apps.outbox import bus
from apps.pricing.queries import rates
from apps.tasks import operations as task_operations
from apps.tasks import policies as tasks_policies
from apps.tasks import queries as tasks
from apps.tasks.models import Task


class AmountMissing(Invalid):
    code = "amount_missing"
    field = "amount"
    message = _("Enter an amount above zero.")


class PriceNotPayable(Invalid):
    code = "price_not_payable"
    field = "amount"
    message = _("%(amount)s cannot be paid to the last digit. The nearest amount above it is %(nearest)s.")


class CurrencyNotOffered(Invalid):
    code = "currency_not_offered"
    field = "currency"
    message = _("Bid in the task's currency (%(task)s) or in your own (%(own)s).")


class DaysMissing(Invalid):
    code = "days_missing"
    field = "days"
    message = _("Say in how many days you deliver: 1 to 730.")


class NoteMissing(Invalid):
    code = "cover_note_missing"
    field = "cover_note"
    message = _("Write a cover note: why you, and how you would do it.")


class MilestonesDoNotSum(Invalid):
    code = "milestones_do_not_sum"
    field = "milestones"
    message = _("The milestones add up to %(sum)s, but the bid is %(amount)s. Make them equal.")


class MilestoneIncomplete(Invalid):
    code = "milestone_incomplete"
    field = "milestones"
    message = _("Every milestone needs a title, an amount above zero and at least one day.")


class TooManyMilestones(Invalid):
    code = "too_many_milestones"
    field = "milestones"
    message = _("At most %(most)s milestones.")


class AnswersIncomplete(Invalid):
    code = "answers_incomplete"
    field = "answers"
    message = _("Answer each line of the employer's checklist.")


class ReasonUnknown(Invalid):
    code = "reason_unknown"
    field = "reason"
    message = _("Choose a reason from the list.")


@transaction.atomic
def submit_bid(*, task_id: UUID, draft: BidDraft, actor: Actor, now: datetime) -> Bid:
    """
    Place the organization's one bid on an open task.

    :raises tasks_policies.NotOpenForBids: if the task is not open for bids.
    :raises tasks_policies.OwnTask: if the task is the organization's own.
    :raises tasks_policies.OnlyInvited: if the task is for invited freelancers only.
    :raises compliance.CorridorClosed: if the employer's money cannot be paid to the bidder's country.
    :raises policies.OneLiveBid: if the organization already has a bid.
    :raises Invalid: if something is missing or amounts do not add up.
    """
    task = tasks.task_for_update(task_id)
    invited = tasks.is_invited(task_id, actor.organization_id)
    tasks_policies.check_can_bid(actor, task, now, is_invited=invited)
    bidder = Organization.objects.get(id=actor.side_id)
    _check_route(task, bidder, now)
    limits.spend("submit_bid", actor.user_id, now=now)
    if queries.live_bid(task_id, bidder.id):
        raise policies.OneLiveBid
    bid = Bid(task=task, bidder=bidder, submitted_by_id=actor.person_id, submitted_at=now)
    _write(bid, draft, bidder, now)
    task_operations.count_bid(task_id=task.id, change=1)
    bus.publish(events.BidSubmitted(bid_id=bid.id, task_id=task.id), now=now)
    return bid


@transaction.atomic
def edit_bid(*, bid_id: UUID, draft: BidDraft, actor: Actor, now: datetime) -> Bid:
    """Replace a bid's content while bidding is open; the employer sees that it is a new revision."""
    bid = queries.bid_for_update(bid_id)
    policies.check_can_change(actor, bid, now)
    bidder = Organization.objects.get(id=bid.bidder_id)
    _check_route(bid.task, bidder, now)
    bid.revision += 1
    bid.edited_at = now
    _write(bid, draft, bidder, now)
    bus.publish(events.BidEdited(bid_id=bid.id, task_id=bid.task_id), now=now)
    return bid


def _check_route(task: Task, bidder: Organization, now: datetime) -> None:
    compliance.check_can_be_paid(payer_country=task.employer.country, payee_country=bidder.country, on=now.date())


def _write(bid: Bid, draft: BidDraft, bidder: Organization, now: datetime) -> None:
    check_draft(draft, bid.task, bidder)
    rate = None
    if draft.amount.currency != bid.task.currency:
        rate = rates.mid_rate(draft.amount.currency, bid.task.currency, now.date())
    binding = rules.binding_amount(draft.amount, rate.value if rate else None, bid.task.currency)
    if binding.amount_minor <= 0:
        raise AmountMissing
    exchange = queries.exchange_of(binding, bidder, draft.exchange_bearer, now)
    binding += exchange
    bid.exchange_bearer, bid.exchange_minor = draft.exchange_bearer, exchange.amount_minor
    bid.amount_minor, bid.currency = draft.amount.amount_minor, draft.amount.currency
    bid.binding_amount_minor, bid.binding_currency = binding.amount_minor, binding.currency
    bid.rate, bid.rate_date = (round(rate.value, 12), rate.rate_date) if rate else (None, None)
    bid.days, bid.cover_note, bid.source_language = draft.days, draft.cover_note.strip(), draft.source_language
    bid.save()
    _write_milestones(bid, binding, draft)
    bid.answers.all().delete()
    CriterionAnswer.objects.bulk_create(
        CriterionAnswer(bid=bid, criterion_id=answer.criterion_id, will_meet=answer.will_meet, note=answer.note[:600])
        for answer in draft.answers
    )


def _write_milestones(bid: Bid, binding: Money, draft: BidDraft) -> None:
    bid.milestones.all().delete()
    whole = rules.MilestoneDraft(bid.task.title, draft.amount.amount_minor, draft.days)
    milestones = draft.milestones or (whole,)
    parts = rules.binding_parts(binding, milestones)
    if any(part.amount_minor <= 0 for part in parts):
        raise MilestoneIncomplete
    ProposedMilestone.objects.bulk_create(
        ProposedMilestone(
            bid=bid,
            position=position,
            title=milestone.title.strip(),
            amount_minor=milestone.amount_minor,
            binding_amount_minor=part.amount_minor,
            days=milestone.days,
        )
        for position, (milestone, part) in enumerate(zip(milestones, parts, strict=True), start=1)
    )


def check_draft(draft: BidDraft, task: Task, bidder: Organization) -> None:
    if draft.amount.amount_minor <= 0:
        raise AmountMissing
    if draft.amount.currency not in (task.currency, bidder.currency):
        raise CurrencyNotOffered(task=task.currency, own=bidder.currency)
    _check_payable(draft, task)
    if not 1 <= draft.days <= 730:
        raise DaysMissing
    if not draft.cover_note.strip():
        raise NoteMissing
    if len(draft.milestones) > rules.MILESTONES_MAX:
        raise TooManyMilestones(most=rules.MILESTONES_MAX)
    if any(
        not milestone.title.strip() or milestone.amount_minor <= 0 or milestone.days < 1
        for milestone in draft.milestones
    ):
        raise MilestoneIncomplete
    total = Money(sum(milestone.amount_minor for milestone in draft.milestones), draft.amount.currency)
    if draft.milestones and total != draft.amount:
        raise MilestonesDoNotSum(sum=total, amount=draft.amount)
    criterion_ids = {criterion.id for criterion in tasks.criteria(task.id)}
    if {answer.criterion_id for answer in draft.answers} != criterion_ids or len(draft.answers) != len(criterion_ids):
        raise AnswersIncomplete


def _check_payable(draft: BidDraft, task: Task) -> None:
    """
    Reject an amount in the task's currency that cannot be paid exactly; a converted price is rounded automatically.
    """
    if draft.amount.currency != task.currency:
        return
    typed = [draft.amount, *(Money(milestone.amount_minor, draft.amount.currency) for milestone in draft.milestones)]
    for amount in typed:
        nearest = rules.on_step(amount)
        if nearest != amount:
            raise PriceNotPayable(amount=amount, nearest=nearest)


@transaction.atomic
def withdraw_bid(*, bid_id: UUID, actor: Actor, now: datetime) -> Bid:
    bid = queries.bid_for_update(bid_id)
    policies.check_can_withdraw(actor, bid)
    move(bid, BID, "withdraw", actor=actor, now=now)
    task_operations.count_bid(task_id=bid.task_id, change=-1)
    bus.publish(events.BidWithdrawn(bid_id=bid.id, task_id=bid.task_id), now=now)
    return bid


@transaction.atomic
def shortlist(*, bid_id: UUID, actor: Actor, now: datetime) -> Bid:
    bid = queries.bid_for_update(bid_id)
    policies.check_can_judge(actor, bid.task, now)
    limits.spend("judge_bid", actor.user_id, now=now)
    move(bid, BID, "shortlist", actor=actor, now=now)
    bus.publish(events.BidShortlisted(bid_id=bid.id), now=now)
    return bid


@transaction.atomic
def unshortlist(*, bid_id: UUID, actor: Actor, now: datetime) -> Bid:
    bid = queries.bid_for_update(bid_id)
    policies.check_can_judge(actor, bid.task, now)
    return move(bid, BID, "unshortlist", actor=actor, now=now)


@transaction.atomic
def decline_bid(*, bid_id: UUID, reason: str, note: str, actor: Actor, now: datetime) -> Bid:
    """
    Decline a bid with a reason from the list; the freelancer is notified. :raises ReasonUnknown: if it is not on the
    list.
    """
    bid = queries.bid_for_update(bid_id)
    policies.check_can_judge(actor, bid.task, now)
    if reason not in DeclineReason.values:
        raise ReasonUnknown
    limits.spend("judge_bid", actor.user_id, now=now)
    changes = {"decline_reason": reason, "decline_note": note.strip()[:1000]}
    move(bid, BID, "decline", actor=actor, now=now, changes=changes)
    bus.publish(events.BidDeclined(bid_id=bid.id, reason=reason), now=now)
    return bid


@transaction.atomic
def explain_bid(*, bid_id: UUID, reason: str, note: str, actor: Actor, now: datetime) -> Bid:
    """
    Give the reason why a bid was not taken, after the award or the task's end; the freelancer is notified.

    :raises ReasonUnknown: if it is not on the list. :raises policies.ReasonGiven: if the bid has a reason.
    """
    bid = queries.bid_for_update(bid_id)
    policies.check_can_explain(actor, bid)
    if reason not in DeclineReason.values:
        raise ReasonUnknown
    limits.spend("judge_bid", actor.user_id, now=now)
    changes = {"decline_reason": reason, "decline_note": note.strip()[:1000]}
    move(bid, BID, "explain", actor=actor, now=now, changes=changes)
    bus.publish(events.BidExplained(bid_id=bid.id, reason=reason), now=now)
    return bid


@transaction.atomic
def follow_contract(*, bid_id: UUID, verb: str, actor: Actor, now: datetime) -> Bid:
    """Apply a contract's change to its bid: award, award_again, accept, refuse, replace, take_back or return."""
    return move(queries.bid_for_update(bid_id), BID, verb, actor=actor, now=now)


@transaction.atomic
def pass_over_rest(*, task_id: UUID, now: datetime) -> int:
    """Reject all pending bids after the task was awarded to another bidder or ended. Returns the number of bids."""
    task = tasks.task_for_update(task_id)
    waiting = queries.pending_bids(task_id)
    for bid_id in waiting:
        bid = queries.bid_for_update(bid_id)
        move(bid, BID, "pass_over", actor=SYSTEM, now=now)
        bus.publish(events.BidNotTaken(bid_id=bid.id, task_status=task.status), now=now)
    return len(waiting)
