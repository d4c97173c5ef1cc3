"""A freelancer's balance, pending, earned and expected income, by currency. Earned amounts come from the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from apps.common.money import Money
from apps.contracts.models import Milestone
from apps.contracts.states import MilestoneStatus
from apps.dashboard import rules
from apps.dashboard.queries import pipeline
from apps.dashboard.queries.estimates import Estimates
from apps.escrow.queries import escrows
from apps.ledger import chart
from apps.ledger.queries import periods
from apps.payouts.queries import wallet
from apps.pricing import rules as pricing_rules

EARNING = ("escrow.released", "escrow.auto_released", "dispute.split", "chargeback.absorbed")
"""Entries that count as income of their month; the last one reduces it."""
_HELD = (MilestoneStatus.FUNDED, MilestoneStatus.IN_REVISION, MilestoneStatus.DELIVERED)
_AGREED = (MilestoneStatus.PLANNED, MilestoneStatus.AWAITING_PAYMENT)


@dataclass(frozen=True, slots=True)
class MonthOfIncome:
    month: date
    amount: Money
    x: int
    height: int


@dataclass(frozen=True, slots=True)
class MonthOfForecast:
    """`month` is None for work without a date."""

    month: date | None
    low: Money
    expected: Money


@dataclass(frozen=True, slots=True)
class CurrencyIncome:
    """
    :ivar in_review: delivered and held, after fee and tax. :ivar at_work: held, not delivered yet.
    :ivar on_its_way: in a withdrawal that has not arrived. :ivar not_funded: agreed and not paid in yet.
    """

    currency: str
    available: Money
    in_review: Money
    at_work: Money
    not_funded: Money
    undecided: list[pipeline.Stage]
    on_its_way: Money
    months: list[MonthOfIncome]
    total: Money
    variation: rules.Variation | None
    forecast: list[MonthOfForecast]

    @property
    def listed(self) -> list[MonthOfIncome]:
        """The months from the first one with income on."""
        first = next((place for place, row in enumerate(self.months) if row.amount), len(self.months))
        return self.months[first:]


@dataclass(frozen=True, slots=True)
class _Open:
    """The freelancer's net of one open milestone."""

    net: Money
    status: str
    due: date | None


def incomes(organization_id: UUID, *, now: datetime, right_to_left: bool = False) -> list[CurrencyIncome]:
    """Return one entry per currency with an amount. :param right_to_left: draw the bars from right to left."""
    today = now.astimezone(UTC).date()
    months = rules.last_months(today)
    since = datetime(months[0].year, months[0].month, 1, tzinfo=UTC)
    earned = periods.sums_by_month(chart.payable(organization_id, "EUR").code, events=EARNING, since=since)
    balances = {balance.currency: balance for balance in wallet.balances(organization_id)}
    work = _open_work(organization_id, today)
    undecided = pipeline.undecided(organization_id, today)
    currencies = {money.currency for _, money in earned} | {item.net.currency for item in work}
    currencies |= balances.keys() | undecided.keys()
    return [
        _of_currency(
            currency,
            balances.get(currency),
            {month: money.amount_minor for month, money in earned if money.currency == currency},
            [item for item in work if item.net.currency == currency],
            undecided.get(currency, []),
            months,
            right_to_left,
        )
        for currency in sorted(currencies)
    ]


def _of_currency(
    currency: str,
    balance: wallet.Balance | None,
    earned: dict[date, int],
    work: list[_Open],
    undecided: list[pipeline.Stage],
    months: list[date],
    right_to_left: bool,
) -> CurrencyIncome:
    nothing = Money.zero(currency)
    amounts = [earned.get(month, 0) for month in months]
    places = range(len(months) - 1, -1, -1) if right_to_left else range(len(months))
    rows = zip(months, amounts, places, rules.bar_heights(amounts, 100), strict=True)
    return CurrencyIncome(
        currency=currency,
        available=balance.available if balance else nothing,
        on_its_way=balance.pending if balance else nothing,
        in_review=_net(work, currency, [MilestoneStatus.DELIVERED]),
        at_work=_net(work, currency, [MilestoneStatus.FUNDED, MilestoneStatus.IN_REVISION]),
        not_funded=_net(work, currency, [*_AGREED]),
        undecided=undecided,
        months=[MonthOfIncome(month, Money(amount, currency), 40 * at, height) for month, amount, at, height in rows],
        total=Money(sum(amounts), currency),
        variation=rules.variation(amounts[:-1]),  # without the current month, which is not over
        forecast=_forecast(work, currency, months[-1]),
    )


def _net(work: Iterable[_Open], currency: str, statuses: list[MilestoneStatus]) -> Money:
    return Money.total((item.net for item in work if item.status in statuses), currency)


def _forecast(work: list[_Open], currency: str, today: date) -> list[MonthOfForecast]:
    """Return the forecast by month. Low: money already held. Expected: with agreed work that is not funded yet."""
    low = rules.by_month([(item.due, item.net.amount_minor) for item in work if item.status in _HELD], today)
    expected = rules.by_month([(item.due, item.net.amount_minor) for item in work], today)
    months = sorted(expected, key=lambda month: month or date.max)
    return [MonthOfForecast(m, Money(low.get(m, 0), currency), Money(expected[m], currency)) for m in months]


def _open_work(organization_id: UUID, today: date) -> list[_Open]:
    """Return the milestones of running contracts that are neither paid nor disputed, each as the freelancer's net."""
    milestones = Milestone.objects.filter(
        contract__freelancer_id=organization_id, contract__status="active", status__in=[*_HELD, *_AGREED]
    ).select_related("escrow", "contract__employer", "contract__freelancer")
    rows, work = list(milestones), []
    if not rows:
        return []
    estimates = Estimates((row.contract.employer for row in rows), rows[0].contract.freelancer, today)
    for milestone in rows:
        net: Money | None
        if milestone.escrow is not None and milestone.status in _HELD:
            net = pricing_rules.split(milestone.escrow.remaining, escrows.terms(milestone.escrow)).net
        else:
            gross = Money(milestone.amount_minor, milestone.currency)
            net = estimates.net(gross, milestone.contract.employer)
        if net is not None:
            due = milestone.due_at.astimezone(UTC).date() if milestone.due_at else None
            work.append(_Open(net, milestone.status, due))
    return work
