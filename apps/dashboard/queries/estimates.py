"""What a freelancer would receive of a price, by the fees of today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from apps.accounts.models import Organization
from apps.common.errors import DomainError
from apps.common.money import Money
from apps.pricing import rules as pricing_rules
from apps.pricing.queries import fees


class Estimates:
    """Of the prices that several payers would pay one payee: the relationships are read at once, each fee once."""

    def __init__(self, payers: Iterable[Organization], payee: Organization, today: date) -> None:
        self._payee, self._today = payee, today
        self._paid_before = fees.paid_by_each(payee.id, list({payer.id for payer in payers}))
        self._terms: dict[tuple[str, int], pricing_rules.Terms | None] = {}

    def net(self, gross: Money, payer: Organization) -> Money | None:
        """Return the price after fee and tax of today; None if there is no fee schedule for the two countries."""
        terms = self._terms_of(payer.country, self._paid_before.get(payer.id, 0))
        return pricing_rules.split(gross, terms).net if terms else None

    def _terms_of(self, payer_country: str, paid_before: int) -> pricing_rules.Terms | None:
        key = (payer_country, paid_before)
        if key not in self._terms:
            try:
                self._terms[key] = fees.terms(payer_country, self._payee.country, self._today, paid_before=paid_before)
            except DomainError:
                self._terms[key] = None
        return self._terms[key]
