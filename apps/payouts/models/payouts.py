from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Organization
from apps.common.ids import uuid7
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.payouts import states
from apps.payouts.models.accounts import PayoutAccount


class FxQuote(BaseModel):
    """
    A price for one conversion, computed once: the payout copies both amounts and never calculates again.

    A payout in the balance's own currency has a quote too, at the rate 1.
    """

    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="quotes")
    amount_from_minor = amount_field()
    currency_from = currency_field()
    amount_to_minor = amount_field()
    currency_to = currency_field()
    amount_mid_minor = amount_field()
    """The amount at the mid rate; the difference to `amount_to_minor` is the margin."""
    mid = models.DecimalField(max_digits=24, decimal_places=12)
    customer_rate = models.DecimalField(max_digits=24, decimal_places=12)
    margin_bps = models.PositiveIntegerField()
    rate_date = models.DateField()
    source = models.CharField(max_length=20)
    expires_at = models.DateTimeField()
    quoted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("quoted_at")), name="payouts_fxquote_expires_later"),
            models.CheckConstraint(
                condition=Q(amount_from_minor__gt=0, amount_to_minor__gt=0, amount_mid_minor__gte=F("amount_to_minor")),
                name="payouts_fxquote_amounts",
            ),
            models.CheckConstraint(condition=Q(mid__gt=0, customer_rate__gt=0), name="payouts_fxquote_rates"),
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
        """The terms as strings, for the metadata of the transfer. `fields_of_terms` parses them."""
        return {
            "from": f"{self.amount_from_minor} {self.currency_from}",
            "mid": f"{self.amount_mid_minor} {self.mid}",
            "rate": f"{self.customer_rate} {self.margin_bps}",
            "rate_date": f"{self.rate_date} {self.source}",
        }

    @staticmethod
    def fields_of_terms(terms: Mapping[str, str]) -> dict[str, Any]:
        """
        The model fields parsed from the strings that `terms` returns.

        :raises KeyError, ValueError, ArithmeticError: if the strings have another format.
        """
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
    """A payment to a freelancer's bank, at the rate of one accepted quote."""

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
    """
    False if the money is still on the freelancer's account at the processor, from an earlier payout that came back.
    """
    source_currency = currency_field(blank=True, default="")
    """
    The currency of the platform's balance that pays a cross-border payout. Chosen once, so that a repeated call is the
    same.
    """
    remote_transfer_id = models.CharField(max_length=120, blank=True, default="")
    remote_payout_id = models.CharField(max_length=120, blank=True, default="")
    remote_reversal_id = models.CharField(max_length=120, blank=True, default="")
    """Set once the cash of a returned payout was moved back to the platform's balance."""
    failure_code = models.CharField(max_length=60, blank=True, default="")
    attempts_made = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField()
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    """The last lookup by the job for payouts without a final webhook."""

    class Meta:
        constraints = [
            is_one_of(states.PayoutStatus, "payouts_payout_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payouts_payout_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "paid", "returned"]) | ~Q(remote_payout_id=""),
                name="payouts_payout_submitted_is_remote",
            ),
            models.UniqueConstraint(
                fields=["gateway", "remote_payout_id"],
                condition=~Q(remote_payout_id=""),
                name="payouts_payout_remote_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-requested_at"], name="payouts_payout_of_org"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["requested", "sending"]),
                name="payouts_payout_due",
            ),
            models.Index(
                F("looked_at").asc(nulls_first=True),
                "id",
                condition=Q(status="submitted"),
                name="payouts_payout_stale",
            ),
        ]

    @property
    def is_cross_border(self) -> bool:
        """Whether one call paid it from the platform's balance: transfer and payout together."""
        return bool(self.remote_transfer_id) and self.remote_transfer_id == self.remote_payout_id

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
