from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.treasury import states
from apps.treasury.models.reconciliation import ProcessorLine


class TreasuryKind(models.TextChoices):
    """The kinds of treasury operations on the operator's own money and on tax it collected."""

    TAX_WITHHELD = "tax_withheld", _("Withheld tax remitted")
    TAX_COLLECTED = "tax_collected", _("Tax on our commission remitted")
    SWEEP = "sweep", _("Own money moved to the bank")
    RESERVE = "reserve", _("Reserved for chargebacks")
    TOP_UP = "top_up", _("Own money brought to the processor")


class TreasuryOperation(BaseModel):
    """
    One operation on the operator's own money or on collected tax: who, when, how much and why. The journal entry is in
    the ledger.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    """Created by the confirmed form, so that submitting the same form twice records one operation."""
    kind = models.CharField(max_length=15, choices=TreasuryKind)
    subject = models.CharField(max_length=20, blank=True, default="")
    """The country of a tax, or the processor of a sweep or a top-up."""
    amount_minor = amount_field()
    currency = currency_field()
    reason = models.TextField(max_length=1000, blank=True)
    acted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """None for reserves made by the nightly job, which need no reason."""
    acted_at = models.DateTimeField()

    class Meta:
        constraints = [
            is_one_of(TreasuryKind, "treasury_treasuryact_kind_known", "kind"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="treasury_treasuryact_amount_positive"),
            models.CheckConstraint(
                condition=Q(acted_by__isnull=False) & ~Q(reason="") | Q(acted_by__isnull=True, kind="reserve"),
                name="treasury_treasuryact_has_a_reason",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class InternalTransfer(BaseModel):
    """
    A transfer of the platform's cash between two gateways: proposed by one person, approved by another, made by hand at
    the gateways.

    Only the gateways' own statement lines show that the cash left and arrived.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    """Created by the form, so that submitting the same form twice makes one transfer."""
    number = models.CharField(max_length=20, unique=True)
    """Written into the purpose of the transfer, so that its statement line can be recognised."""
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    status = status_field(states.InternalTransferStatus)
    amount_minor = amount_field()
    currency = currency_field()
    reason = models.TextField(max_length=1000)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    source_line = models.OneToOneField(
        ProcessorLine, on_delete=models.PROTECT, null=True, blank=True, related_name="cash_left"
    )
    target_line = models.OneToOneField(
        ProcessorLine, on_delete=models.PROTECT, null=True, blank=True, related_name="cash_arrived"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            is_one_of(states.InternalTransferStatus, "treasury_cashmove_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="treasury_cashmove_amount_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="treasury_cashmove_has_a_reason"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="treasury_internaltransfer_two_gateways"),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("proposed_by")), name="treasury_cashmove_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["agreed", "left", "arrived"]) | Q(agreed_by__isnull=False),
                name="treasury_cashmove_agreed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["left", "arrived"]) ^ Q(source_line=None),
                name="treasury_cashmove_left_has_a_line",
            ),
            models.CheckConstraint(
                condition=Q(status="arrived") ^ Q(target_line=None), name="treasury_cashmove_arrived_has_a_line"
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class TopUp(BaseModel):
    """The operator's own money on its way to the processor. Recorded with its key before the processor is called."""

    id = models.UUIDField(primary_key=True, editable=False)
    """Created by the confirmed form. Also the id of the treasury operation once the money has arrived."""
    gateway = models.CharField(max_length=20)
    status = status_field(states.TopUpStatus)
    amount_minor = amount_field()
    currency = currency_field()
    reason = models.TextField(max_length=1000)
    remote_id = models.CharField(max_length=120, blank=True, default="")
    failure_code = models.CharField(max_length=60, blank=True, default="")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            is_one_of(states.TopUpStatus, "treasury_topup_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="treasury_topup_amount_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="treasury_topup_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "succeeded"]) | ~Q(remote_id=""),
                name="treasury_topup_submitted_is_remote",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
