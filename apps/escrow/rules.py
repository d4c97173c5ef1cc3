"""How long money may be held, as plain arithmetic."""

from __future__ import annotations

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
