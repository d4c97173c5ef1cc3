"""Imports the models so that Django registers them."""

from apps.payouts.models.accounts import PayoutAccount
from apps.payouts.models.attempts import PayoutAttempt, ReversalAttempt
from apps.payouts.models.liquidity import LiquidityShortage
from apps.payouts.models.payouts import FxQuote, Payout
from apps.payouts.models.reversals import TransferReversal

__all__ = [
    "FxQuote",
    "LiquidityShortage",
    "Payout",
    "PayoutAccount",
    "PayoutAttempt",
    "ReversalAttempt",
    "TransferReversal",
]
