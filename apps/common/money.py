"""Money: an integer in minor units, and a currency. No float, no mixed currencies, no silent rounding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from functools import total_ordering

from apps.common import currencies

# Cross rates have twelve digits; forty digits prevent rounding before the last step.
_EXACT = Context(prec=40)


class CurrencyMismatch(TypeError):
    """Amounts of different currencies in one sum or comparison."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """
    An amount in one currency.

    :param amount_minor: in minor units of ISO 4217 (cents, yen, fils); may be negative.
    :param currency: an ISO 4217 code.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount_minor, bool) or not isinstance(self.amount_minor, int):
            raise TypeError(f"Money takes whole minor units, not {type(self.amount_minor).__name__}")
        currencies.exponent(self.currency)

    @classmethod
    def of(cls, amount: str | Decimal | int, currency: str) -> Money:
        """
        From major units: `Money.of("12.50", "EUR")`.

        :raises ValueError: if the amount has more digits than the currency.
        :raises TypeError: for a float.
        """
        if isinstance(amount, float):
            raise TypeError("Money refuses float; pass a string or a Decimal")
        minor = Decimal(amount).scaleb(currencies.exponent(currency), context=_EXACT)
        if minor != minor.to_integral_value():
            raise ValueError(f"{amount} has more digits than {currency}")
        return cls(int(minor), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def total(cls, parts: Iterable[Money], currency: str) -> Money:
        """The sum of the parts, which are all in `currency`; zero if there are none."""
        result = cls(0, currency)
        for part in parts:
            result += part
        return result

    def as_decimal(self) -> Decimal:
        """The amount in major units, with the currency's digits."""
        return Decimal(self.amount_minor).scaleb(-currencies.exponent(self.currency), context=_EXACT)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return self.amount_minor < other.amount_minor

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __str__(self) -> str:
        return f"{self.as_decimal()} {self.currency}"

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """
        Split by weights with the largest-remainder method; the parts sum exactly to the whole.

        :raises ValueError: if there are no weights, a negative weight, or only zeros.
        """
        whole = sum(weights)
        if not weights or min(weights) < 0 or whole == 0:
            raise ValueError("weights must be positive numbers")
        sign = -1 if self.amount_minor < 0 else 1
        amount = abs(self.amount_minor)
        shares = [amount * weight // whole for weight in weights]
        remainders = [amount * weight % whole for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
        for index in by_remainder[: amount - sum(shares)]:
            shares[index] += 1
        return [Money(sign * share, self.currency) for share in shares]

    def share_bps(self, basis_points: int, rounding: str = ROUND_HALF_EVEN) -> Money:
        """This many basis points (hundredths of a per cent) of the amount, rounded once."""
        exact = _EXACT.divide(Decimal(self.amount_minor * basis_points), Decimal(10_000))
        return Money(int(exact.to_integral_value(rounding=rounding)), self.currency)

    def at_rate(self, rate: Decimal, currency: str, rounding: str = ROUND_DOWN) -> Money:
        """
        Convert: `rate` is the price of one major unit of this currency in `currency`.

        Rounds once, towards zero by default, so that a conversion never creates money.
        """
        if not isinstance(rate, Decimal):
            raise TypeError("a rate is a Decimal")
        if rate <= 0:
            raise ValueError("a rate is positive")
        exact = _EXACT.multiply(self.as_decimal(), rate).scaleb(currencies.exponent(currency), context=_EXACT)
        return Money(int(exact.to_integral_value(rounding=rounding)), currency)
