"""Exchange rates: the stored rates, their age, and conversions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy

from apps.common import currencies
from apps.common.errors import Conflict, Invalid
from apps.common.money import Money
from apps.pricing import rules
from apps.pricing.models import FxRate

BASE = "EUR"  # the European Central Bank quotes every currency against the euro


class NoRate(Invalid):
    code = "no_rate"
    message = gettext_lazy(
        "There is no official exchange rate between %(source)s and %(target)s, so we cannot convert. "
        "Choose another currency: we never guess a rate."
    )


class RateTooOld(Conflict):
    code = "rate_too_old"
    message = gettext_lazy(
        "The last official exchange rate between %(source)s and %(target)s is of %(rate_date)s, which is too old to "
        "convert with. Try again when newer rates have come in."
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one major unit of `source_currency` in `target_currency`, with its source and date."""

    source_currency: str
    target_currency: str
    value: Decimal
    rate_date: date
    source: str


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in the reader's currency at the mid rate, only as an estimate."""

    amount: Money
    rate: Rate


class RateTable:
    """The mid rates of one day between any two currencies, from one query: for pages that convert many amounts."""

    def __init__(self, on: date, rows: dict[str, tuple[Decimal, date, str]]) -> None:
        self.on = on
        self._rows = rows | {BASE: (Decimal(1), on, "identity")}

    def mid_rate(self, from_currency: str, to_currency: str) -> Rate:
        """
        The mid rate between two currencies.

        :raises NoRate: if there is no rate for one of the two.
        :raises RateTooOld: if the rate is older than allowed.
        """
        if from_currency == to_currency:
            return Rate(from_currency, to_currency, Decimal(1), self.on, "identity")
        rows = [self._rows.get(currency) for currency in (from_currency, to_currency)]
        if rows[0] is None or rows[1] is None:
            raise NoRate(source=from_currency, target=to_currency)
        (source_rate, source_date, source_name), (target_rate, target_date, target_name) = rows[0], rows[1]
        rate_date = min(source_date, target_date)
        if rules.business_days_between(rate_date, self.on) > settings.FX_RATE_BUSINESS_DAYS_MAX:
            raise RateTooOld(source=from_currency, target=to_currency, rate_date=rate_date)
        return Rate(
            from_currency,
            to_currency,
            EXACT.divide(target_rate, source_rate),
            rate_date,
            target_name if from_currency == BASE else source_name,
        )

    def convert(self, amount: Money, to_currency: str) -> Converted | None:
        """The amount in another currency, or None if there is no current official rate."""
        try:
            rate = self.mid_rate(amount.currency, to_currency)
        except (NoRate, RateTooOld):
            return None
        return Converted(amount.at_rate(rate.value, to_currency), rate)


def newest_rate_date() -> date | None:
    """The newest day with rates, or None."""
    return FxRate.objects.order_by("-rate_date").values_list("rate_date", flat=True).first()


def rates_age(on: date) -> int | None:
    """The age of the newest rates in business days; None without rates. Above the setting, conversions are refused."""
    newest = newest_rate_date()
    return None if newest is None else rules.business_days_between(newest, on)


def rate_table(on: date, among: Iterable[str] | None = None) -> RateTable:
    """The newest rate of each currency (or of those in `among`) published up to that day."""
    codes = sorted(set(among) if among is not None else currencies.exponents())
    newest = FxRate.objects.raw(
        """SELECT r.* FROM unnest(%s::text[]) AS wanted(currency)
           CROSS JOIN LATERAL (
             SELECT * FROM pricing_fxrate WHERE currency = wanted.currency AND rate_date <= %s
             ORDER BY rate_date DESC LIMIT 1) r""",
        [codes, on],
    )
    return RateTable(on, {row.currency: (row.rate, row.rate_date, row.source) for row in newest})


def mid_rate(from_currency: str, to_currency: str, on: date) -> Rate:
    """
    The mid rate of the last day published up to `on`, crossed through the euro.

    :raises NoRate: if there is no official rate for one of the two currencies.
    :raises RateTooOld: if that day is more than FX_RATE_BUSINESS_DAYS_MAX business days before `on`.
    """
    return rate_table(on, {from_currency, to_currency}).mid_rate(from_currency, to_currency)


def convert(amount: Money, to_currency: str, on: date) -> Converted | None:
    """An estimate of an amount in another currency, or None if there is no current official rate."""
    return rate_table(on, {amount.currency, to_currency}).convert(amount, to_currency)


def is_convertible(currency: str, on: date) -> bool:
    """Whether there is a current official rate for this currency."""
    return rate_table(on, {currency}).convert(Money.zero(BASE), currency) is not None


EXACT = Context(prec=40)
