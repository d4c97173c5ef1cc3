"""
A market of two employers and two freelancers as plain Python: what should be held and payable after each event.

No database, no rounding helpers of the product: shares are taken half to even of the running total, by `fractions`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


def half_even(amount: int, bps: int) -> int:
    return round(Fraction(amount * bps, 10_000))  # Python rounds fractions half to even


@dataclass
class Piece:
    """One piece of work whose money is held: amounts in minor units."""

    amount: int
    currency: str
    payer: Any
    payee: Any
    commission_bps: int
    withholding_bps: int
    state: str = "asked"  # asked, held, frozen
    released: int = 0
    returned: int = 0
    is_claimed: bool = False

    @property
    def held(self) -> int:
        return self.amount - self.released - self.returned if self.state in ("held", "frozen") else 0

    def net(self, released: int) -> int:
        """What the payee has of this much, released in however many parts."""
        return released - half_even(released, self.commission_bps) - half_even(released, self.withholding_bps)


@dataclass
class Market:
    pieces: dict[Any, Piece] = field(default_factory=dict)
    payable: dict[tuple[Any, str], int] = field(default_factory=lambda: defaultdict(int))

    def release(self, piece: Piece, part: int) -> None:
        self.payable[piece.payee, piece.currency] += piece.net(piece.released + part) - piece.net(piece.released)
        piece.released += part

    def give_back(self, piece: Piece, part: int) -> None:
        piece.returned += part

    def may_move(self, piece: Piece, part: int) -> bool:
        return piece.state == "held" and not piece.is_claimed and 0 < part <= piece.held
