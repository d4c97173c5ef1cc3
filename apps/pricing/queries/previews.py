"""Previews of what a freelancer will receive and an employer will pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from apps.common import fmt
from apps.common.money import Money
from apps.pricing import rules
from apps.pricing.queries.fees import paid_between_each, schedules_among, schedules_of, terms
from apps.pricing.queries.rates import NoRate, Rate, RateTooOld, mid_rate
from apps.pricing.states import ContractType


@dataclass(frozen=True, slots=True)
class ReceivePreview:
    """
    The deductions from a gross amount. `payout` and `rate` are None if there is no current official rate to
    `payout_currency`.

    `notes` are whole sentences for display: the relationship's commission, the rate's date, the withholding country.
    """

    gross: Money
    commission: Money
    tax: Money
    withheld: Money
    net: Money
    payout: Money | None
    rate: Rate | None
    margin_bps: int
    relationship: rules.Relationship
    notes: tuple[str, ...]

    @property
    def fee(self) -> Money:
        """The marketplace fee the freelancer pays, including tax."""
        return self.commission + self.tax


def receive_preview(
    gross: Money,
    payer_country: str,
    payee_country: str,
    payout_currency: str,
    on: date,
    *,
    paid_before: int = 0,
    parts: Sequence[Money] = (),
) -> ReceivePreview:
    """
    The amount a freelancer would receive of a gross amount today, after fee, withholding and exchange.

    :param paid_before: see `paid_between`.
    :param parts: the gross in the parts that are paid separately: each part is rounded once.
    """
    schedules = schedules_of(payer_country, payee_country, on, ContractType.MILESTONES)
    fees = rules.best_schedule(schedules, paid_before)
    agreed = terms(payer_country, payee_country, on, paid_before=paid_before)
    splits = [rules.split(part, agreed) for part in parts or (gross,)]
    net = Money.total((split.net for split in splits), gross.currency)
    relationship = rules.relationship_between(schedules, paid_before)
    notes = [_of_relationship(relationship), *_of_taxes(agreed)]
    payout, rate = _payout_of(net, payout_currency, fees.fx_margin_bps, on, notes)
    return ReceivePreview(
        gross=gross,
        commission=Money.total((split.commission for split in splits), gross.currency),
        tax=Money.total((split.tax for split in splits), gross.currency),
        withheld=Money.total((split.withheld for split in splits), gross.currency),
        net=net,
        payout=payout,
        rate=rate,
        margin_bps=fees.fx_margin_bps,
        relationship=relationship,
        notes=tuple(note for note in notes if note),
    )


def _of_relationship(relationship: rules.Relationship) -> str:
    """A sentence about the commission between these two and the next lower one; "" if there is only one."""
    if relationship.next_commission_bps is not None:
        return _(
            "Commission %(share)s. Pieces of work that this employer has paid you for: %(count)s; from %(later)s on, "
            "the commission is %(lower)s."
        ) % {
            "share": fmt.percent_bps(relationship.commission_bps),
            "lower": fmt.percent_bps(relationship.next_commission_bps),
            "later": fmt.number(relationship.next_paid_before or 0),
            "count": fmt.number(relationship.paid_before),
        }
    if not relationship.paid_before_min:
        return ""
    return _(
        "Commission %(share)s, as from %(from)s pieces of work on. Pieces of work that this employer has paid you for: "
        "%(count)s."
    ) % {
        "share": fmt.percent_bps(relationship.commission_bps),
        "from": fmt.number(relationship.paid_before_min),
        "count": fmt.number(relationship.paid_before),
    }


def _of_taxes(agreed: rules.Terms) -> list[str]:
    notes = []
    if agreed.tax_bps:
        notes.append(
            _("The fee contains %(share)s tax for %(country)s.")
            % {"share": fmt.percent_bps(agreed.tax_bps), "country": fmt.country_name(agreed.tax_country)}
        )
    if agreed.withholding_bps:
        notes.append(
            _("%(share)s tax is kept back for %(country)s.")
            % {
                "share": fmt.percent_bps(agreed.withholding_bps),
                "country": fmt.country_name(agreed.withholding_country),
            }
        )
    return notes


def _payout_of(
    net: Money, payout_currency: str, margin_bps: int, on: date, notes: list[str]
) -> tuple[Money | None, Rate | None]:
    if payout_currency == net.currency:
        return net, None
    try:
        rate = mid_rate(net.currency, payout_currency, on)
    except (NoRate, RateTooOld) as error:
        notes.append(str(error))
        return None, None
    notes.append(
        _("Exchange rate of the European Central Bank of %(rate_date)s; the rate is fixed when you withdraw.")
        % {"rate_date": fmt.day(rate.rate_date)}
    )
    converted = rules.convert(net, mid=rate.value, margin_bps=margin_bps, currency=payout_currency)
    return converted.target, rate


@dataclass(frozen=True, slots=True)
class EmployerCost:
    """The cost of an amount to the employer: the amount, our fee on top, and the total."""

    amount: Money
    fee: Money
    fee_bps: int

    @property
    def total(self) -> Money:
        return self.amount + self.fee


def employer_costs(
    payer_country: str,
    on: date,
    bids: Sequence[tuple[UUID, str, Sequence[Money]]],
    *,
    payer_id: UUID,
) -> list[EmployerCost]:
    """
    The cost of each of several bids to the employer if it were chosen now. Two queries in total.

    :param bids: the payee, its country, and the parts that are paid separately (at least one): the fee is rounded once
        for each part, as when it is paid.

    :raises NoFeeSchedule: if there is none for the date.
    """
    countries = {country for _payee, country, _parts in bids}
    schedules = schedules_among({payer_country}, countries, on)
    together = paid_between_each(payer_id, [payee for payee, _country, _parts in bids])
    costs = []
    for payee_id, country, parts in bids:
        applicable = [row for row in schedules if row.payee_country in (country, rules.ANY)]
        fee_bps = rules.best_schedule(applicable, together.get(payee_id, 0)).employer_fee_bps
        currency = parts[0].currency
        fee = Money.total((rules.employer_fee(part, fee_bps) for part in parts), currency)
        costs.append(EmployerCost(Money.total(parts, currency), fee, fee_bps))
    return costs


def employer_cost_at_most(amount: Money, payer_country: str, on: date) -> EmployerCost:
    """
    The cost of an amount to the employer at the highest possible fee, for any payee.

    :raises NoFeeSchedule: if there is none for the date.
    """
    rows = schedules_among({payer_country}, None, on)
    if not rows:
        raise rules.NoFeeSchedule
    fee_bps = max(row.employer_fee_bps for row in rows)
    return EmployerCost(amount, rules.employer_fee(amount, fee_bps), fee_bps)
