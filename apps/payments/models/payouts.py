"""Where people are paid, at which rate, and each payment to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Organization, User
from apps.common.ids import uuid7
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.payments import states
from apps.payments.models.base import known, status_field


class PayoutAccount(BaseModel):
    """Where an organization is paid. The number itself is known to the processor only."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    status = status_field(states.PayoutAccountStatus)
    country = models.CharField(max_length=2)
    currency = currency_field()
    holder_name = models.CharField(max_length=160)
    rail = models.CharField(max_length=20)
    gateway = models.CharField(max_length=20)
    open_key = models.UUIDField(unique=True, default=uuid7)
    remote_account_id = models.CharField(max_length=80, blank=True, default="")
    last4 = models.CharField(max_length=4, blank=True, default="")
    bank_name = models.CharField(max_length=80, blank=True, default="")
    remote_payout_method_id = models.CharField(max_length=80, blank=True, default="")
    """The bank account as the rail abroad names it; payouts to it need no balance of the recipient's."""
    refusal_code = models.CharField(max_length=60, blank=True, default="")
    is_automatic = models.BooleanField(default=False)
    """Balances are paid out by themselves, at the rate of the moment; somebody agreed to that."""
    automatic_agreed_at = models.DateTimeField(null=True, blank=True)
    automatic_agreed_by_id = models.UUIDField(null=True, blank=True)
    set_by_id = models.UUIDField(null=True, blank=True)
    number_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    """Keyed hash of the number where it passed through here: tells the same account, and nothing else."""
    payable_from = models.DateTimeField(null=True, blank=True)
    """Where it took the place of another one: the moment from which it is paid to."""

    class Meta:
        constraints = [
            known(states.PayoutAccountStatus, "payments_payoutaccount_status_known"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(status="active"), name="payments_payoutaccount_one_active"
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | ~Q(remote_account_id=""), name="payments_payoutaccount_active_is_remote"
            ),
            models.CheckConstraint(
                condition=Q(is_automatic=False) | Q(automatic_agreed_at__isnull=False),
                name="payments_payoutaccount_automatic_was_agreed",
            ),
        ]


class FxQuote(BaseModel):
    """
    A price for one conversion, computed once: execution copies both amounts and never calculates again.

    The same currency on both sides is a quote too, at the rate 1.
    """

    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="quotes")
    amount_from_minor = amount_field()
    currency_from = currency_field()
    amount_to_minor = amount_field()
    currency_to = currency_field()
    amount_mid_minor = amount_field()
    """What the mid rate would give; the difference to `amount_to_minor` is the margin."""
    mid = models.DecimalField(max_digits=24, decimal_places=12)
    customer_rate = models.DecimalField(max_digits=24, decimal_places=12)
    margin_bps = models.PositiveIntegerField()
    rate_date = models.DateField()
    source = models.CharField(max_length=20)
    expires_at = models.DateTimeField()
    quoted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("quoted_at")), name="payments_fxquote_expires_later"),
            models.CheckConstraint(
                condition=Q(amount_from_minor__gt=0, amount_to_minor__gt=0, amount_mid_minor__gte=F("amount_to_minor")),
                name="payments_fxquote_amounts",
            ),
            models.CheckConstraint(condition=Q(mid__gt=0, customer_rate__gt=0), name="payments_fxquote_rates"),
        ]

    @property
    def amount_from(self) -> Money:
        return Money(self.amount_from_minor, self.currency_from)

    @property
    def amount_to(self) -> Money:
        return Money(self.amount_to_minor, self.currency_to)

    @property
    def amount_mid(self) -> Money:
        return Money(self.amount_mid_minor, self.currency_to)

    @property
    def margin(self) -> Money:
        return self.amount_mid - self.amount_to

    @property
    def terms(self) -> dict[str, str]:
        """As texts, for the metadata of what is sent under it; `fields_of_terms` reads them."""
        return {
            "from": f"{self.amount_from_minor} {self.currency_from}",
            "mid": f"{self.amount_mid_minor} {self.mid}",
            "rate": f"{self.customer_rate} {self.margin_bps}",
            "rate_date": f"{self.rate_date} {self.source}",
        }

    @staticmethod
    def fields_of_terms(terms: Mapping[str, str]) -> dict[str, Any]:
        """:raises KeyError, ValueError, ArithmeticError: for texts that `terms` did not write."""
        (from_minor, currency), (mid_minor, mid) = terms["from"].split(), terms["mid"].split()
        (rate, margin), (rate_date, source) = terms["rate"].split(), terms["rate_date"].split()
        return {
            "amount_from_minor": int(from_minor), "currency_from": currency, "amount_mid_minor": int(mid_minor),
            "mid": Decimal(mid), "customer_rate": Decimal(rate), "margin_bps": int(margin),
            "rate_date": date.fromisoformat(rate_date), "source": source,
        }  # fmt: skip

    @property
    def is_conversion(self) -> bool:
        return self.currency_from != self.currency_to


class Payout(BaseModel):
    """Money on its way to a freelancer's bank, at the rate of one accepted quote."""

    number = models.CharField(max_length=20, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="payouts")
    quote = models.OneToOneField(FxQuote, on_delete=models.PROTECT, related_name="payout")
    status = status_field(states.PayoutStatus)
    amount_minor = amount_field()
    currency = currency_field()
    gateway = models.CharField(max_length=20)
    is_automatic = models.BooleanField(default=False)
    transfer_key = models.UUIDField(unique=True, default=uuid7)
    payout_key = models.UUIDField(unique=True, default=uuid7)
    needs_transfer = models.BooleanField(default=True)
    """False when the money still lies on the freelancer's account at the processor, from a payout that came back."""
    source_currency = currency_field(blank=True, default="")
    """Of the platform's balance that a payout abroad is paid from: chosen once, so that a repeated call is the same."""
    remote_transfer_id = models.CharField(max_length=120, blank=True, default="")
    remote_payout_id = models.CharField(max_length=120, blank=True, default="")
    remote_reversal_id = models.CharField(max_length=120, blank=True, default="")
    """Once the cash of a payout that came back was taken onto the platform's balance again."""
    failure_code = models.CharField(max_length=60, blank=True, default="")
    attempts_made = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField()
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    """When the job that looks up what no webhook has ended last looked at it."""

    class Meta:
        constraints = [
            known(states.PayoutStatus, "payments_payout_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payout_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "paid", "returned"]) | ~Q(remote_payout_id=""),
                name="payments_payout_submitted_is_remote",
            ),
            models.UniqueConstraint(
                fields=["gateway", "remote_payout_id"],
                condition=~Q(remote_payout_id=""),
                name="payments_payout_remote_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-requested_at"], name="payments_payout_of_org"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["requested", "sending"]),
                name="payments_payout_due",
            ),
            models.Index(
                F("looked_at").asc(nulls_first=True),
                "id",
                condition=Q(status="submitted"),
                name="payments_payout_stale",
            ),
        ]

    @property
    def went_abroad(self) -> bool:
        """One call paid it from the platform's balance: a transfer and a payout at once."""
        return bool(self.remote_transfer_id) and self.remote_transfer_id == self.remote_payout_id

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class TransferReversal(BaseModel):
    """Cash of a payout that came back, asked back from the freelancer's account at the processor; once at a time."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="reversals")
    status = status_field(states.TransferReversalStatus)
    key = models.UUIDField(unique=True, default=uuid7)
    remote_id = models.CharField(max_length=120, blank=True, default="")
    failure_code = models.CharField(max_length=60, blank=True, default="")
    attempts_made = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            known(states.TransferReversalStatus, "payments_transferreversal_status_known"),
            models.UniqueConstraint(
                fields=["payout"], condition=~Q(status="failed"), name="payments_transferreversal_one_alive"
            ),
            models.CheckConstraint(
                condition=Q(status="succeeded") ^ Q(remote_id=""), name="payments_transferreversal_done_is_remote"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["requested", "sending"]),
                name="payments_transferreversal_due",
            ),
        ]

    @property
    def number(self) -> str:
        return self.payout.number
