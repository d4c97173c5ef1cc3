from __future__ import annotations

from uuid import UUID

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books


def credit(organization_id: UUID, currency: str) -> Money:
    """The employer's credit in one currency."""
    return books.balance(chart.employer_credit(organization_id, currency))
