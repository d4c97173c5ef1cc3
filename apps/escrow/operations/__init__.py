"""Paying in (`funding`), letting go (`leaving`), disputes (`disputing`), and our own fee given back (`goodwill`)."""

from apps.escrow.operations.claims import bear_loss, dismiss_warning, end_claim, open_claim
from apps.escrow.operations.disputing import freeze, split, unfreeze
from apps.escrow.operations.funding import (
    cancel,
    cancel_if_unpaid,
    confirm_funding,
    funding_failed,
    make_way_for_payment,
    open_escrow,
    start_funding,
    use_credit,
)
from apps.escrow.operations.goodwill import give_goodwill
from apps.escrow.operations.leaving import end_hold, refund, release, warn_of_hold_limit
from apps.escrow.operations.recoveries import answer_appeal, appeal_recovery, confirm_recovery, decide_recovery

__all__ = [
    "answer_appeal",
    "appeal_recovery",
    "bear_loss",
    "cancel",
    "cancel_if_unpaid",
    "confirm_funding",
    "confirm_recovery",
    "decide_recovery",
    "dismiss_warning",
    "end_claim",
    "end_hold",
    "freeze",
    "funding_failed",
    "give_goodwill",
    "make_way_for_payment",
    "open_claim",
    "open_escrow",
    "refund",
    "release",
    "split",
    "start_funding",
    "unfreeze",
    "use_credit",
    "warn_of_hold_limit",
]
