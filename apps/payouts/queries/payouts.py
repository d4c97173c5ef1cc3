from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.common.prepared import prepared
from apps.ledger.queries import books
from apps.payments.queries.charges import sees_money_of
from apps.payments.queries.receipts import Receipt
from apps.payouts.models import FxQuote, Payout
from apps.payouts.states import PayoutStatus


def payouts_of(organization_id: UUID) -> QuerySet[Payout]:
    return (
        Payout.objects.filter(organization_id=organization_id)
        .select_related("quote", "account")
        .order_by("-requested_at", "-id")
    )


@prepared
def newest_payouts_of(organization_id: UUID, limit: int) -> QuerySet[Payout]:
    return payouts_of(organization_id).select_related(None)[:limit]


def payout_visible_to(actor: Actor, payout_id: UUID) -> Payout:
    """
    The payout, with quote, account and organization.

    :raises NotFound: if it does not exist or the actor may not see it.
    """
    payout = Payout.objects.select_related("quote", "account", "organization").filter(id=payout_id).first()
    if payout is None or not sees_money_of(actor, payout.organization_id):
        raise NotFound
    return payout


def quote_visible_to(actor: Actor, quote_id: UUID) -> FxQuote:
    """
    The quote, with its account and payout.

    :raises NotFound: if it does not exist or the actor may not see it.
    """
    quote = FxQuote.objects.select_related("account", "payout").filter(id=quote_id).first()
    if quote is None or not sees_money_of(actor, quote.account.organization_id):
        raise NotFound
    return quote


def payout_for_update(payout_id: UUID) -> Payout:
    return Payout.objects.select_for_update(of=("self",)).select_related("quote", "account").get(id=payout_id)


SENDING_TOO_LONG, ON_ITS_WAY_TOO_LONG = timedelta(hours=1), timedelta(days=7)


def stuck_payouts(now: datetime) -> list[Payout]:
    """Payouts being sent for more than an hour, or submitted for more than a week."""
    slow = Q(status=PayoutStatus.SENDING, requested_at__lte=now - SENDING_TOO_LONG) | Q(
        status=PayoutStatus.SUBMITTED, requested_at__lte=now - ON_ITS_WAY_TOO_LONG
    )
    return list(Payout.objects.filter(slow).select_related("organization").order_by("requested_at"))


def receipt_of_payout(payout: Payout) -> Receipt:
    return Receipt(payout.number, payout.account.bank_name, payout.amount, books.journals_of(payout=payout.id))
