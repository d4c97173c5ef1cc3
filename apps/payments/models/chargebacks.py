"""Chargebacks by payers' banks."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.common.ids import uuid7
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.payments import states
from apps.payments.models.charges import Charge


class Chargeback(BaseModel):
    """
    A payment that the buyer's bank takes back, identified by the processor's id and tracked until it is won or lost.
    """

    number = models.CharField(max_length=20, unique=True)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="chargebacks")
    status = status_field(states.ChargebackStatus)
    gateway = models.CharField(max_length=20)
    remote_id = models.CharField(max_length=120)
    amount_minor = amount_field()
    currency = currency_field()
    fee_minor = amount_field(default=0)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    evidence_key = models.UUIDField(unique=True, default=uuid7)
    evidence_text = models.TextField(blank=True, default="")
    """The evidence that staff submitted, as it was sent."""
    evidence_by_id = models.UUIDField(null=True, blank=True)
    evidence_written_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    """The last lookup by the job for chargebacks without a final webhook."""
    absorbed_at = models.DateTimeField(null=True, blank=True)
    """When a lost chargeback was charged to those who bear it. Until then its amount is a receivable."""

    class Meta:
        constraints = [
            is_one_of(states.ChargebackStatus, "payments_chargeback_status_known"),
            models.UniqueConstraint(fields=["gateway", "remote_id"], name="payments_chargeback_remote_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, fee_minor__gte=0), name="payments_chargeback_amounts"
            ),
            models.CheckConstraint(
                condition=Q(absorbed_at=None) | Q(status="lost"), name="payments_chargeback_absorbed_is_lost"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["won", "lost"]) | Q(closed_at__isnull=False),
                name="payments_chargeback_closed_has_a_day",
            ),
        ]
        indexes = [
            models.Index(
                F("looked_at").asc(nulls_first=True),
                "id",
                condition=Q(status__in=["opened", "submitted"]),
                name="payments_chargeback_stale",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def reason_label(self) -> str:
        """The bank's reason in words, or its code if we have no label for it."""
        is_known = self.reason_code in states.ChargebackReason.values
        return str(states.ChargebackReason(self.reason_code).label) if is_known else self.reason_code
