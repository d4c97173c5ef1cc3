"""Balances that are paid out by themselves, for those who agreed to the rate of the moment."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from apps.common.actors import SYSTEM
from apps.common.errors import DomainError
from apps.payments import queries
from apps.payments.models import Payout, PayoutAccount
from apps.payments.operations.payouts import accept_quote, quote_payout
from apps.payments.states import PayoutAccountStatus

logger = logging.getLogger(__name__)


def batch_payables(*, now: datetime) -> list[Payout]:
    """One payout for each balance of each organization with automatic payout; what cannot be paid now waits."""
    made = []
    ready = PayoutAccount.objects.filter(status=PayoutAccountStatus.ACTIVE, is_automatic=True)
    for organization_id in ready.order_by("id").values_list("organization_id", flat=True):
        for balance in queries.balances(organization_id):
            if not balance.available:
                continue
            try:
                made.append(_pay_out_all(organization_id=organization_id, currency=balance.currency, now=now))
            except DomainError as refusal:
                logger.info("no automatic payout for %s: %s", organization_id, refusal.code)
    return made


def _pay_out_all(*, organization_id: UUID, currency: str, now: datetime) -> Payout:
    quote = quote_payout(organization_id=organization_id, currency=currency, amount=None, actor=SYSTEM, now=now)
    return accept_quote(quote_id=quote.id, actor=SYSTEM, now=now, is_automatic=True)
