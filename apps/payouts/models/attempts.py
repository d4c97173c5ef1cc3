from __future__ import annotations

from django.db import models

from apps.gateways.models.attempts import Attempt, attempt_constraints
from apps.payouts.models.payouts import Payout
from apps.payouts.models.reversals import TransferReversal


class PayoutAttempt(Attempt):
    """One call to the gateway that sends a payout or its transfer."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="attempts")

    class Meta(Attempt.Meta):
        abstract = False
        constraints = attempt_constraints("payout")


class ReversalAttempt(Attempt):
    """One call to the gateway that reverses a transfer."""

    reversal = models.ForeignKey(TransferReversal, on_delete=models.PROTECT, related_name="attempts")

    class Meta(Attempt.Meta):
        abstract = False
        constraints = attempt_constraints("reversal")
