"""What is held, for whom, until when; and the entries behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.escrow import rules
from apps.escrow.models import BankClaim, Escrow, Recovery, Release
from apps.escrow.states import ClaimKind, EscrowStatus, RecoveryStatus
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.queries import credits, refunds
from apps.pricing import rules as pricing_rules
from apps.pricing.models import PaidWork
from apps.pricing.rules import EarnedFee, Split, Terms

ReleaseRow: TypeAlias = Release
"""For pages of the areas below, which show what they do not store."""

HOLDING = (EscrowStatus.FUNDED, EscrowStatus.PARTIALLY_RELEASED)
"""Held and free to be moved."""
HELD = (*HOLDING, EscrowStatus.DISPUTED)
"""Held, be it free or frozen."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What earlier releases of one escrow have kept back."""

    commission: Money
    tax: Money
    withheld: Money


def escrow_for_update(escrow_id: UUID) -> Escrow:
    """:raises NotFound: if there is no such escrow."""
    escrow = Escrow.objects.select_for_update(of=("self",)).filter(id=escrow_id).first()
    if escrow is None:
        raise NotFound
    return escrow


def escrow_visible_to(actor: Actor, escrow_id: UUID) -> Escrow:
    """:raises NotFound: for a stranger as for an escrow that is not there."""
    escrow = Escrow.objects.select_related("payer", "payee").filter(id=escrow_id).first()
    if escrow is None or not (actor.is_staff or actor.acts_for(escrow.payer_id) or actor.acts_for(escrow.payee_id)):
        raise NotFound
    return escrow


def escrows_of(organization_id: UUID) -> QuerySet[Escrow]:
    """Paid by or meant for an organization, newest first."""
    return (
        Escrow.objects.filter(Q(payer_id=organization_id) | Q(payee_id=organization_id))
        .select_related("payer", "payee")
        .order_by("-opened_at", "-id")
    )


def release_visible_to(actor: Actor, release_id: UUID) -> Release:
    """:raises NotFound: for a stranger as for a release that is not there."""
    release = Release.objects.select_related("escrow__payer", "escrow__payee").filter(id=release_id).first()
    if release is None:
        raise NotFound
    escrow = release.escrow
    if not (actor.is_staff or actor.acts_for(escrow.payer_id) or actor.acts_for(escrow.payee_id)):
        raise NotFound
    return release


def held(escrow_id: UUID) -> Money:
    """
    What the books hold for one escrow and can be moved: zero before it is funded and while it is frozen.

    :raises NotFound: if there is none.
    """
    escrow = Escrow.objects.filter(id=escrow_id).values_list("currency", "status").first()
    if escrow is None:
        raise NotFound
    currency, status = escrow
    return books.balance(chart.escrow_held(escrow_id, currency)) if status in HOLDING else Money.zero(currency)


def held_for(payee_id: UUID) -> list[Money]:
    """What is held for a freelancer, by currency."""
    return _held(Escrow.objects.filter(payee_id=payee_id))


def held_from(payer_id: UUID) -> list[Money]:
    """What is held of an employer, by currency."""
    return _held(Escrow.objects.filter(payer_id=payer_id))


def paid_by(payer_id: UUID) -> list[Money]:
    """What an employer's payments brought freelancers so far, before fees, by currency; the largest number first."""
    rows = (
        Escrow.objects.filter(payer_id=payer_id, released_minor__gt=0)
        .values_list("currency")
        .annotate(paid_minor=Sum("released_minor"))
        .order_by("-paid_minor", "currency")
    )
    return [Money(int(paid), currency) for currency, paid in rows]


@dataclass(frozen=True, slots=True)
class Held:
    """What is held in one currency: for the organization, and of its own payments."""

    for_us: Money
    from_us: Money


def held_both(organization_id: UUID) -> list[Held]:
    """`held_for` and `held_from` together, by currency; one query."""
    left = F("amount_minor") - F("released_minor") - F("refunded_minor")
    rows = (
        escrows_of(organization_id)
        .filter(status__in=HELD)
        .order_by("currency")
        .values_list("currency")
        .annotate(
            for_us=Sum(left, filter=Q(payee_id=organization_id)), from_us=Sum(left, filter=Q(payer_id=organization_id))
        )
    )
    return [
        Held(Money(int(for_us or 0), currency), Money(int(from_us or 0), currency))
        for currency, for_us, from_us in rows
    ]


def _held(escrows: QuerySet[Escrow]) -> list[Money]:
    rows = (
        escrows.filter(status__in=HELD)
        .values_list("currency")
        .annotate(held_minor=Sum(F("amount_minor") - F("released_minor") - F("refunded_minor")))
        .order_by("currency")
    )
    return [Money(int(total), currency) for currency, total in rows]


def taken(escrow: Escrow) -> Taken:
    """What earlier releases kept back, so that parts take what the whole would."""
    sums = escrow.releases.aggregate(
        commission=Sum("commission_minor"), tax=Sum("tax_minor"), withheld=Sum("withheld_minor")
    )
    return Taken(**{name: Money(int(total or 0), escrow.currency) for name, total in sums.items()})


def terms(escrow: Escrow) -> Terms:
    """The shares that were agreed, as they stood then."""
    return Terms(
        escrow.commission_bps,
        0,
        escrow.withholding_bps,
        escrow.withholding_country,
        tax_bps=escrow.tax_bps,
        tax_country=escrow.tax_country,
    )


def split_of(escrow: Escrow, gross: Money) -> Split:
    """Where a gross amount goes, counted on from what earlier releases took."""
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
    The part of the employer's fee that falls to this step; the last step takes what is left.

    :param after: a step of the same moment that goes before this one.
    """
    before = escrow.released + escrow.refunded + (after or Money.zero(escrow.currency))
    return pricing_rules.earned_part(escrow.employer_fee, whole=escrow.amount, before=before, step=step)


def earned_fee_of(escrow: Escrow, step: Money) -> EarnedFee:
    """What a release of this step earns of the employer's fee, and the tax inside, counted on from earlier ones."""
    fee = fee_of(escrow, step)
    if not escrow.fee_tax_bps:
        return EarnedFee(fee, Money.zero(escrow.currency))
    sums = escrow.releases.aggregate(fee=Sum("employer_fee_minor"), tax=Sum("employer_fee_tax_minor"))
    before, tax_before = (Money(int(sums[name] or 0), escrow.currency) for name in ("fee", "tax"))
    return pricing_rules.earned_fee(fee, escrow.fee_tax_bps, earned_before=before, tax_before=tax_before)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each side would get of a split: the freelancer's part with its fees, and what goes back."""

    whole: Money
    freelancer: pricing_rules.Split
    to_employer: Money
    fee_back: Money
    fee_kept: Money

    @property
    def employer_total(self) -> Money:
        return self.to_employer + self.fee_back


def outcome(escrow_id: UUID, freelancer_part: Money) -> Outcome:
    """The very figures that a split of what is held or frozen would write. :raises NotFound: if there is none."""
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
    """Until when held money can still be decided about; afterwards the law's limit sends it back."""
    until = Escrow.objects.filter(id=escrow_id).values_list("hold_until", flat=True).first()
    return until - rules.END_BEFORE if until else None


def usable_credit(payer_id: UUID, *, amount: Money, total: Money) -> Money:
    """How much of the payer's credit would go into an escrow of this amount and total."""
    credit = rules.credit_to_use(credits.credit(payer_id, amount.currency), amount=amount, total=total)
    return refunds.chargeable(credit)


def paid_otherwise_than_announced() -> int:
    """Escrows over which pricing, that counts paid work, and their own figures differ: none, in sound books."""
    paid = Escrow.objects.filter(status=EscrowStatus.RELEASED, released_minor__gt=0)
    same = {"work_id": OuterRef("id"), "payer_id": OuterRef("payer_id"), "payee_id": OuterRef("payee_id")}
    paid_works = PaidWork.objects.filter(**same)
    counted = paid.filter(Exists(paid_works)).count()
    return paid.count() - counted + PaidWork.objects.count() - counted


def release_for_update(release_id: UUID) -> Release:
    """:raises NotFound: if there is no such release."""
    release = Release.objects.select_for_update(of=("self",)).select_related("escrow").filter(id=release_id).first()
    if release is None:
        raise NotFound
    return release


def goodwill_left(release: Release) -> tuple[Money, Money]:
    """What is left of our fee of one release to be given back: (with its tax, the tax alone)."""
    sums = release.goodwill.aggregate(amount=Sum("amount_minor"), tax=Sum("tax_minor"))
    moneys, tax = (Money(int(sums[name] or 0), release.currency) for name in ("amount", "tax"))
    return release.fee - moneys, release.tax - tax


def entries_of(escrow_id: UUID) -> Sequence[books.JournalView]:
    """Every journal entry of one escrow, oldest first."""
    return books.journals_of(escrow=escrow_id)


def hold_ending(now: datetime) -> QuerySet[Escrow, UUID]:
    """Held money whose limit is near and whose parties were not notified yet."""
    due = Escrow.objects.filter(status__in=HELD, warned_at=None, hold_until__lte=now + rules.WARN_BEFORE)
    return due.order_by("hold_until", "id").values_list("id", flat=True)


def hold_ended(now: datetime) -> QuerySet[Escrow, UUID]:
    """Held money that has to leave now, frozen or not; what the payer's bank has taken back cannot leave twice."""
    due = Escrow.objects.filter(status__in=HELD, hold_until__lte=now + rules.END_BEFORE)
    due = due.exclude(Exists(BankClaim.objects.filter(escrow=OuterRef("pk"), kind=ClaimKind.CHARGEBACK, ended_at=None)))
    return due.order_by("hold_until", "id").values_list("id", flat=True)


def open_claims(escrow_id: UUID) -> QuerySet[BankClaim]:
    """Claims of the payer's bank that are not decided."""
    return BankClaim.objects.filter(escrow_id=escrow_id, ended_at=None)


def claims_of(organization_id: UUID) -> list[BankClaim]:
    """Open claims on money paid by or meant for an organization."""
    of_party = Q(escrow__payer_id=organization_id) | Q(escrow__payee_id=organization_id)
    return list(BankClaim.objects.filter(of_party, ended_at=None).select_related("escrow").order_by("opened_at"))


def open_warnings() -> list[BankClaim]:
    """Warnings of fraud that nobody has looked into yet, the oldest first."""
    rows = BankClaim.objects.filter(kind=ClaimKind.WARNING, ended_at=None)
    return list(rows.select_related("escrow__payer").order_by("opened_at")[:200])


def is_claimed(escrow_id: UUID, *, warnings_too: bool = True) -> bool:
    claims = open_claims(escrow_id)
    return (claims if warnings_too else claims.filter(kind=ClaimKind.CHARGEBACK)).exists()


def received(escrow: Escrow) -> Money:
    """What the payee got of one escrow, after fees and taxes."""
    return Money(int(escrow.releases.aggregate(net=Sum("net_minor"))["net"] or 0), escrow.currency)


def finished_but_holding() -> int:
    """Escrows that are over while their accounts still hold something: none, in sound books."""
    over = list(
        Escrow.objects.filter(
            status__in=[EscrowStatus.RELEASED, EscrowStatus.REFUNDED, EscrowStatus.CANCELLED]
        ).values_list("id", "currency")
    )
    codes = {
        (account.code, currency)
        for escrow_id, currency in over
        for account in (chart.escrow_held(escrow_id, currency), chart.deferred_fee(escrow_id, currency))
    }
    balances = books.balances({code for code, _ in codes})
    return sum(bool(balances.get(account)) for account in codes)


def holding_otherwise_than_booked() -> int:
    """Escrows whose own figures differ from the books (frozen: from the dispute's account): none, in sound books."""
    rows = list(
        Escrow.objects.filter(status__in=HELD).values_list(
            "id", "frozen_by_id", "currency", F("amount_minor") - F("released_minor") - F("refunded_minor")
        )
    )
    expected: dict[tuple[str, str], Money] = {}
    for escrow_id, dispute_id, currency, remaining in rows:
        left, nothing = Money(int(remaining), currency), Money.zero(currency)
        expected[chart.escrow_held(escrow_id, currency).code, currency] = nothing if dispute_id else left
        if dispute_id:
            expected[chart.hold_dispute(dispute_id, currency).code, currency] = left
    balances = books.balances({code for code, _ in expected})
    return sum(balances.get(account, Money.zero(account[1])) != money for account, money in expected.items())


def releases_by_id(ids: Iterable[str]) -> dict[str, Release]:
    """These releases with their escrow and payer, by id as text; one query, none for none."""
    release_ids = list(ids)
    releases = Release.objects.filter(id__in=release_ids).select_related("escrow__payer") if release_ids else []
    return {str(release.id): release for release in releases}


def entries_of_release(release_id: UUID) -> Sequence[books.JournalView]:
    """The journal entries behind one release."""
    return books.journals_of(release=release_id)


def recovery_for_update(recovery_id: UUID) -> Recovery:
    """:raises NotFound: if there is no such recovery. The escrow is locked first, as everywhere."""
    escrow_id = Recovery.objects.filter(id=recovery_id).values_list("escrow_id", flat=True).first()
    if escrow_id is None:
        raise NotFound
    escrow = escrow_for_update(escrow_id)
    recovery = Recovery.objects.select_for_update(of=("self",)).get(id=recovery_id)
    recovery.escrow = escrow
    return recovery


def recovery_visible_to(actor: Actor, recovery_id: UUID) -> Recovery:
    """Staff and the payee. :raises NotFound: for everybody else, as for one that is not there."""
    rows = Recovery.objects.select_related("escrow__payee", "escrow__payer").filter(id=recovery_id)
    recovery = rows.first()
    if recovery is None or not (actor.is_staff or actor.acts_for(recovery.escrow.payee_id)):
        raise NotFound
    return recovery


def recoveries_of(organization_id: UUID) -> list[Recovery]:
    """What is or was claimed back from a freelancer, newest first."""
    rows = Recovery.objects.filter(escrow__payee_id=organization_id).select_related("escrow")
    return list(rows.order_by("-decided_at")[:50])


def recovery_of_chargeback(chargeback_id: UUID) -> Recovery | None:
    return Recovery.objects.filter(chargeback_id=chargeback_id).select_related("escrow__payee").first()


def recoveries_to_confirm(now: datetime) -> QuerySet[Recovery, UUID]:
    """Those whose time for an appeal is over, the oldest first."""
    due = Recovery.objects.filter(status=RecoveryStatus.DECIDED, appeal_by__lte=now)
    return due.order_by("appeal_by").values_list("id", flat=True)


def open_appeals() -> list[Recovery]:
    """Appeals that wait for somebody of the staff, the oldest first."""
    rows = Recovery.objects.filter(status=RecoveryStatus.APPEALED).select_related("escrow__payee")
    return list(rows.order_by("appealed_at")[:200])
