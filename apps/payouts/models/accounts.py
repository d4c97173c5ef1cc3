from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.accounts.models import Organization
from apps.common.ids import uuid7
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel, currency_field
from apps.payouts import states


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
    """Balances are paid out on their own, at the rate of the moment; somebody agreed to that."""
    automatic_agreed_at = models.DateTimeField(null=True, blank=True)
    automatic_agreed_by_id = models.UUIDField(null=True, blank=True)
    set_by_id = models.UUIDField(null=True, blank=True)
    number_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    """Keyed hash of the number where it passed through here: tells the same account, and nothing else."""
    payable_from = models.DateTimeField(null=True, blank=True)
    """Where it took the place of another one: the moment from which it is paid to."""

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
