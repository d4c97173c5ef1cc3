from __future__ import annotations

from uuid import UUID

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books


def credit(organization_id: UUID, currency: str) -> Money:
    """What is kept for an employer in one currency."""
    return books.balance(chart.employer_credit(organization_id, currency))


def credits_of(organization_id: UUID) -> list[Money]:
    """What is kept for an employer, by currency; only where there is something."""
    code = chart.employer_credit(organization_id, "EUR").code
    return [money for _, money in sorted(books.balances([code]).items()) if money]
