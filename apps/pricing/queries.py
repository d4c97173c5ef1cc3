"""Fees, exchange rates and what a freelancer will receive, for a date: never for "today" on its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common import currencies, fmt
from apps.common.errors import Conflict, Invalid
from apps.common.money import Money
from apps.compliance import queries as compliance
from apps.pricing import rules
from apps.pricing.models import CommissionTax, FeeSchedule, FxRate, PaidWork
from apps.pricing.states import ContractType

BASE = "EUR"  # the European Central Bank quotes every currency against the euro
ANY = "*"
_EXACT = Context(prec=40)


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


class NoFeeSchedule(Invalid):
    code = "no_fee_schedule"
    message = gettext_lazy("There is no fee schedule for this date. Our staff has to add one.")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one major unit of `source_currency` costs in `target_currency`, by whom and of which day."""

    source_currency: str
    target_currency: str
    value: Decimal
    rate_date: date
    source: str


@dataclass(frozen=True, slots=True)
class FeeTerms:
    commission_bps: int
    employer_fee_bps: int
    fx_margin_bps: int
    schedule_id: UUID
    paid_before_min: int = 0
    """From how many paid pieces of work between the same two on these fees hold."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """How often the one was paid by the other, which commission that gives, and where the next lower one begins."""

    paid_before: int
    commission_bps: int
    paid_before_min: int
    next_paid_before: int | None = None
    next_commission_bps: int | None = None


@dataclass(frozen=True, slots=True)
class ReceivePreview:
    """
    What becomes of a gross amount: `payout` and `rate` are None when no official rate leads to `payout_currency`.

    `notes` are whole sentences for the reader: the relationship's commission, the rate's date, the withholding's
    country.
    """

    gross: Money
    commission: Money
    tax: Money
    withheld: Money
    net: Money
    payout: Money | None
    rate: Rate | None
    margin_bps: int
    relationship: Relationship
    notes: tuple[str, ...]

    @property
    def fee(self) -> Money:
        """What the freelancer pays for our service, with its tax."""
        return self.commission + self.tax


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in the reader's currency at the mid rate, for orientation only."""

    amount: Money
    rate: Rate


class RateTable:
    """Mid rates of one day between any two currencies, from one query: for pages that convert many amounts."""

    def __init__(self, on: date, rows: dict[str, tuple[Decimal, date, str]]) -> None:
        self.on = on
        self._rows = rows | {BASE: (Decimal(1), on, "identity")}

    def mid_rate(self, from_currency: str, to_currency: str) -> Rate:
        """:raises NoRate: without a source for one of the two. :raises RateTooOld: past the age allowed."""
        if from_currency == to_currency:
            return Rate(from_currency, to_currency, Decimal(1), self.on, "identity")
        rows = [self._rows.get(currency) for currency in (from_currency, to_currency)]
        if rows[0] is None or rows[1] is None:
            raise NoRate(source=from_currency, target=to_currency)
        (source_rate, source_date, source_name), (target_rate, target_date, target_name) = rows[0], rows[1]
        rate_date = min(source_date, target_date)
        if rules.business_days_between(rate_date, self.on) > settings.FX_RATE_BUSINESS_DAYS_MAX:
            raise RateTooOld(source=from_currency, target=to_currency, rate_date=fmt.day(rate_date))
        return Rate(
            from_currency,
            to_currency,
            _EXACT.divide(target_rate, source_rate),
            rate_date,
            target_name if from_currency == BASE else source_name,
        )

    def convert(self, amount: Money, to_currency: str) -> Converted | None:
        """The amount in another currency, or None where no official rate leads there."""
        try:
            rate = self.mid_rate(amount.currency, to_currency)
        except (NoRate, RateTooOld):
            return None
        return Converted(amount.at_rate(rate.value, to_currency), rate)


def newest_rate_date() -> date | None:
    """The last day that rates are there of."""
    return FxRate.objects.order_by("-rate_date").values_list("rate_date", flat=True).first()


def rates_age(on: date) -> int | None:
    """How many business days old the newest rates are; None without any. Past the setting, conversions are refused."""
    newest = newest_rate_date()
    return None if newest is None else rules.business_days_between(newest, on)


def rate_table(on: date, among: Iterable[str] | None = None) -> RateTable:
    """The newest rate of each currency (or of those named) published up to that day."""
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

    :raises NoRate: without an official source for one of the two currencies.
    :raises RateTooOld: if that day is more than FX_RATE_BUSINESS_DAYS_MAX business days before `on`.
    """
    return rate_table(on, {from_currency, to_currency}).mid_rate(from_currency, to_currency)


def convert(amount: Money, to_currency: str, on: date) -> Converted | None:
    """An amount in another currency for orientation, or None where no official rate leads there."""
    return rate_table(on, {amount.currency, to_currency}).convert(amount, to_currency)


def is_convertible(currency: str, on: date) -> bool:
    """Does an official rate, new enough, lead to this currency?"""
    return rate_table(on, {currency}).convert(Money.zero(BASE), currency) is not None


def fee_terms(
    payer_country: str,
    payee_country: str,
    on: date,
    *,
    contract_type: str = ContractType.MILESTONES,
    paid_before: int = 0,
) -> FeeTerms:
    """
    The fees of the date: the most specific pair of countries first, then the kind of contract, then the longest
    relationship, then the latest date.

    :param paid_before: how many pieces of work the same two have paid and been paid for.
    :raises NoFeeSchedule: if none speaks.
    """
    return _best(_schedules(payer_country, payee_country, on, contract_type), paid_before)


def _schedules(payer_country: str, payee_country: str, on: date, contract_type: str) -> list[FeeSchedule]:
    """Every row that speaks of the pair of countries, the kind of contract and the date."""
    dated = FeeSchedule.objects.filter(effective_from__lte=on).filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        payer_country__in=(payer_country, ANY),
        payee_country__in=(payee_country, ANY),
        contract_type__in=(contract_type, ContractType.ANY),
    )
    return list(dated)


def _best(schedules: Sequence[FeeSchedule], paid_before: int) -> FeeTerms:
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
    return FeeTerms(
        result.commission_bps, result.employer_fee_bps, result.fx_margin_bps, result.id, result.paid_before_min
    )


def paid_between(payer_id: UUID, payee_id: UUID) -> int:
    """For how many pieces of work the one has paid the other: what a fee of long relationships asks."""
    return PaidWork.objects.filter(payer_id=payer_id, payee_id=payee_id, counts=True).count()


def _relationship(schedules: Sequence[FeeSchedule], paid_before: int) -> Relationship:
    now = _best(schedules, paid_before)
    for later in sorted({row.paid_before_min for row in schedules if row.paid_before_min > paid_before}):
        then = _best(schedules, later)
        if then.commission_bps < now.commission_bps:
            return Relationship(paid_before, now.commission_bps, now.paid_before_min, later, then.commission_bps)
    return Relationship(paid_before, now.commission_bps, now.paid_before_min)


def commission_tax(payee_country: str, on: date) -> tuple[int, str]:
    """The tax contained in our commission, in basis points, and the country that takes it; (0, "") for none."""
    dated = CommissionTax.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        platform_country=settings.PLATFORM_COUNTRY,
        payee_country=payee_country,
        effective_from__lte=on,
    )
    result = dated.order_by("-effective_from").first()
    return (result.rate_bps, result.jurisdiction) if result and result.rate_bps else (0, "")


def employer_fee_tax(payer_country: str, on: date) -> tuple[int, str]:
    """
    The tax contained in our fee to an employer, in basis points, and the country that takes it; (0, "") for none.

    A supply at home by a registered marketplace is taxed there (Directive 2006/112/EC, articles 44, 45 and 193);
    across borders the employer's own business accounts for it.
    """
    if not settings.PLATFORM_VAT_ID or payer_country != settings.PLATFORM_COUNTRY:
        return (0, "")
    return commission_tax(payer_country, on)


def terms(payer_country: str, payee_country: str, on: date, *, paid_before: int = 0) -> rules.Terms:
    """Fees, withholding and tax together, as an escrow stores them when the work is agreed."""
    fees = fee_terms(payer_country, payee_country, on, paid_before=paid_before)
    withholding_bps, country = compliance.withholding_bps(
        payer_country=payer_country, payee_country=payee_country, on=on
    )
    tax_bps, tax_country = commission_tax(payee_country, on)
    fee_tax_bps, fee_tax_country = employer_fee_tax(payer_country, on)
    return rules.Terms(
        fees.commission_bps,
        fees.employer_fee_bps,
        withholding_bps,
        country,
        tax_bps=tax_bps,
        tax_country=tax_country,
        fee_tax_bps=fee_tax_bps,
        fee_tax_country=fee_tax_country,
    )


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
    What a freelancer would receive of a gross amount today, after fee, withholding and exchange.

    :param paid_before: see `paid_between`.
    :param parts: the gross as it will be paid in, where that is in several parts: shares are rounded once for each.
    """
    schedules = _schedules(payer_country, payee_country, on, ContractType.MILESTONES)
    fees = _best(schedules, paid_before)
    agreed = terms(payer_country, payee_country, on, paid_before=paid_before)
    splits = [rules.split(part, agreed) for part in parts or (gross,)]
    net = Money.total((split.net for split in splits), gross.currency)
    relationship = _relationship(schedules, paid_before)
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


def _of_relationship(found: Relationship) -> str:
    """Which commission holds between these two, and where a lower one begins; nothing where there is only one."""
    if found.next_commission_bps is not None:
        return _(
            "Commission %(share)s. Pieces of work that this employer has paid you for: %(count)s; from %(later)s on, "
            "the commission is %(lower)s."
        ) % {
            "share": fmt.percent_bps(found.commission_bps),
            "lower": fmt.percent_bps(found.next_commission_bps),
            "later": fmt.number(found.next_paid_before or 0),
            "count": fmt.number(found.paid_before),
        }
    if not found.paid_before_min:
        return ""
    return _(
        "Commission %(share)s, as from %(from)s pieces of work on. Pieces of work that this employer has paid you for: "
        "%(count)s."
    ) % {
        "share": fmt.percent_bps(found.commission_bps),
        "from": fmt.number(found.paid_before_min),
        "count": fmt.number(found.paid_before),
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
    """What an employer pays for an amount: the amount, our service fee on top, and both together."""

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
    What the employer would pay for each of several bids if it were chosen now; two queries for all.

    :param bids: who is paid, in which country, and the parts that are paid in one by one (at least one): the fee is
        rounded once for each, as when they are paid in.
    :raises NoFeeSchedule: if none speaks of the date.
    """
    countries = {country for _payee, country, _parts in bids}
    schedules = _schedules_among({payer_country}, countries, on)
    together = _paid_between_each(payer_id, [payee for payee, _country, _parts in bids])
    costs = []
    for payee_id, country, parts in bids:
        speaking = [row for row in schedules if row.payee_country in (country, ANY)]
        fee_bps = _best(speaking, together.get(payee_id, 0)).employer_fee_bps
        currency = parts[0].currency
        fee = Money.total((rules.employer_fee(part, fee_bps) for part in parts), currency)
        costs.append(EmployerCost(Money.total(parts, currency), fee, fee_bps))
    return costs


def employer_cost_at_most(amount: Money, payer_country: str, on: date) -> EmployerCost:
    """What an employer pays for an amount at the highest fee that may be asked, whoever is chosen."""
    rows = _schedules_among({payer_country}, None, on)
    if not rows:
        raise NoFeeSchedule
    fee_bps = max(row.employer_fee_bps for row in rows)
    return EmployerCost(amount, rules.employer_fee(amount, fee_bps), fee_bps)


def _schedules_among(payers: set[str], payees: set[str] | None, on: date) -> list[FeeSchedule]:
    """The rows for contracts in milestones of these countries; `payees` None for every country."""
    dated = FeeSchedule.objects.filter(effective_from__lte=on).filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        payer_country__in=payers | {ANY},
        contract_type__in=(ContractType.MILESTONES, ContractType.ANY),
    )
    return list(dated if payees is None else dated.filter(payee_country__in=payees | {ANY}))


def _paid_between_each(payer_id: UUID, payee_ids: Sequence[UUID]) -> dict[UUID, int]:
    paid_works = PaidWork.objects.filter(payer_id=payer_id, payee_id__in=payee_ids, counts=True)
    return dict(paid_works.values_list("payee_id").annotate(pieces=Count("id")))


@dataclass(frozen=True, slots=True)
class FeeStep:
    """One line of the public list of fees; `payer_country` and `payee_country` are empty where they hold for all."""

    payer_country: str
    payee_country: str
    paid_before_min: int
    commission_bps: int
    employer_fee_bps: int
    fx_margin_bps: int
    since: date


@dataclass(frozen=True, slots=True)
class CommissionTaxStep:
    """Tax contained in the commission of freelancers of a country."""

    payee_country: str
    rate_bps: int


def fee_list(on: date) -> list[FeeStep]:
    """Every fee of the day, the general ones first, then by country; of rows for the same case only the latest."""
    rows = FeeSchedule.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        effective_from__lte=on,
        contract_type__in=(ContractType.MILESTONES, ContractType.ANY),
    )
    latest: dict[tuple[str, str, int], FeeSchedule] = {}
    # The kind of contract is more specific than any date, as in _best.
    for row in sorted(rows, key=lambda row: (row.contract_type != ANY, row.effective_from)):
        latest[row.payer_country, row.payee_country, row.paid_before_min] = row
    steps = [
        FeeStep(
            "" if row.payer_country == ANY else row.payer_country,
            "" if row.payee_country == ANY else row.payee_country,
            row.paid_before_min,
            row.commission_bps,
            row.employer_fee_bps,
            row.fx_margin_bps,
            row.effective_from,
        )
        for row in latest.values()
    ]
    return sorted(steps, key=lambda step: (step.payee_country, step.payer_country, step.paid_before_min))


def commission_taxes(on: date) -> list[CommissionTaxStep]:
    """The taxes that our commission contains, by country of who is paid."""
    dated = CommissionTax.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        platform_country=settings.PLATFORM_COUNTRY,
        effective_from__lte=on,
    )
    latest = {row.payee_country: row.rate_bps for row in dated.order_by("effective_from")}
    return [CommissionTaxStep(country, rate) for country, rate in sorted(latest.items()) if rate]
