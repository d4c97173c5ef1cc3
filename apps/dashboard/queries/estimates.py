"""What a freelancer would receive of a price, by the fees of today."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from apps.accounts.models import Organization
from apps.common.errors import DomainError
from apps.common.money import Money
from apps.pricing import rules as pricing_rules
from apps.pricing.queries import fees


class Estimates:
    """Asks for the fees of each pair of organizations once."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._terms: dict[tuple[UUID, UUID], pricing_rules.Terms | None] = {}

    def net(self, gross: Money, payer: Organization, payee: Organization) -> Money | None:
        """Return the price after fee and tax of today; None if there is no fee schedule for the two countries."""
        terms = self._terms_between(payer, payee)
        return pricing_rules.split(gross, terms).net if terms else None

    def _terms_between(self, payer: Organization, payee: Organization) -> pricing_rules.Terms | None:
        pair = (payer.id, payee.id)
        if pair not in self._terms:
            together = fees.paid_between(*pair)
            try:
                self._terms[pair] = fees.terms(payer.country, payee.country, self._today, paid_before=together)
            except DomainError:
                self._terms[pair] = None
        return self._terms[pair]
