"""How long money may be held, and who bears a lost chargeback. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.common.money import Money

WARN_BEFORE = timedelta(days=14)
END_BEFORE = timedelta(days=3)
APPEAL_TIME = timedelta(days=14)
"""The time to appeal a finding of fraud."""

# https://docs.stripe.com/connect/manual-payouts: funds must be paid out within two years in the United States, ten
# days in Thailand, and ninety days everywhere else.
_HOLD_DAYS = {"US": 730, "TH": 10}
_HOLD_DAYS_ELSEWHERE = 90


def hold_until(funded_at: datetime, platform_country: str) -> datetime:
    """The legal limit for holding the money, by the platform's country."""
    return funded_at + timedelta(days=_HOLD_DAYS.get(platform_country, _HOLD_DAYS_ELSEWHERE))


def credit_to_use(credit: Money, *, amount: Money, total: Money) -> Money:
    """
    The part of the payer's credit used for one escrow: the whole total if the credit covers it, else at most the
    amount, so that a charge that is needed anyway carries the whole fee.
    """
    return total if credit >= total else min(credit, amount)


@dataclass(frozen=True, slots=True)
class LossShares:
    """
    Who bears a lost chargeback. The parts sum to its amount.

    `held` and `fee`: the money still held and its fee. `payable` and `owed`: the payee's balance and debt, zero unless
    the terms say so. `reserve`: the chargeback reserve. `capital`: the marketplace's own money.
    """

    held: Money
    fee: Money
    payable: Money
    owed: Money
    reserve: Money
    capital: Money


def held_part(amount: Money, *, held: Money, fee: Money) -> Money:
    """The part of `held` that was paid by a payment of `amount`, which paid both the work and the fee."""
    if amount >= held + fee:
        return held
    part, _ = amount.allocate([held.amount_minor, fee.amount_minor])
    return part


def shares_of_loss(
    amount: Money, *, held: Money, fee: Money, payable: Money, received: Money, reserve: Money, is_owed_back: bool
) -> LossShares:
    """
    Splits a lost chargeback. Money still held bears it first. Released money belongs to the payee, so the chargeback
    reserve bears the rest as far as it covers it, then the marketplace's own capital.

    Only if the terms say that the payee owes it back, the payee bears the rest instead, at most what this work paid
    them: first from the balance, then as a debt.

    :param held: the part of the held money that is lost, with its `fee`.
    :param received: the net amount the payee received from this work.
    :param payable: the payee's balance.
    :param reserve: the balance of the chargeback reserve.
    """
    nothing = Money.zero(amount.currency)
    left = amount - held - fee
    from_payable = min(payable, received, left) if is_owed_back else nothing
    owed = min(received - from_payable, left - from_payable) if is_owed_back else nothing
    left -= from_payable + owed
    from_reserve = min(left, max(reserve, nothing))
    return LossShares(held, fee, from_payable, owed, from_reserve, left - from_reserve)
