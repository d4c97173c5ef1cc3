"""
Calculations of fees, withholding and conversion. Pure functions: every amount is rounded once and the parts always sum
to the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from apps.common.errors import Invalid
from apps.common.money import Money

ANY = "*"
"""In a fee schedule: every country, or every kind of contract."""
_WHOLE = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Terms:
    """The fee and tax rates of one piece of work, as agreed when its escrow was opened."""

    commission_bps: int
    employer_fee_bps: int
    withholding_bps: int
    withholding_country: str
    tax_bps: int = 0
    """Rate of the tax contained in the commission, in basis points of the commission before tax."""
    tax_country: str = ""
    fee_tax_bps: int = 0
    """Rate of the tax contained in the employer's fee, in basis points of the fee before tax."""
    fee_tax_country: str = ""


@dataclass(frozen=True, slots=True)
class EarnedFee:
    """The part of the employer's fee that is earned: `tax` is contained in `amount`."""

    amount: Money
    tax: Money

    @property
    def own(self) -> Money:
        """The marketplace's part of it."""
        return self.amount - self.tax


@dataclass(frozen=True, slots=True)
class Split:
    """
    One gross amount and its parts: `gross == net + commission + tax + withheld`, always.

    `commission` is the marketplace's revenue; together with its `tax` it is the agreed share of the gross.
    """

    gross: Money
    commission: Money
    tax: Money
    withheld: Money
    net: Money

    @property
    def fee(self) -> Money:
        """The marketplace fee the freelancer pays, including tax."""
        return self.commission + self.tax


@dataclass(frozen=True, slots=True)
class Conversion:
    """`source` at the mid rate is `mid`; the customer receives `target`, the marketplace keeps `margin`."""

    source: Money
    target: Money
    mid: Money
    margin: Money
    customer_rate: Decimal


def split(
    amount: Money,
    terms: Terms,
    *,
    released: Money | None = None,
    commission_taken: Money | None = None,
    tax_taken: Money | None = None,
    withheld_taken: Money | None = None,
) -> Split:
    """
    The parts of `amount` for the freelancer, the marketplace and the tax offices.

    Shares are rounded half to even on the running total, so that several parts deduct exactly the same as one payment,
    to the minor unit. `released` and the `taken` arguments are the totals of earlier parts.
    """
    nothing = Money.zero(amount.currency)
    total = (released or nothing) + amount
    kept_before = (commission_taken or nothing) + (tax_taken or nothing)
    kept = _clamp(total.share_bps(terms.commission_bps) - kept_before, amount)
    tax = _clamp(contained_tax(kept_before + kept, terms.tax_bps) - (tax_taken or nothing), kept)
    left = amount - kept
    withheld = _clamp(total.share_bps(terms.withholding_bps) - (withheld_taken or nothing), left)
    return Split(gross=amount, commission=kept - tax, tax=tax, withheld=withheld, net=left - withheld)


def contained_tax(with_tax: Money, tax_bps: int) -> Money:
    """The tax inside an amount that contains it, rounded half to even: 8.33 of 50.00 at 20 %."""
    exact = Decimal(with_tax.amount_minor * tax_bps) / Decimal(10_000 + tax_bps)
    return Money(int(exact.to_integral_value(rounding=ROUND_HALF_EVEN)), with_tax.currency)


def employer_fee(amount: Money, employer_fee_bps: int) -> Money:
    """The fee that the employer pays on top, rounded half to even."""
    return amount.share_bps(employer_fee_bps)


def earned_part(fee: Money, *, whole: Money, before: Money, step: Money) -> Money:
    """
    The part of a fee that belongs to one step of a whole: pro rata on the running total, rounded down, so that the last
    step takes the remainder and the steps sum exactly to the fee.
    """
    if not whole:
        return Money.zero(fee.currency)
    after = before + step
    upto = fee.amount_minor * after.amount_minor // whole.amount_minor
    already = fee.amount_minor * before.amount_minor // whole.amount_minor
    return Money(upto - already, fee.currency)


def earned_fee(amount: Money, tax_bps: int, *, earned_before: Money, tax_before: Money) -> EarnedFee:
    """
    A part of a fee with the tax inside, calculated on the running total, so that the parts contain the same tax as the
    whole.
    """
    tax = _clamp(contained_tax(earned_before + amount, tax_bps) - tax_before, amount)
    return EarnedFee(amount, tax)


def customer_rate(mid: Decimal, margin_bps: int) -> Decimal:
    """The mid rate less the marketplace's margin, to twelve digits, rounded down in favour of the marketplace."""
    return (mid * (_WHOLE - margin_bps) / _WHOLE).quantize(Decimal("1e-12"), rounding=ROUND_DOWN)


def convert(source: Money, *, mid: Decimal, margin_bps: int, currency: str) -> Conversion:
    """Convert once, rounding down: the parts of a conversion never exceed the amount at the mid rate."""
    mid = mid.quantize(Decimal("1e-12"), rounding=ROUND_HALF_EVEN)
    rate = customer_rate(mid, margin_bps)
    at_mid = source.at_rate(mid, currency, rounding=ROUND_DOWN)
    target = source.at_rate(rate, currency, rounding=ROUND_DOWN) if rate > 0 else Money.zero(currency)
    return Conversion(source=source, target=target, mid=at_mid, margin=at_mid - target, customer_rate=rate)


def business_days_between(earlier: date, later: date) -> int:
    """Weekdays after `earlier` up to and including `later`; zero if `later` is not later."""
    if later <= earlier:
        return 0
    weeks, rest = divmod((later - earlier).days, 7)
    return weeks * 5 + sum((earlier + timedelta(days=day)).weekday() < 5 for day in range(1, rest + 1))


def _clamp(amount: Money, most: Money) -> Money:
    return max(Money.zero(amount.currency), min(amount, most))


# -- which fees hold


class NoFeeSchedule(Invalid):
    code = "no_fee_schedule"
    message = _("There is no fee schedule for this date. Our staff has to add one.")


class Schedule(Protocol):
    """One row of the fee schedules that are in force on a date."""

    payer_country: str
    payee_country: str
    contract_type: str
    paid_before_min: int
    commission_bps: int
    employer_fee_bps: int
    fx_margin_bps: int
    effective_from: date


@dataclass(frozen=True, slots=True)
class FeeTerms:
    commission_bps: int
    employer_fee_bps: int
    fx_margin_bps: int
    paid_before_min: int = 0
    """The number of paid pieces of work between the same two from which these fees apply."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """
    The number of paid pieces of work between two organizations, the commission for it, and where the next lower
    commission begins.
    """

    paid_before: int
    commission_bps: int
    paid_before_min: int
    next_paid_before: int | None = None
    next_commission_bps: int | None = None


def best_schedule(schedules: Iterable[Schedule], paid_before: int) -> FeeTerms:
    ranked = sorted(
        (row for row in schedules if row.paid_before_min <= paid_before),
        key=lambda row: (
            row.payee_country != ANY,
            row.payer_country != ANY,
            row.contract_type != ANY,
            row.paid_before_min,
            row.effective_from,
        ),
    )
    if not ranked:
        raise NoFeeSchedule
    result = ranked[-1]
    return FeeTerms(result.commission_bps, result.employer_fee_bps, result.fx_margin_bps, result.paid_before_min)


def relationship_between(schedules: Sequence[Schedule], paid_before: int) -> Relationship:
    now = best_schedule(schedules, paid_before)
    for later in sorted({row.paid_before_min for row in schedules if row.paid_before_min > paid_before}):
        then = best_schedule(schedules, later)
        if then.commission_bps < now.commission_bps:
            return Relationship(paid_before, now.commission_bps, now.paid_before_min, later, then.commission_bps)
    return Relationship(paid_before, now.commission_bps, now.paid_before_min)
