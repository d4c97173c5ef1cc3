from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Organization
from apps.common.ids import uuid7
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.payments import states


class Charge(BaseModel):
    """A payment requested from an employer for one object in a higher layer; `memo` describes it."""

    number = models.CharField(max_length=20, unique=True)
    payer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    reference_id = models.UUIDField()
    memo = models.CharField(max_length=200)
    status = status_field(states.ChargeStatus)
    amount_minor = amount_field()
    currency = currency_field()
    gateway = models.CharField(max_length=20)
    idem_key = models.UUIDField(unique=True, default=uuid7)
    success_url = models.CharField(max_length=500)
    cancel_url = models.CharField(max_length=500)
    language = models.CharField(max_length=10, default="en")
    checkout_url = models.CharField(max_length=1000, blank=True, default="")
    remote_session_id = models.CharField(max_length=120, blank=True, default="")
    remote_payment_id = models.CharField(max_length=120, blank=True, default="")
    remote_charge_id = models.CharField(max_length=120, blank=True, default="")
    """The processor's id of the payment on its statement: the source of its line."""
    fee_minor = amount_field(null=True, blank=True)
    decline_code = models.CharField(max_length=60, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    """The last lookup by the job for charges without a final webhook."""

    refunded_minor: int = 0
    refunding_minor: int = 0
    chargeback_status: str = ""
    """Not columns: set by `queries.with_outcome`."""

    class Meta:
        constraints = [
            is_one_of(states.ChargeStatus, "payments_charge_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_charge_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status="succeeded") | (~Q(remote_payment_id="") & Q(succeeded_at__isnull=False)),
                name="payments_charge_succeeded_is_remote",
            ),
            models.UniqueConstraint(
                fields=["gateway", "remote_session_id"],
                condition=~Q(remote_session_id=""),
                name="payments_charge_session_once",
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "-created_at"], name="payments_charge_of_payer"),
            models.Index(fields=["reference_id"], name="payments_charge_reference"),
            models.Index(
                F("looked_at").asc(nulls_first=True),
                "id",
                condition=Q(status__in=["open", "processing"]),
                name="payments_charge_stale",
            ),
            models.Index(
                fields=["gateway", "created_at"],
                condition=Q(status="succeeded", remote_charge_id=""),
                name="payments_charge_nameless",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def refunded(self) -> Money:
        """The amount refunded or being refunded."""
        return Money(self.refunded_minor + self.refunding_minor, self.currency)

    @property
    def outcome(self) -> str:
        """A `ChargeOutcome`; "" for a payment that was not made, or that was neither refunded nor charged back."""
        if self.chargeback_status == states.ChargebackStatus.LOST:
            return states.ChargeOutcome.CHARGED_BACK
        if self.chargeback_status in (states.ChargebackStatus.OPENED, states.ChargebackStatus.SUBMITTED):
            return states.ChargeOutcome.CONTESTED
        if self.refunding_minor:
            return states.ChargeOutcome.REFUNDING
        if not self.refunded_minor:
            return ""
        is_whole = self.refunded_minor >= self.amount_minor
        return states.ChargeOutcome.REFUNDED if is_whole else states.ChargeOutcome.PARTLY_REFUNDED

    @property
    def outcome_label(self) -> str:
        return str(states.ChargeOutcome(self.outcome).label) if self.outcome else ""


class Refund(BaseModel):
    """A refund to an employer, reserved in the ledger before it is sent."""

    number = models.CharField(max_length=20, unique=True)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    reference_id = models.UUIDField()
    status = status_field(states.RefundStatus)
    amount_minor = amount_field()
    currency = currency_field()
    idem_key = models.UUIDField(unique=True, default=uuid7)
    remote_id = models.CharField(max_length=120, blank=True, default="")
    failure_code = models.CharField(max_length=60, blank=True, default="")
    attempts_made = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    """The last lookup by the job for refunds without a final webhook."""

    class Meta:
        constraints = [
            is_one_of(states.RefundStatus, "payments_refund_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_refund_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "succeeded"]) | ~Q(remote_id=""),
                name="payments_refund_submitted_is_remote",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["requested", "sending"]),
                name="payments_refund_due",
            ),
            models.Index(
                F("looked_at").asc(nulls_first=True),
                "id",
                condition=Q(status="submitted"),
                name="payments_refund_stale",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
