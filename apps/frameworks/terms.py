"""The terms of a framework agreement: checked, as plain values with their fingerprint, and compared. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from apps.common import currencies
from apps.common.money import Money
from apps.common.text import is_visible
from apps.frameworks import errors
from apps.frameworks.states import Unit

TITLE_MAX = 140
RATES_MAX = 20
DESCRIPTION_MAX = 200
CLAUSE_MAX = 5000
REVISIONS_MAX = 20
REVIEW_DAYS_MIN, REVIEW_DAYS_MAX = 3, 30
NOTICE_DAYS_MAX = 90
AMOUNT_MAX = 10**15
VALID_FOR = timedelta(days=3 * 365 + 1)
STARTS_WITHIN = timedelta(days=366)
QUANTITY_MAX = Decimal(1_000_000)
CLAUSES = ("confidentiality", "rights", "other")


@dataclass(frozen=True, slots=True)
class Rate:
    """An agreed price of one unit of work, in the currency of the terms."""

    description: str
    unit: str
    price_minor: int


@dataclass(frozen=True, slots=True)
class Draft:
    """
    Terms as one side wants them.

    :param starts_on: the first and, with `ends_on`, the last day on which offers can be made under them, in UTC.
    :param revisions: included per milestone.
    :param review_days: business days of the employer to answer a delivery.
    :param notice_days: calendar days between a notice and the end.
    :param ceiling_minor: the most that all offers under the terms may add up to; None for no ceiling.
    """

    title: str
    source_language: str
    starts_on: date
    ends_on: date
    currency: str
    rates: tuple[Rate, ...]
    revisions: int
    review_days: int
    notice_days: int
    ceiling_minor: int | None = None
    confidentiality: str = ""
    rights: str = ""
    other: str = ""

    @property
    def ceiling(self) -> Money | None:
        return None if self.ceiling_minor is None else Money(self.ceiling_minor, self.currency)


def check(draft: Draft, today: date) -> Draft:
    """
    Return the terms, tidied.

    :raises Invalid: one of `apps.frameworks.errors`.
    """
    if draft.currency not in currencies.exponents():
        raise errors.CurrencyNotSupported
    if not is_visible(draft.title):
        raise errors.TermMissing(field="title")
    if len(draft.title.strip()) > TITLE_MAX:
        raise errors.TermTooLong(field="title", most=TITLE_MAX)
    starts_on, ends_on = draft.starts_on, draft.ends_on
    if ends_on < starts_on or ends_on - starts_on > VALID_FOR or starts_on - today > STARTS_WITHIN or ends_on <= today:
        raise errors.ValidityNotPossible
    _check_between(draft.revisions, 0, REVISIONS_MAX, "revisions")
    _check_between(draft.review_days, REVIEW_DAYS_MIN, REVIEW_DAYS_MAX, "review_days")
    _check_between(draft.notice_days, 0, NOTICE_DAYS_MAX, "notice_days")
    if draft.ceiling_minor is not None and not 0 < draft.ceiling_minor <= AMOUNT_MAX:
        raise errors.CeilingNotPossible
    if draft.ceiling is not None:
        _check_payable(draft.ceiling, field="ceiling")
    clauses = {name: getattr(draft, name).strip() for name in CLAUSES}
    for name, text in clauses.items():
        if len(text) > CLAUSE_MAX:
            raise errors.TermTooLong(field=name, most=CLAUSE_MAX)
    return replace(draft, title=draft.title.strip(), rates=_rates(draft.rates, draft.currency), **clauses)


def _check_between(number: int, least: int, most: int, field: str) -> None:
    if not least <= number <= most:
        raise errors.NumberOutOfRange(field=field, least=least, most=most)


def _check_payable(amount: Money, *, field: str, row: int | None = None) -> None:
    payable = amount.amount_minor - amount.amount_minor % currencies.payment_step(amount.currency)
    if payable != amount.amount_minor:
        nearest = Money(payable, amount.currency)
        raise errors.AmountNotPayable(field=field, row=row, currency=amount.currency, nearest=nearest)


def _rates(rates: tuple[Rate, ...], currency: str) -> tuple[Rate, ...]:
    if not rates:
        raise errors.RatesMissing
    if len(rates) > RATES_MAX:
        raise errors.TooManyRates(most=RATES_MAX)
    tidied = tuple(replace(rate, description=" ".join(rate.description.split())) for rate in rates)
    for row, rate in enumerate(tidied):
        is_price = 0 < rate.price_minor <= AMOUNT_MAX
        if not is_visible(rate.description) or len(rate.description) > DESCRIPTION_MAX:
            raise errors.RateNotReadable
        if not is_price or rate.unit not in Unit.values:
            raise errors.RateNotReadable
        _check_payable(Money(rate.price_minor, currency), field="rates", row=row)
    return tidied


def price(rate: Rate, quantity: Decimal, currency: str) -> Money:
    """Return quantity times price, rounded half up to the smallest step that can be paid, mostly the minor unit."""
    step = currencies.payment_step(currency)
    steps = Decimal(rate.price_minor) * quantity / step
    return Money(int(steps.to_integral_value(rounding=ROUND_HALF_UP)) * step, currency)


def to_json(
    draft: Draft, *, number: int, previous_sha256: str, employer_id: UUID, freelancer_id: UUID
) -> dict[str, Any]:
    """Return a version as plain values; its SHA-256 is `common.fingerprints.fingerprint` of them."""
    return {
        "version": number,
        "previous_sha256": previous_sha256,
        "employer": str(employer_id),
        "freelancer": str(freelancer_id),
        "title": draft.title,
        "language": draft.source_language,
        "starts_on": draft.starts_on.isoformat(),
        "ends_on": draft.ends_on.isoformat(),
        "currency": draft.currency,
        "rates": [
            {"description": rate.description, "unit": rate.unit, "price_minor": rate.price_minor}
            for rate in draft.rates
        ],
        "revisions_included": draft.revisions,
        "review_days": draft.review_days,
        "notice_days": draft.notice_days,
        "ceiling_minor": draft.ceiling_minor,
        **{name: getattr(draft, name) for name in CLAUSES},
    }


def from_json(values: dict[str, Any]) -> Draft:
    return Draft(
        title=values["title"],
        source_language=values["language"],
        starts_on=date.fromisoformat(values["starts_on"]),
        ends_on=date.fromisoformat(values["ends_on"]),
        currency=values["currency"],
        rates=tuple(Rate(**rate) for rate in values["rates"]),
        revisions=values["revisions_included"],
        review_days=values["review_days"],
        notice_days=values["notice_days"],
        ceiling_minor=values["ceiling_minor"],
        **{name: values[name] for name in CLAUSES},
    )


def differences(before: Draft, after: Draft) -> Iterator[str]:
    """Yield the names of the fields that differ. Other language of the words alone is no difference."""
    for field in fields(Draft):
        if field.name != "source_language" and getattr(before, field.name) != getattr(after, field.name):
            yield field.name
