"""
Currencies by ISO 4217.

The ledger uses the standard's minor units. CLDR displays some currencies with fewer digits, and processors have a third
table: those belong to `fmt` and to the gateways, never here.
"""

from functools import cache

from iso4217 import Currency

# Funds, metals, units of account and test codes are in the standard, but cannot be used for payments.
_NOT_PAYABLE = {
    "BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "XAD", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD",
    "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX", "ZWL",
}  # fmt: skip


@cache
def exponents() -> dict[str, int]:
    """The digits after the decimal point by currency code, for every currency that can be used for payments."""
    table: dict[str, int] = {}
    for currency in Currency:
        if currency.code not in _NOT_PAYABLE and currency.exponent is not None:
            table[currency.code] = int(currency.exponent)
    return table


def payment_step(code: str) -> int:
    """
    The step of payable amounts in minor units: processors accept three-decimal currencies only in multiples of ten, and
    only whole ariary (https://docs.stripe.com/currencies, "Three-decimal currencies" and "Zero-decimal currencies").

    :raises ValueError: if the code is not in the table.
    """
    return 100 if code == "MGA" else 10 if exponent(code) == 3 else 1


def exponent(code: str) -> int:
    """
    The digits after the decimal point of one currency: EUR 2, JPY 0, KWD 3.

    :raises ValueError: if the code is not in the table.
    """
    try:
        return exponents()[code]
    except KeyError:
        raise ValueError(f"unknown currency {code!r}") from None
