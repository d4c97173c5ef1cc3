"""How long money may be held, as plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.common.money import Money

WARN_BEFORE = timedelta(days=14)
END_BEFORE = timedelta(days=3)

# https://docs.stripe.com/connect/manual-payouts: funds must be paid out within two years in the United States, ten
# days in Thailand, and ninety days everywhere else.
_HOLD_DAYS = {"US": 730, "TH": 10}
_HOLD_DAYS_ELSEWHERE = 90


def hold_until(funded_at: datetime, platform_country: str) -> datetime:
    """The last moment that money may be held, by the country of the platform."""
    return funded_at + timedelta(days=_HOLD_DAYS.get(platform_country, _HOLD_DAYS_ELSEWHERE))


def credit_to_use(credit: Money, *, amount: Money, total: Money) -> Money:
    """
    How much of a payer's credit goes into one escrow: all of the total where it is enough, else the amount at most,
    so that a charge that has to be made anyway carries the whole fee.
    """
    return total if credit >= total else min(credit, amount)


@dataclass(frozen=True, slots=True)
class LossShares:
    """Who bears a lost chargeback; the parts sum to its amount."""

    held: Money
    fee: Money
    payable: Money
    owed: Money
    reserve: Money


def held_part(amount: Money, *, held: Money, fee: Money) -> Money:
    """How much of what is held belongs to a payment of `amount` that paid both the work and its fee."""
    if amount >= held + fee:
        return held
    part, _ = amount.allocate([held.amount_minor, fee.amount_minor])
    return part


def shares_of_loss(
    amount: Money, *, held: Money, fee: Money, payable: Money, received: Money, is_owed_back: bool
) -> LossShares:
    """
    Held money first, then the payee's balance, at most what this work put there; the rest of that as a debt where the
    terms say so; what we earned, and what nobody owes, is the reserve's.

    :param held: what of the held money goes, with its `fee`.
    :param received: what the payee got of this work.
    """
    left = amount - held - fee
    from_payable = min(payable, received, left)
    nothing = Money.zero(amount.currency)
    owed = min(received - from_payable, left - from_payable) if is_owed_back else nothing
    return LossShares(held, fee, from_payable, owed, left - from_payable - owed)
