from __future__ import annotations

from django.db import models

from apps.gateways.models.attempts import Attempt, attempt_constraints
from apps.payouts.models.payouts import Payout
from apps.payouts.models.reversals import TransferReversal


class PayoutAttempt(Attempt):
    """One call that sends a payout or its transfer."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="attempts")

    class Meta(Attempt.Meta):
        abstract = False
        constraints = attempt_constraints("payout")


class ReversalAttempt(Attempt):
    """One call that takes a transfer back."""

    reversal = models.ForeignKey(TransferReversal, on_delete=models.PROTECT, related_name="attempts")

    class Meta(Attempt.Meta):
        abstract = False
        constraints = attempt_constraints("reversal")
