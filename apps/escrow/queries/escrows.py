"""What is held, for whom, until when; and the entries behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.common.prepared import prepared
from apps.escrow import rules
from apps.escrow.models import BankClaim, Escrow
from apps.escrow.states import ClaimKind, EscrowStatus
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.queries import credits, refunds
from apps.pricing import rules as pricing_rules
from apps.pricing.rules import EarnedFee, Split, Terms

HOLDING = (EscrowStatus.FUNDED, EscrowStatus.PARTIALLY_RELEASED)
"""Statuses in which money is held and can be moved."""


HELD = (*HOLDING, EscrowStatus.DISPUTED)
"""Statuses in which money is held, free or frozen."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The commission, tax and withholding that earlier releases of one escrow deducted."""

    commission: Money
    tax: Money
    withheld: Money


def escrow_for_update(escrow_id: UUID) -> Escrow:
    """
    The escrow, locked.

    :raises NotFound: if it does not exist.
    """
    escrow = Escrow.objects.select_for_update(of=("self",)).filter(id=escrow_id).first()
    if escrow is None:
        raise NotFound
    return escrow


def escrow_visible_to(actor: Actor, escrow_id: UUID) -> Escrow:
    """
    The escrow, with payer and payee.

    :raises NotFound: if it does not exist or the actor may not see it.
    """
    escrow = Escrow.objects.select_related("payer", "payee").filter(id=escrow_id).first()
    if escrow is None or not (actor.is_staff or actor.acts_for(escrow.payer_id) or actor.acts_for(escrow.payee_id)):
        raise NotFound
    return escrow


def escrows_of(organization_id: UUID) -> QuerySet[Escrow]:
    """The escrows that the organization pays or is paid from, newest first."""
    return (
        Escrow.objects.filter(Q(payer_id=organization_id) | Q(payee_id=organization_id))
        .select_related("payer", "payee")
        .order_by("-opened_at", "-id")
    )


def held(escrow_id: UUID) -> Money:
    """
    The balance of the escrow's account that can be moved. Zero before funding and while a dispute has frozen it.

    :raises NotFound: if the escrow does not exist.
    """
    escrow = Escrow.objects.filter(id=escrow_id).values_list("currency", "status").first()
    if escrow is None:
        raise NotFound
    currency, status = escrow
    return books.balance(chart.escrow_held(escrow_id, currency)) if status in HOLDING else Money.zero(currency)


def paid_by(payer_id: UUID) -> list[Money]:
    """
    The totals an employer has paid to freelancers so far, before fees, one per currency; the largest number first.
    """
    rows = (
        Escrow.objects.filter(payer_id=payer_id, released_minor__gt=0)
        .values_list("currency")
        .annotate(paid_minor=Sum("released_minor"))
        .order_by("-paid_minor", "currency")
    )
    return [Money(int(paid), currency) for currency, paid in rows]


@dataclass(frozen=True, slots=True)
class Held:
    """The amounts held in one currency: for the organization, and from its own payments."""

    for_us: Money
    from_us: Money


def held_both(organization_id: UUID) -> list[Held]:
    """The totals held for an organization and from its payments, by currency. One query."""
    return [
        Held(Money(int(for_us or 0), currency), Money(int(from_us or 0), currency))
        for currency, for_us, from_us in _held_both(organization_id)
    ]


@prepared
def _held_both(organization_id: UUID) -> QuerySet[Escrow, tuple[str, int | None, int | None]]:
    left = F("amount_minor") - F("released_minor") - F("refunded_minor")
    held = escrows_of(organization_id).filter(status__in=HELD).order_by("currency")
    return held.values_list("currency").annotate(
        for_us=Sum(left, filter=Q(payee_id=organization_id)), from_us=Sum(left, filter=Q(payer_id=organization_id))
    )


def taken(escrow: Escrow) -> Taken:
    """The deductions of earlier releases, so that partial releases together deduct the same as one full release."""
    sums = escrow.releases.aggregate(
        commission=Sum("commission_minor"), tax=Sum("tax_minor"), withheld=Sum("withheld_minor")
    )
    return Taken(**{name: Money(int(total or 0), escrow.currency) for name, total in sums.items()})


def terms(escrow: Escrow) -> Terms:
    """The fee and tax rates agreed when the escrow was opened."""
    return Terms(
        escrow.commission_bps,
        0,
        escrow.withholding_bps,
        escrow.withholding_country,
        tax_bps=escrow.tax_bps,
        tax_country=escrow.tax_country,
    )


def split_of(escrow: Escrow, gross: Money) -> Split:
    """The split of a gross amount, taking into account what earlier releases deducted."""
    before = taken(escrow)
    return pricing_rules.split(
        gross,
        terms(escrow),
        released=escrow.released,
        commission_taken=before.commission,
        tax_taken=before.tax,
        withheld_taken=before.withheld,
    )


def fee_of(escrow: Escrow, step: Money, *, after: Money | None = None) -> Money:
    """
    The part of the employer's fee that belongs to this amount. The last one takes the remainder.

    :param after: another amount that is moved in the same operation, before this one.
    """
    before = escrow.released + escrow.refunded + (after or Money.zero(escrow.currency))
    return pricing_rules.earned_part(escrow.employer_fee, whole=escrow.amount, before=before, step=step)


def earned_fee_of(escrow: Escrow, step: Money) -> EarnedFee:
    """
    The part of the employer's fee that a release of this amount earns, and the tax contained in it, taking earlier
    releases into account.
    """
    fee = fee_of(escrow, step)
    if not escrow.fee_tax_bps:
        return EarnedFee(fee, Money.zero(escrow.currency))
    sums = escrow.releases.aggregate(fee=Sum("employer_fee_minor"), tax=Sum("employer_fee_tax_minor"))
    before, tax_before = (Money(int(sums[name] or 0), escrow.currency) for name in ("fee", "tax"))
    return pricing_rules.earned_fee(fee, escrow.fee_tax_bps, earned_before=before, tax_before=tax_before)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a split: the freelancer's part with its fees, and what goes back to the employer."""

    whole: Money
    freelancer: pricing_rules.Split
    to_employer: Money
    fee_back: Money
    fee_kept: Money

    @property
    def employer_total(self) -> Money:
        return self.to_employer + self.fee_back


def outcome(escrow_id: UUID, freelancer_part: Money) -> Outcome:
    """
    The amounts that a split of the remaining money would record.

    :raises NotFound: if the escrow does not exist.
    """
    escrow = Escrow.objects.filter(id=escrow_id).first()
    if escrow is None:
        raise NotFound
    back = escrow.remaining - freelancer_part
    return Outcome(
        whole=escrow.remaining,
        freelancer=split_of(escrow, freelancer_part),
        to_employer=back,
        fee_back=fee_of(escrow, back, after=freelancer_part),
        fee_kept=fee_of(escrow, freelancer_part),
    )


def last_moment(escrow_id: UUID) -> datetime | None:
    """
    The last moment at which held money can still be released or split. After it, the legal holding limit refunds it.
    None before funding.
    """
    until = Escrow.objects.filter(id=escrow_id).values_list("hold_until", flat=True).first()
    return until - rules.END_BEFORE if until else None


def usable_credit(payer_id: UUID, *, amount: Money, total: Money) -> Money:
    """The part of the payer's credit that would pay for an escrow of this amount and total."""
    credit = rules.credit_to_use(credits.credit(payer_id, amount.currency), amount=amount, total=total)
    return refunds.chargeable(credit)


def entries_of(escrow_id: UUID) -> Sequence[books.JournalView]:
    """All journal entries of the escrow, oldest first."""
    return books.journals_of(escrow=escrow_id)


def hold_ending(now: datetime) -> QuerySet[Escrow, UUID]:
    """The ids of escrows whose holding limit is near and whose parties have not been warned yet."""
    due = Escrow.objects.filter(status__in=HELD, warned_at=None, hold_until__lte=now + rules.WARN_BEFORE)
    return due.order_by("hold_until", "id").values_list("id", flat=True)


def hold_ended(now: datetime) -> QuerySet[Escrow, UUID]:
    """
    The ids of escrows, frozen or not, that must be refunded now. Escrows with an open chargeback are excluded: the bank
    already has that money.
    """
    due = Escrow.objects.filter(status__in=HELD, hold_until__lte=now + rules.END_BEFORE)
    due = due.exclude(Exists(BankClaim.objects.filter(escrow=OuterRef("pk"), kind=ClaimKind.CHARGEBACK, ended_at=None)))
    return due.order_by("hold_until", "id").values_list("id", flat=True)


def received(escrow: Escrow) -> Money:
    """The net amount the payee received from this escrow, after fees and taxes."""
    return Money(int(escrow.releases.aggregate(net=Sum("net_minor"))["net"] or 0), escrow.currency)
