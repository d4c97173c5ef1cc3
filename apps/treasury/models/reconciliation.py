"""The processor's balance lines, our lines, and the differences in suspense."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, User
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, currency_field
from apps.common.money import Money
from apps.treasury import states


class LineStatus(models.TextChoices):
    """The status of a line, both of the processor's and of ours."""

    WAITING = "waiting", _("Waiting for its counterpart")
    MATCHED = "matched", _("Matched")
    SUSPENSE = "suspense", _("In suspense")
    RESOLVED = "resolved", _("Resolved by two people")


class SuspenseReason(models.TextChoices):
    UNKNOWN_TYPE = "unknown_type", _("The processor names a kind of movement that we do not know")
    NO_ENTRY = "no_entry", _("The processor moved money that is not in our books")
    NO_LINE = "no_line", _("Our books say that money moved; the processor knows nothing of it")
    AMOUNT_DIFFERS = "amount_differs", _("Processor and books name different amounts")


class SuspenseTarget(models.TextChoices):
    """The accounts to which a suspense item may be booked."""

    PROCESSOR_EXPENSE = "expense:processor", _("Our cost: the processor")
    CHARGEBACK_EXPENSE = "expense:chargeback", _("Our cost: chargebacks")
    EXCHANGE = "fx:gain_loss", _("Exchange difference")
    CAPITAL = "equity:operator", _("Our own capital")
    BANK = "bank", _("Our bank account")
    EMPLOYER_CREDIT = "credit:employer", _("Credit of the employer who paid")


class SuspenseItem(BaseModel):
    """
    A difference between the processor and the books under one reference. An entry moved it to suspense, so that the
    clearing account equals the processor's balance. Two different people book it to the account where it belongs.
    """

    number = models.CharField(max_length=20, unique=True)
    gateway = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    """The processor's id of the object, or our own if the processor has none."""
    status = status_field(states.SuspenseStatus)
    reason = models.CharField(max_length=20, choices=SuspenseReason)
    amount_minor = models.BigIntegerField()
    """The processor's amount minus the books' amount, in minor units."""
    currency = currency_field()
    opened_at = models.DateTimeField()
    target = models.CharField(max_length=30, choices=SuspenseTarget, blank=True, default="")
    target_organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    explanation = models.TextField(max_length=1000, blank=True, default="")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            is_one_of(states.SuspenseStatus, "treasury_suspenseitem_status_known"),
            is_one_of(SuspenseReason, "treasury_suspenseitem_reason_known", "reason"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="treasury_suspenseitem_amount_not_zero"),
            models.UniqueConstraint(
                fields=["gateway", "reference", "currency"],
                condition=Q(status__in=["open", "proposed"]),
                name="treasury_suspenseitem_one_open",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="treasury_suspenseitem_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status="proposed") | (~Q(target="") & ~Q(explanation="") & Q(proposed_by__isnull=False)),
                name="treasury_suspenseitem_proposed_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved")
                | Q(confirmed_by__isnull=False, proposed_by__isnull=False, closed_at__isnull=False),
                name="treasury_suspenseitem_resolved_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(target="credit:employer") | Q(target_organization__isnull=False),
                name="treasury_suspenseitem_credit_has_an_owner",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class ProcessorLine(BaseModel):
    """One line of the processor's statement of the platform's balance, as it was read. Only its status changes."""

    gateway = models.CharField(max_length=20)
    line_id = models.CharField(max_length=120)
    type = models.CharField(max_length=40)
    reference = models.CharField(max_length=120, blank=True, default="")
    """The processor's object that moved the money, or the line itself if it names no object."""
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    currency = currency_field()
    booked_at = models.DateTimeField()
    available_at = models.DateTimeField(null=True, blank=True)
    status = status_field(LineStatus)
    journal_id = models.UUIDField(null=True, blank=True)
    """The matching journal entry; the first if several match (amount and fee)."""
    item = models.ForeignKey(SuspenseItem, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "line_id"], name="treasury_processorline_once"),
            is_one_of(LineStatus, "treasury_processorline_status_known"),
            models.CheckConstraint(
                condition=Q(net_minor=F("amount_minor") - F("fee_minor")), name="treasury_processorline_net"
            ),
            models.CheckConstraint(
                condition=~Q(status="suspense") | Q(item__isnull=False), name="treasury_processorline_suspense_has_item"
            ),
        ]
        indexes = [
            models.Index(fields=["gateway", "reference"], name="treasury_pline_reference"),
            models.Index(fields=["gateway", "status"], name="treasury_pline_status", condition=Q(status="waiting")),
        ]

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)


class BookLine(BaseModel):
    """
    The amount of one of our journal entries on the clearing account, with the processor's reference of its document:
    the counterpart of `ProcessorLine`. The ledger is the source; this row only stores the matching.
    """

    gateway = models.CharField(max_length=20)
    journal_id = models.UUIDField()
    event = models.CharField(max_length=60)
    reference = models.CharField(max_length=120, blank=True, default="")
    amount_minor = models.BigIntegerField()
    currency = currency_field()
    booked_at = models.DateTimeField()
    status = status_field(LineStatus)
    item = models.ForeignKey(SuspenseItem, on_delete=models.PROTECT, null=True, blank=True, related_name="book_lines")

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "journal_id", "currency"], name="treasury_bookline_once"),
            is_one_of(LineStatus, "treasury_bookline_status_known"),
        ]
        indexes = [
            models.Index(fields=["gateway", "reference"], name="treasury_bline_reference"),
            models.Index(fields=["gateway", "status"], name="treasury_bline_status", condition=Q(status="waiting")),
        ]


class ReconciliationRun(BaseModel):
    """One reconciliation with one processor: the lines read and the differences."""

    gateway = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    is_clean = models.BooleanField()
    lines_read = models.PositiveIntegerField()
    items_opened = models.PositiveIntegerField()
    summary = models.JSONField(default=dict)
    """The JSON that `manage.py reconcile --json` prints."""

    class Meta:
        indexes = [models.Index(fields=["gateway", "-started_at"], name="treasury_run_newest")]
