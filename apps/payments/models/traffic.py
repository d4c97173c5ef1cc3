"""What was said to a processor and what it said to us."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.common.models import BaseModel
from apps.payments import states
from apps.payments.models.base import known
from apps.payments.models.charges import Refund
from apps.payments.models.payouts import Payout, TransferReversal


class Attempt(BaseModel):
    """One try to send a payout, a refund or the reversal of a transfer, written down before the call."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, null=True, blank=True, related_name="attempts")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="attempts")
    reversal = models.ForeignKey(
        TransferReversal, on_delete=models.PROTECT, null=True, blank=True, related_name="attempts"
    )
    nth = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=states.AttemptOutcome, default=states.AttemptOutcome.PENDING)
    detail = models.CharField(max_length=300, blank=True, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            known(states.AttemptOutcome, "payments_attempt_outcome_known", "outcome"),
            models.CheckConstraint(
                condition=Q(payout__isnull=False, refund__isnull=True, reversal__isnull=True)
                | Q(payout__isnull=True, refund__isnull=False, reversal__isnull=True)
                | Q(payout__isnull=True, refund__isnull=True, reversal__isnull=False),
                name="payments_attempt_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["reversal", "nth"], condition=Q(reversal__isnull=False), name="payments_attempt_reversal_nth"
            ),
            models.UniqueConstraint(
                fields=["payout", "nth"], condition=Q(payout__isnull=False), name="payments_attempt_payout_nth"
            ),
            models.UniqueConstraint(
                fields=["refund", "nth"], condition=Q(refund__isnull=False), name="payments_attempt_refund_nth"
            ),
        ]


class WebhookEvent(BaseModel):
    """The inbox: written down, answered with 200, handled later; the same notice twice is one row."""

    processor = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    reference = models.CharField(max_length=60, blank=True, default="")
    payload = models.JSONField()
    status = models.CharField(max_length=10, choices=states.WebhookStatus, default=states.WebhookStatus.RECEIVED)
    attempts_made = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["processor", "external_id"], name="payments_webhookevent_once"),
            known(states.WebhookStatus, "payments_webhookevent_status_known"),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="received"), name="payments_webhookevent_due"),
            models.Index(fields=["processor", "-received_at"], name="payments_webhookevent_newest"),
            models.Index(fields=["id"], condition=Q(status="failed"), name="payments_webhookevent_failed"),
        ]
