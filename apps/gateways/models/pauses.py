"""Pauses of outgoing payments, and a processor's objects that are missing in the books."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, User
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money


class PauseKind(models.TextChoices):
    MANUAL = "manual", _("By a person")
    RESTORE = "restore", _("After a restore")
    MISMATCH = "mismatch", _("The processor knows more than the books")


class RemoteKind(models.TextChoices):
    """The processor's objects that have our ids."""

    CHARGE = "charge", _("Payment")
    TRANSFER = "transfer", _("Transfer to a freelancer's account")
    PAYOUT = "payout", _("Payout")
    OUTBOUND = "outbound", _("Payout abroad")
    REFUND = "refund", _("Refund")
    TOP_UP = "top_up", _("Top-up")
    REVERSAL = "reversal", _("Transfer taken back")
    BANK_FILES = "bank_files", _("Files for the bank")


class UnbookedStatus(models.TextChoices):
    FROZEN = "frozen", _("Waiting for staff")
    REBUILT = "rebuilt", _("Entered into the books")
    RESOLVED = "resolved", _("Resolved by staff")


class PaymentPause(BaseModel):
    """While a pause is open, no money goes out. It records who paused, when and why; the row stays after its end."""

    kind = models.CharField(max_length=12, choices=PauseKind, default=PauseKind.MANUAL)
    reason = models.TextField(max_length=1000)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """None for the system and for a command; the command's user is in `origin`."""
    origin = models.CharField(max_length=120, blank=True, default="")
    checked_at = models.DateTimeField(null=True, blank=True)
    """When the processors' objects were completely compared with the books, for a pause that requires it."""
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.TextField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [
            is_one_of(PauseKind, "gateways_paymentpause_kind_known", "kind"),
            models.CheckConstraint(condition=~Q(reason=""), name="gateways_paymentpause_has_a_reason"),
            # At most one is open: NULLs count as equal, and the index contains only open ones.
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="gateways_paymentpause_one_open",
            ),
        ]

    @property
    def needs_check(self) -> bool:
        return self.kind != PauseKind.MANUAL and self.checked_at is None


class UnbookedObject(BaseModel):
    """An object that a processor carried out for us and that was missing in the books."""

    gateway = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=RemoteKind)
    remote_id = models.CharField(max_length=120)
    own_id = models.UUIDField(null=True, blank=True)
    """Our id of the payout, refund or payment, as we sent it to the processor."""
    status = status_field(UnbookedStatus)
    amount_minor = amount_field()
    currency = currency_field()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """
    The organization whose withdrawals wait until this is resolved; None if its account is missing in the books too.
    """
    remote_created_at = models.DateTimeField()
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    resolution = models.TextField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "kind", "remote_id"], name="gateways_unbooked_once"),
            is_one_of(RemoteKind, "gateways_unbooked_kind_known", "kind"),
            is_one_of(UnbookedStatus, "gateways_unbooked_status_known"),
            models.CheckConstraint(
                condition=~Q(status="resolved") | ~Q(resolution=""), name="gateways_unbooked_resolved_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["organization"], condition=Q(status="frozen"), name="gateways_unbooked_frozen"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class GatewayCheck(BaseModel):
    """
    How far a gateway's objects have been compared. It is restored together with the books, so that the next comparison
    goes back far enough.
    """

    gateway = models.CharField(max_length=20, unique=True)
    checked_at = models.DateTimeField()
    newest_at = models.DateTimeField()
    """The creation time of the newest compared object, by the processor's clock."""
