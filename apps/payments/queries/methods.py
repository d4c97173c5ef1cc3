from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from apps.gateways import registry
from apps.gateways.names import GatewayName
from apps.payments.models import PaymentMethod
from apps.payments.models.methods import Direction


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    label: str | Promise


def methods_for(*, country: str, currency: str, on: date) -> list[Method]:
    """
    The payment methods the payer may choose, in order of preference. The first gateway needs no row and is open to
    every payer. Others need a valid row in the dated table. All must support the currency.
    """
    first, *others = registry.names()
    rows = dated(Direction.IN, country, on).filter(Q(currency="") | Q(currency=currency), gateway__in=others)
    named = list(dict.fromkeys(rows.order_by("rank", "gateway").values_list("gateway", flat=True)))
    return [Method(name, GatewayName(name).label) for name in [first, *named] if takes_currency(name, currency)]


def label_of(gateway: str) -> str | Promise:
    """The display name of the gateway."""
    return GatewayName(gateway).label


def dated(direction: Direction, country: str | None, on: date) -> QuerySet[PaymentMethod]:
    rows = PaymentMethod.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on), direction=direction, valid_from__lte=on
    )
    return rows if country is None else rows.filter(Q(country="") | Q(country=country))


def takes_currency(name: str, currency: str) -> bool:
    currencies = registry.gateway(name).capabilities.currencies
    return currencies is None or currency in currencies
