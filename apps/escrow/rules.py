"""How long money may be held, as plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.common.money import Money

WARN_BEFORE = timedelta(days=14)
END_BEFORE = timedelta(days=3)
APPEAL_TIME = timedelta(days=14)
"""For an appeal against a finding of fraud."""

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
    """
    Who bears a lost chargeback; the parts sum to its amount.

    `held` and `fee`: what is still held and its fee. `payable` and `owed`: the payee's balance and debt, nothing
    unless the terms say so. `reserve`: the protection reserve. `capital`: the marketplace's own money.
    """

    held: Money
    fee: Money
    payable: Money
    owed: Money
    reserve: Money
    capital: Money


def held_part(amount: Money, *, held: Money, fee: Money) -> Money:
    """How much of what is held belongs to a payment of `amount` that paid both the work and its fee."""
    if amount >= held + fee:
        return held
    part, _ = amount.allocate([held.amount_minor, fee.amount_minor])
    return part


def shares_of_loss(
    amount: Money, *, held: Money, fee: Money, payable: Money, received: Money, reserve: Money, is_owed_back: bool
) -> LossShares:
    """
    Held money first. What was released belongs to the payee: the protection reserve bears it, as far as it goes, and
    then the marketplace's own capital. Only where the terms say that the payee owes it back is it taken from the
    payee instead, at most what this work brought: from the balance, the rest as a debt.

    :param held: what of the held money goes, with its `fee`.
    :param received: what the payee got of this work.
    :param payable: the payee's balance. :param reserve: what the reserve holds.
    """
    nothing = Money.zero(amount.currency)
    left = amount - held - fee
    from_payable = min(payable, received, left) if is_owed_back else nothing
    owed = min(received - from_payable, left - from_payable) if is_owed_back else nothing
    left -= from_payable + owed
    from_reserve = min(left, max(reserve, nothing))
    return LossShares(held, fee, from_payable, owed, from_reserve, left - from_reserve)
