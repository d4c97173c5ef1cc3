"""Automatic payouts, for organizations that agreed to the current exchange rate."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from apps.common.actors import SYSTEM
from apps.common.work_queue import each_id
from apps.payouts.models import Payout
from apps.payouts.operations.payouts import accept_quote, quote_payout
from apps.payouts.queries import wallet


def batch_payables(*, now: datetime, limit: int = 200) -> list[Payout]:
    """
    Make one payout per balance of each organization with automatic payout. Balances that cannot be paid now are tried
    again on the next run.
    """
    due: dict[UUID, list[str]] = defaultdict(list)
    for organization_id, currency in wallet.automatic_balances():
        due[organization_id].append(currency)
    created: list[Payout] = []

    def pay(organization_id: UUID) -> None:
        for currency in due[organization_id]:
            created.append(_pay_out_all(organization_id=organization_id, currency=currency, now=now))

    each_id("payouts.batch_payables", due, pay, now=now, limit=limit)
    return created


def _pay_out_all(*, organization_id: UUID, currency: str, now: datetime) -> Payout:
    quote = quote_payout(organization_id=organization_id, currency=currency, amount=None, actor=SYSTEM, now=now)
    return accept_quote(quote_id=quote.id, actor=SYSTEM, now=now, is_automatic=True)
