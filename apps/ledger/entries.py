"""Journal entries as plain values, before they are recorded in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid5

from apps.common.money import Money
from apps.ledger.chart import CREDIT, DEBIT, Account

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:tradewind:ledger")


class WrongCurrency(ValueError):
    """The amount is not in the account's currency: a bug in the code that built the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A posting to be recorded: a signed amount in minor units on one account, debit positive."""

    account: Account
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One business event, to be recorded in the ledger.

    ``key`` identifies the event: recording the same event twice makes one journal entry. ``refs`` names the objects the
    entry is about (``{"escrow": ..., "milestone": ...}``), so that each can show its entries.
    """

    event: str
    key: UUID
    lines: Sequence[Line]
    refs: Mapping[str, str] = field(default_factory=dict)
    memo: str = ""


def event_key(event: str, *parts: object) -> UUID:
    """The idempotency key of an event of an object: the same arguments always return the same key."""
    return uuid5(_NAMESPACE, ":".join([event, *(str(part) for part in parts)]))


def debit(account: Account, amount: Money) -> Line:
    return _line(account, amount, DEBIT)


def credit(account: Account, amount: Money) -> Line:
    return _line(account, amount, CREDIT)


def without_zeros(*lines: Line) -> tuple[Line, ...]:
    """The lines that move something: a zero amount is not posted."""
    return tuple(line for line in lines if line.amount_minor != 0)


def _line(account: Account, amount: Money, side: int) -> Line:
    if amount.currency != account.currency:
        raise WrongCurrency(f"{amount.currency} cannot be posted to {account.code} in {account.currency}")
    if amount.amount_minor < 0:
        raise ValueError("a debit or a credit is never negative: turn it round instead")
    return Line(account, side * amount.amount_minor)
