"""What the operator has, keeps for tax offices and owes: figures of the staff's treasury desk."""

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
    """One thing that can be acted on: how much there is, and how much of it may move."""

    kind: str
    subject: str
    balance: Money
    movable: Money


def holdings() -> list[Holding]:
    """Everything that staff may act on, by kind, subject and currency; nothing that is zero."""
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
    """What is kept for a tax office in one currency."""
    account = chart.tax_withheld if kind == TreasuryKind.TAX_WITHHELD else chart.tax_collected
    return books.balance(account(country, currency))


def own_money(gateway: str, currency: str) -> Money:
    """
    What may leave the processor for the platform's bank: its balance there less everything owed to customers, to tax
    offices and to the reserve in that currency. Other people's money is never swept, nor what nobody has explained.
    """
    there = books.balance(chart.clearing(gateway, currency))
    return max(min(_own(currency), there), Money.zero(currency))


def _own(currency: str) -> Money:
    """Of all gateways together and between them; negative where customers' money is short of what is owed."""
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
    """The currencies in which the processor has ever held something, each with what is lacking of our own money."""
    held = books.balances_by_currency(chart.clearing(gateway, "EUR").code)
    return [(currency, shortfall(currency)) for currency in sorted(held)]


def shortfall(currency: str) -> Money:
    """What the operator has to bring so that everything owed in this currency is covered."""
    bought = max(books.balance(chart.fx_position(currency)), Money.zero(currency))
    return max(-_own(currency) - bought, Money.zero(currency))


def reserve_for_update(currency: str) -> Money:
    """What the protection reserve holds; nobody else moves it until the transaction ends."""
    lock_treasury()
    return books.balance(chart.reserve_chargeback(currency))


@dataclass(frozen=True, slots=True)
class ReserveFigures:
    """
    The protection reserve in one currency: what it holds, and over the last twelve months what was put into it, what
    it paid for lost chargebacks, and what our own capital paid beyond it.
    """

    balance: Money
    put_in: Money
    claims: Money
    from_capital: Money

    @property
    def currency(self) -> str:
        return self.balance.currency


def reserve_figures(now: datetime) -> list[ReserveFigures]:
    """By currency, those alone in which something was ever put in or claimed; three queries."""
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
    What the reserve still lacks: the agreed share of all commission ever earned, less what was reserved for it.
    """
    earned = books.balance(chart.commission(currency))
    done = TreasuryOperation.objects.filter(kind=TreasuryKind.RESERVE, currency=currency).aggregate(
        total=Sum("amount_minor")
    )["total"]
    return max(
        earned.share_bps(settings.CHARGEBACK_RESERVE_BPS) - Money(int(done or 0), currency), Money.zero(currency)
    )


def currencies_of_commission() -> list[str]:
    """In which we have earned something."""
    return sorted(currency for code, currency, _ in books.trial_balance() if code == "revenue:commission")


def recent_operations() -> list[TreasuryOperation]:
    return list(TreasuryOperation.objects.select_related("acted_by").order_by("-acted_at")[:50])
