"""Arithmetic of a bid. No database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from apps.common import currencies
from apps.common.money import Money

MILESTONES_MAX = 12


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
