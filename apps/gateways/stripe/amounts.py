"""
The processor's own table of currencies, which differs from ISO 4217 and from CLDR.

https://docs.stripe.com/currencies (read 2026-10): MGA has no decimals there; ISK and UGX have no decimals in practice
but are sent with two; three-decimal currencies must end in 0; payouts of HUF and TWD must be whole hundreds.
"""

from __future__ import annotations

from apps.common import currencies
from apps.common.money import Money

ZERO_DECIMAL = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
    }
)  # fmt: skip


THREE_DECIMAL = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


WHOLE_UNITS_ONLY = frozenset({"ISK", "UGX"})


PAYOUT_STEP = {"HUF": 100, "TWD": 100}


class AmountNotSendable(ValueError):
    """The processor cannot express this amount without rounding, and we never round silently."""


def processor_exponent(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def processor_step(currency: str) -> int:
    """Amounts sent must be a multiple of this."""
    if currency in WHOLE_UNITS_ONLY:
        return 100
    return 10 if currency in THREE_DECIMAL else 1


def to_processor(amount: Money, *, is_payout: bool = False) -> int:
    """
    The amount in the processor's units.

    :raises AmountNotSendable: if the amount is not a multiple of the processor's step.
    """
    shift = processor_exponent(amount.currency) - currencies.exponent(amount.currency)
    if shift >= 0:
        sent = amount.amount_minor * _power(shift)
    else:
        sent, rest = divmod(amount.amount_minor, _power(-shift))
        if rest:
            raise AmountNotSendable(str(amount))
    step = PAYOUT_STEP.get(amount.currency, 1) if is_payout else 1
    if sent % max(step, processor_step(amount.currency)):
        raise AmountNotSendable(str(amount))
    return sent


def from_processor(sent: int, currency: str) -> Money:
    """
    The amount in the standard's minor units.

    :raises AmountNotSendable: if it would have to be rounded.
    """
    code = currency.upper()
    shift = currencies.exponent(code) - processor_exponent(code)
    if shift >= 0:
        return Money(sent * _power(shift), code)
    minor, rest = divmod(sent, _power(-shift))
    if rest:
        raise AmountNotSendable(f"{sent} {code}")
    return Money(minor, code)


def sendable(amount: Money, *, is_payout: bool = False) -> Money:
    """The largest amount up to this one that the processor can express."""
    code = amount.currency
    step = max(processor_step(code), PAYOUT_STEP.get(code, 1) if is_payout else 1)
    shift = processor_exponent(code) - currencies.exponent(code)
    step_minor = step // _power(shift) if shift >= 0 else step * _power(-shift)
    step_minor = max(step_minor, 1)
    return Money(amount.amount_minor - amount.amount_minor % step_minor, code)


def _power(exponent: int) -> int:
    return int("1" + "0" * exponent)
