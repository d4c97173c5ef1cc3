"""Which doors take this payer's money today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.functional import Promise

from apps.payments.gateways import doors
from apps.payments.models import PaymentMethod
from apps.payments.states import DoorName


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    label: str | Promise


def methods_for(*, country: str, currency: str, on: date) -> list[Method]:
    """
    What the payer may choose, the first choice first. The first door needs no row: it takes every payer; any other
    takes those that the dated table names, in currencies that it can.
    """
    first, *others = doors.names()
    rows = PaymentMethod.objects.filter(
        Q(country="") | Q(country=country),
        Q(currency="") | Q(currency=currency),
        Q(valid_until=None) | Q(valid_until__gt=on),
        gateway__in=others,
        valid_from__lte=on,
    )
    named = list(dict.fromkeys(rows.order_by("rank", "gateway").values_list("gateway", flat=True)))
    return [Method(name, DoorName(name).label) for name in [first, *named] if _takes(name, currency)]


def _takes(name: str, currency: str) -> bool:
    currencies = doors.door(name).capabilities.currencies
    return currencies is None or currency in currencies
