"""Which doors take this payer's money today, and which pay this freelancer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from apps.compliance import queries as compliance
from apps.payments.gateways import doors
from apps.payments.models import PaymentMethod
from apps.payments.states import Direction, DoorName


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
    rows = _dated(Direction.IN, country, on).filter(Q(currency="") | Q(currency=currency), gateway__in=others)
    named = list(dict.fromkeys(rows.order_by("rank", "gateway").values_list("gateway", flat=True)))
    return [Method(name, DoorName(name).label) for name in [first, *named] if _takes(name, currency)]


def label_of(gateway: str) -> str | Promise:
    """What people call a way to pay."""
    return DoorName(gateway).label


@dataclass(frozen=True, slots=True)
class PayoutMethod:
    """A door that pays from a balance of the platform's own to an account that its owner names, without exchange."""

    name: str
    label: str | Promise
    currencies: tuple[str, ...]


def payout_methods_for(*, country: str, on: date) -> list[PayoutMethod]:
    """
    Beside the processor, that pays everybody: who of the other open doors pays in this country, as the dated table
    says, in currencies that can arrive there. Empty where there is no choice.
    """
    reachable = compliance.payout_currencies(country)
    found: dict[str, list[str]] = {}
    rows = _dated(Direction.OUT, country, on).filter(gateway__in=[name for name in doors.names() if _is_direct(name)])
    for row in rows.order_by("rank", "gateway", "currency"):
        wanted = [row.currency] if row.currency else reachable
        known = found.setdefault(row.gateway, [])
        known += [code for code in wanted if code in reachable and code not in known and _takes(row.gateway, code)]
    return [PayoutMethod(name, DoorName(name).label, tuple(codes)) for name, codes in found.items() if codes]


def countries_paid_by(gateway: str, *, currency: str, on: date) -> set[str]:
    """Countries that a door reaches in one currency; of a bank account, its own country counts."""
    rows = _dated(Direction.OUT, None, on).filter(Q(currency="") | Q(currency=currency), gateway=gateway)
    return set(rows.values_list("country", flat=True))


def _dated(direction: Direction, country: str | None, on: date) -> QuerySet[PaymentMethod]:
    rows = PaymentMethod.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on), direction=direction, valid_from__lte=on
    )
    return rows if country is None else rows.filter(Q(country="") | Q(country=country))


def _is_direct(name: str) -> bool:
    return not doors.door(name).capabilities.has_recipient_balances


def _takes(name: str, currency: str) -> bool:
    currencies = doors.door(name).capabilities.currencies
    return currencies is None or currency in currencies
