"""The figures of the treasury page: own money, tax to remit, the chargeback reserve and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from apps.common.money import Money
from apps.gateways import registry
from apps.ledger import chart
from apps.ledger.queries import books, periods
from apps.payouts.queries.liquidity import lock_treasury
from apps.treasury.models import TopUp, TreasuryOperation
from apps.treasury.models.treasury import TreasuryKind
from apps.treasury.states import TopUpStatus

_TAXES = {"tax_withheld": TreasuryKind.TAX_WITHHELD, "tax_collected": TreasuryKind.TAX_COLLECTED}


@dataclass(frozen=True, slots=True)
class Holding:
    """One balance that staff can act on, and the part of it that may be moved."""

    kind: str
    subject: str
    balance: Money
    movable: Money


def holdings() -> list[Holding]:
    """All balances that staff may act on, by kind, subject and currency."""
    groups = {(code, currency): Money(minor, currency) for code, currency, minor in books.trial_balance()}
    result = [
        Holding(_TAXES[prefix], subject, -total, max(-total, Money.zero(currency)))
        for (code, currency), total in groups.items()
        for prefix, _, subject in [code.partition(":")]
        if prefix in _TAXES
    ]
    gateway = settings.PAYMENT_GATEWAY
    result += [
        Holding(TreasuryKind.SWEEP, gateway, total, own_money(gateway, currency))
        for (code, currency), total in groups.items()
        if code == f"clearing:{gateway}"
    ]
    result += [
        Holding(TreasuryKind.RESERVE, "", books.balance(chart.reserve_chargeback(currency)), to_reserve(currency))
        for currency in currencies_of_commission()
    ]
    return sorted(result, key=lambda item: (item.kind, item.subject, item.balance.currency))


def kept_tax(kind: str, country: str, currency: str) -> Money:
    """The tax collected for one country in one currency and not yet remitted."""
    account = chart.tax_withheld if kind == TreasuryKind.TAX_WITHHELD else chart.tax_collected
    return books.balance(account(country, currency))


def own_money(gateway: str, currency: str) -> Money:
    """
    The amount that may be swept from the processor to the platform's bank: its balance there, less everything owed to
    customers, to tax offices and to the reserve in that currency. Customers' money and unexplained money are never
    swept.
    """
    there = books.balance(chart.clearing(gateway, currency))
    return max(min(_own(currency), there), Money.zero(currency))


def _own(currency: str) -> Money:
    """
    Our own money at all gateways together, including cash in transit. Negative if the cash does not cover what is owed.
    """
    groups = {code: minor for code, unit, minor in books.trial_balance() if unit == currency}
    there = Money.total((books.balance(chart.clearing(name, currency)) for name in registry.names()), currency)
    there += Money(groups.get("clearing:transit", 0), currency)
    owed = Money.total((money for _, money in books.owed() if money.currency == currency), currency)
    connected = Money(groups.get("clearing:connected", 0), currency)
    saved = ("tax_withheld:", "tax_collected:", "reserve:")
    kept = Money(-sum(minor for code, minor in groups.items() if code.startswith(saved)), currency)
    unexplained = max(-books.balance(chart.suspense(currency)), Money.zero(currency))
    exchange = books.balance(chart.fx_position(currency))
    return there + min(exchange, Money.zero(currency)) - (owed - connected) - kept - unexplained


def currencies_at(gateway: str) -> list[tuple[str, Money]]:
    """The currencies that were ever held at the processor, each with the shortfall."""
    held = books.balances_by_currency(chart.clearing(gateway, "EUR").code)
    return [(currency, shortfall(currency)) for currency in sorted(held)]


def shortfall(currency: str) -> Money:
    """The amount the operator has to add so that everything owed in this currency is covered."""
    bought = max(books.balance(chart.fx_position(currency)), Money.zero(currency))
    return max(-_own(currency) - bought, Money.zero(currency))


def reserve_for_update(currency: str) -> Money:
    """The balance of the chargeback reserve, locked until the transaction ends."""
    lock_treasury()
    return books.balance(chart.reserve_chargeback(currency))


@dataclass(frozen=True, slots=True)
class ReserveFigures:
    """
    The chargeback reserve in one currency: its balance, and over the last twelve months the amounts added, the
    chargebacks it paid, and the chargebacks that our own capital paid.
    """

    balance: Money
    put_in: Money
    claims: Money
    from_capital: Money

    @property
    def currency(self) -> str:
        return self.balance.currency


def reserve_figures(now: datetime) -> list[ReserveFigures]:
    """The figures by currency, only for currencies that were ever used."""
    since = now - timedelta(days=365)
    balances = books.balances_by_currency("reserve:chargeback")
    put_in = _by_currency(periods.sums_by_month("reserve:chargeback", events=["reserve.provisioned"], since=since))
    claims = _by_currency(periods.sums_by_month("reserve:chargeback", events=["chargeback.absorbed"], since=since))
    beyond = _by_currency(periods.sums_by_month("expense:chargeback", events=["chargeback.absorbed"], since=since))
    result = []
    for currency in sorted({*balances, *put_in, *claims, *beyond}):
        zero = Money.zero(currency)
        result.append(
            ReserveFigures(
                balances.get(currency, zero),
                put_in.get(currency, zero),
                -claims.get(currency, zero),
                beyond.get(currency, zero),
            )
        )
    return result


def _by_currency(months: list[tuple[date, Money]]) -> dict[str, Money]:
    sums: dict[str, Money] = {}
    for _, amount in months:
        sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
    return sums


def unfinished_top_ups() -> list[TopUp]:
    unfinished = TopUp.objects.filter(status__in=[TopUpStatus.REQUESTED, TopUpStatus.SUBMITTED])
    return list(unfinished.select_related("requested_by").order_by("requested_at"))


def to_reserve(currency: str) -> Money:
    """
    The amount missing in the chargeback reserve: the agreed share of all commission ever earned, less what was already
    reserved.
    """
    earned = books.balance(chart.commission(currency))
    done = TreasuryOperation.objects.filter(kind=TreasuryKind.RESERVE, currency=currency).aggregate(
        total=Sum("amount_minor")
    )["total"]
    return max(
        earned.share_bps(settings.CHARGEBACK_RESERVE_BPS) - Money(int(done or 0), currency), Money.zero(currency)
    )


def currencies_of_commission() -> list[str]:
    """The currencies in which we have earned commission."""
    return sorted(currency for code, currency, _ in books.trial_balance() if code == "revenue:commission")


def recent_operations() -> list[TreasuryOperation]:
    return list(TreasuryOperation.objects.select_related("acted_by").order_by("-acted_at")[:50])
