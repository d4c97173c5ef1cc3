from __future__ import annotations

from uuid import UUID

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books


def credit(organization_id: UUID, currency: str) -> Money:
    """The employer's credit in one currency."""
    return books.balance(chart.employer_credit(organization_id, currency))


def credits_of(organization_id: UUID) -> list[Money]:
    """The employer's credits that are not zero, by currency."""
    code = chart.employer_credit(organization_id, "EUR").code
    return [money for _, money in sorted(books.balances([code]).items()) if money]
