"""Arithmetic of a bid. No database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from apps.common import currencies
from apps.common.money import Money

MILESTONES_MAX = 12
RANGE_OF_MIN = 3
"""The range of fewer bids would say what one other freelancer asked for."""


@dataclass(frozen=True, slots=True)
class MilestoneDraft:
    """:param amount_minor: in the currency of the bid. :param days: counted from the previous milestone."""

    title: str
    amount_minor: int
    days: int


@dataclass(frozen=True, slots=True)
class Answer:
    criterion_id: UUID
    will_meet: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class BidDraft:
    """What a freelancer fills in; without milestones the whole work is one."""

    amount: Money
    days: int
    cover_note: str
    source_language: str = "en"
    milestones: tuple[MilestoneDraft, ...] = ()
    answers: tuple[Answer, ...] = ()
    exchange_bearer: str = "freelancer"


def binding_amount(amount: Money, rate: Decimal | None, currency: str) -> Money:
    """Return the bid in the task's currency. Without a rate, the bid is already in it."""
    return amount if rate is None else on_step(amount.at_rate(rate, currency, ROUND_HALF_EVEN))


def on_step(amount: Money) -> Money:
    """Round up to the next amount that can be paid exactly; amounts already payable do not change."""
    step = currencies.payment_step(amount.currency)
    return Money(-(-amount.amount_minor // step) * step, amount.currency)


def exchange_part(binding: Money, margin_bps: int) -> Money:
    """
    Return what to add to a price so that, after the exchange margin is taken from the whole at payout, the freelancer
    gets
    the price at the mid rate: `price / (1 - margin)` minus the price, rounded up.
    """
    left_bps = 10_000 - margin_bps
    grossed_up = -(-binding.amount_minor * 10_000 // left_bps)
    return on_step(Money(grossed_up, binding.currency)) - binding


def binding_parts(binding: Money, milestones: Sequence[MilestoneDraft]) -> list[Money]:
    """
    Split the binding amount in proportion to the typed milestones. The parts sum exactly, and each can be paid exactly
    if
    the whole can.
    """
    step = currencies.payment_step(binding.currency)
    whole, rest = divmod(binding.amount_minor, step)
    if rest:
        return binding.allocate([milestone.amount_minor for milestone in milestones])
    steps = Money(whole, binding.currency).allocate([milestone.amount_minor for milestone in milestones])
    return [Money(part.amount_minor * step, binding.currency) for part in steps]


# -- comparing bids


def median(amounts: Sequence[Money]) -> Money | None:
    """The median, rounded down to a minor unit; None for fewer than two amounts. All are in one currency."""
    if len(amounts) < 2:
        return None
    ordered = sorted(amount.amount_minor for amount in amounts)
    middle = len(ordered) // 2
    minor = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2
    return Money(minor, amounts[0].currency)


def difference_bps(amount: Money, reference: Money) -> int:
    """How far the amount is above the reference (below: negative), in whole per cent as basis points, half to even."""
    share = Decimal(100 * (amount.amount_minor - reference.amount_minor)) / reference.amount_minor
    return 100 * int(share.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def outside_budget_bps(amount: Money, lowest: Money | None, highest: Money | None) -> int:
    """How far the amount is above the budget's upper end or below its lower end, as `difference_bps`; 0 within it."""
    if highest is not None and amount > highest:
        return difference_bps(amount, highest)
    if lowest is not None and amount < lowest:
        return difference_bps(amount, lowest)
    return 0
