from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.functional import Promise

from apps.compliance import queries as compliance
from apps.gateways import registry
from apps.gateways.names import GatewayName
from apps.gateways.protocols.transfers import RecipientBalances
from apps.payments.models.methods import Direction
from apps.payments.queries.methods import dated, takes_currency


@dataclass(frozen=True, slots=True)
class PayoutMethod:
    """
    A gateway that pays from the platform's own balance to an account its owner entered, without currency exchange.
    """

    name: str
    label: str | Promise
    currencies: tuple[str, ...]


def payout_methods_for(*, country: str, on: date) -> list[PayoutMethod]:
    """
    The open gateways other than the processor that pay in this country, by the dated table, with the currencies that
    can be received there. Empty if there is no choice.
    """
    reachable = compliance.payout_currencies(country)
    result: dict[str, list[str]] = {}
    rows = dated(Direction.OUT, country, on).filter(gateway__in=[name for name in registry.names() if _is_direct(name)])
    for row in rows.order_by("rank", "gateway", "currency"):
        currencies = [row.currency] if row.currency else reachable
        codes = result.setdefault(row.gateway, [])
        codes += [
            code for code in currencies if code in reachable and code not in codes and takes_currency(row.gateway, code)
        ]
    return [PayoutMethod(name, GatewayName(name).label, tuple(codes)) for name, codes in result.items() if codes]


def countries_paid_by(gateway: str, *, currency: str, on: date) -> set[str]:
    """The countries that a gateway can pay to in one currency (for a bank account: the country of the account)."""
    rows = dated(Direction.OUT, None, on).filter(Q(currency="") | Q(currency=currency), gateway=gateway)
    return set(rows.values_list("country", flat=True))


def _is_direct(name: str) -> bool:
    return not registry.offers(name, RecipientBalances)
