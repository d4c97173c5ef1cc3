from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.accounts.models import Organization
from apps.common.ids import uuid7
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, currency_field
from apps.payouts import states


class PayoutAccount(BaseModel):
    """The bank account or wallet an organization is paid to. Only the processor stores the account number."""

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
    """
    The bank account's id on the cross-border rail; payouts to it need no balance at the processor's recipient account.
    """
    refusal_code = models.CharField(max_length=60, blank=True, default="")
    is_automatic = models.BooleanField(default=False)
    """Balances are paid out automatically at the current exchange rate; `automatic_agreed_by_id` agreed to it."""
    automatic_agreed_at = models.DateTimeField(null=True, blank=True)
    automatic_agreed_by_id = models.UUIDField(null=True, blank=True)
    set_by_id = models.UUIDField(null=True, blank=True)
    number_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    """
    Keyed hash of the account number, if the number passed through our system. Used only to detect the same account.
    """
    payable_from = models.DateTimeField(null=True, blank=True)
    """Set if it replaced another account: payouts to it are possible from this moment on."""

    class Meta:
        constraints = [
            is_one_of(states.PayoutAccountStatus, "payouts_payoutaccount_status_known"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(status="active"), name="payouts_payoutaccount_one_active"
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | ~Q(remote_account_id=""), name="payouts_payoutaccount_active_is_remote"
            ),
            models.CheckConstraint(
                condition=Q(is_automatic=False) | Q(automatic_agreed_at__isnull=False),
                name="payouts_payoutaccount_automatic_was_agreed",
            ),
        ]
