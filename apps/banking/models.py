"""The data of the bank gateway: for our own bank account the platform stores what otherwise a processor stores."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.accounts.models import Organization, User
from apps.banking import states
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money


class BankRecipient(BaseModel):
    """A bank account that we pay directly: the only case in which the full number is stored here."""

    key = models.UUIDField(unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    holder_name = models.CharField(max_length=160)
    iban = models.CharField(max_length=34)


class BankFile(BaseModel):
    """A pain.001 file as it was created; staff upload it to the bank."""

    number = models.CharField(max_length=20, unique=True)
    body = models.TextField()
    payment_id = models.CharField(max_length=35, blank=True, default="", db_index=True)
    """The `PmtInfId` of its only payment block: a bank that books the block as a whole returns it."""
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()


class BankOrder(BaseModel):
    """One credit transfer to be sent, for a payout or a refund; once per key."""

    key = models.UUIDField(unique=True)
    document_id = models.UUIDField()
    type = models.CharField(max_length=10)
    """`transfer` for a payout, `refund` for a refund: the type of its balance line."""
    status = status_field(states.BankOrderStatus)
    holder_name = models.CharField(max_length=160)
    iban = models.CharField(max_length=34)
    amount_minor = amount_field()
    currency = currency_field()
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, null=True, blank=True, related_name="orders")
    ordered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    failure_code = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            is_one_of(states.BankOrderStatus, "banking_bankorder_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="banking_bankorder_amount_positive"),
            models.CheckConstraint(condition=Q(type__in=["transfer", "refund"]), name="banking_bankorder_type_known"),
            models.UniqueConstraint(
                fields=["document_id"], condition=~Q(status="rejected"), name="banking_bankorder_one_alive"
            ),
        ]
        indexes = [models.Index(fields=["document_id"], name="banking_bankorder_document")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def end_to_end_id(self) -> str:
        """The id that the bank returns on its statement; 32 of the 35 characters allowed."""
        return self.id.hex.upper()


class BankStatement(BaseModel):
    """An imported statement; importing the same file again changes nothing."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=160)
    closing_minor = models.BigIntegerField(null=True, blank=True)
    currency = currency_field()
    imported_at = models.DateTimeField()


class BankStatementLine(BaseModel):
    """One booking on the bank account, as the statement shows it. Never changed."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    fingerprint = models.CharField(max_length=64, unique=True)
    """A hash of the fields that identify the booking and of its position among identical ones."""
    line_ref = models.CharField(max_length=120)
    """A short name for display: the bank's reference, else the beginning of the fingerprint."""
    amount_minor = models.BigIntegerField()
    currency = currency_field()
    booked_on = models.DateField()
    reference = models.CharField(max_length=140, blank=True, default="")
    end_to_end_id = models.CharField(max_length=40, blank=True, default="")
    counterparty_name = models.CharField(max_length=160, blank=True, default="")
    counterparty_iban = models.CharField(max_length=34, blank=True, default="")
    return_code = models.CharField(max_length=12, blank=True, default="")
    """Why our transfer was returned (ISO 20022 external code)."""
    order = models.ForeignKey(BankOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")
    """The order that a debit carries out, or that a credit returns."""
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")
    """The file whose orders one debit carries out together."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="banking_bankline_amount_not_zero"),
            models.CheckConstraint(condition=Q(order=None) | Q(file=None), name="banking_bankline_order_or_file"),
        ]
        indexes = [models.Index(fields=["reference"], name="banking_bankline_reference")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
