"""Fee schedules and taxes on them, by country, date and relationship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from apps.compliance import queries as compliance
from apps.pricing import rules
from apps.pricing.models import CommissionTax, FeeSchedule, PaidWork
from apps.pricing.states import ContractType


def fee_terms(
    payer_country: str,
    payee_country: str,
    on: date,
    *,
    contract_type: str = ContractType.MILESTONES,
    paid_before: int = 0,
) -> rules.FeeTerms:
    """
    The fees on a date: the most specific pair of countries first, then the kind of contract, then the longest
    relationship, then the latest date.

    :param paid_before: the number of pieces of work already paid between the same two.

    :raises NoFeeSchedule: if there is none.
    """
    return rules.best_schedule(schedules_of(payer_country, payee_country, on, contract_type), paid_before)


def exchange_margin_bps(payee_country: str, on: date) -> int:
    """The margin, in basis points, of an exchange on the way to a payee in this country: of bids and of payouts."""
    return fee_terms(rules.ANY, payee_country, on).fx_margin_bps


def schedules_of(payer_country: str, payee_country: str, on: date, contract_type: str) -> list[FeeSchedule]:
    """All fee schedules for the pair of countries, the kind of contract and the date."""
    dated = FeeSchedule.objects.filter(effective_from__lte=on).filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        payer_country__in=(payer_country, rules.ANY),
        payee_country__in=(payee_country, rules.ANY),
        contract_type__in=(contract_type, ContractType.ANY),
    )
    return list(dated)


def paid_between(payer_id: UUID, payee_id: UUID) -> int:
    """The number of pieces of work that the payer has paid the payee, for the fees of long relationships."""
    return PaidWork.objects.filter(payer_id=payer_id, payee_id=payee_id, counts=True).count()


def commission_tax(payee_country: str, on: date) -> tuple[int, str]:
    """The tax contained in our commission, in basis points, and the country it is due to; (0, "") if none."""
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
    The tax contained in our fee to an employer, in basis points, and the country it is due to; (0, "") if none.

    A domestic supply by a registered marketplace is taxed there (Directive 2006/112/EC, articles 44, 45 and 193);
    across borders the employer's business accounts for it.
    """
    if not settings.PLATFORM_VAT_ID or payer_country != settings.PLATFORM_COUNTRY:
        return (0, "")
    return commission_tax(payer_country, on)


def terms(payer_country: str, payee_country: str, on: date, *, paid_before: int = 0) -> rules.Terms:
    """Fees, withholding and tax together, as an escrow stores them when it is opened."""
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


def schedules_among(payers: set[str], payees: set[str] | None, on: date) -> list[FeeSchedule]:
    """The fee schedules for milestone contracts between these countries; `payees` None means every country."""
    dated = FeeSchedule.objects.filter(effective_from__lte=on).filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        payer_country__in=payers | {rules.ANY},
        contract_type__in=(ContractType.MILESTONES, ContractType.ANY),
    )
    return list(dated if payees is None else dated.filter(payee_country__in=payees | {rules.ANY}))


def paid_between_each(payer_id: UUID, payee_ids: Sequence[UUID]) -> dict[UUID, int]:
    paid_works = PaidWork.objects.filter(payer_id=payer_id, payee_id__in=payee_ids, counts=True)
    return dict(paid_works.values_list("payee_id").annotate(pieces=Count("id")))


def paid_by_each(payee_id: UUID, payer_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The other way round: for one payee and several payers."""
    paid_works = PaidWork.objects.filter(payee_id=payee_id, payer_id__in=payer_ids, counts=True)
    return dict(paid_works.values_list("payer_id").annotate(pieces=Count("id")))


@dataclass(frozen=True, slots=True)
class FeeStep:
    """One line of the public fee list; `payer_country` and `payee_country` are empty if it applies to all."""

    payer_country: str
    payee_country: str
    paid_before_min: int
    commission_bps: int
    employer_fee_bps: int
    fx_margin_bps: int
    since: date


@dataclass(frozen=True, slots=True)
class CommissionTaxStep:
    """The tax contained in the commission of a country's freelancers."""

    payee_country: str
    rate_bps: int


def fee_list(on: date) -> list[FeeStep]:
    """All fees on a date, the general ones first, then by country; only the latest row for the same case."""
    rows = FeeSchedule.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        effective_from__lte=on,
        contract_type__in=(ContractType.MILESTONES, ContractType.ANY),
    )
    latest: dict[tuple[str, str, int], FeeSchedule] = {}
    # The kind of contract takes precedence over the date, as in best_schedule.
    for row in sorted(rows, key=lambda row: (row.contract_type != rules.ANY, row.effective_from)):
        latest[row.payer_country, row.payee_country, row.paid_before_min] = row
    steps = [
        FeeStep(
            "" if row.payer_country == rules.ANY else row.payer_country,
            "" if row.payee_country == rules.ANY else row.payee_country,
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
    """The taxes contained in our commission, by the payee's country."""
    dated = CommissionTax.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=on),
        platform_country=settings.PLATFORM_COUNTRY,
        effective_from__lte=on,
    )
    latest = {row.payee_country: row.rate_bps for row in dated.order_by("effective_from")}
    return [CommissionTaxStep(country, rate) for country, rate in sorted(latest.items()) if rate]
