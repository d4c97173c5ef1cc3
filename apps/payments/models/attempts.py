from __future__ import annotations

from django.db import models

from apps.gateways.models.attempts import Attempt, attempt_constraints
from apps.payments.models.charges import Refund


class RefundAttempt(Attempt):
    """One call to the gateway that sends a refund."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="attempts")

    class Meta(Attempt.Meta):
        abstract = False
        constraints = attempt_constraints("refund")
