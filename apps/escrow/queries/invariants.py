"""Counts that are 0 if the books are correct."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef

from apps.common.money import Money
from apps.escrow.models import Escrow, Release
from apps.escrow.queries.escrows import HELD
from apps.escrow.states import EscrowStatus, ReleaseKind
from apps.ledger import chart
from apps.ledger.queries import books
from apps.pricing.models import PaidWork


def paid_otherwise_than_announced() -> int:
    """
    The number of differences between the released escrows and pricing's record of paid work. Always 0 if the books are
    correct. A bonus is no piece of work.
    """
    bonuses = Release.objects.filter(escrow=OuterRef("pk"), kind=ReleaseKind.BONUS)
    paid = Escrow.objects.filter(~Exists(bonuses), status=EscrowStatus.RELEASED, released_minor__gt=0)
    same = {"work_id": OuterRef("id"), "payer_id": OuterRef("payer_id"), "payee_id": OuterRef("payee_id")}
    paid_works = PaidWork.objects.filter(**same)
    counted = paid.filter(Exists(paid_works)).count()
    return paid.count() - counted + PaidWork.objects.count() - counted


def finished_but_holding() -> int:
    """The number of accounts of closed escrows that still have a balance. Always 0 if the books are correct."""
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
    """
    The number of accounts of held escrows whose balance differs from the escrow's own amounts (for frozen escrows, the
    dispute's account is compared too). Always 0 if the books are correct.
    """
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
