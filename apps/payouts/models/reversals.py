from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.common.ids import uuid7
from apps.common.model_fields import is_one_of, status_field
from apps.common.models import BaseModel
from apps.payouts import states
from apps.payouts.models.payouts import Payout


class TransferReversal(BaseModel):
    """
    Moves the cash of a returned payout from the freelancer's account at the processor back to the platform. At most one
    per payout that has not failed.
    """

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="reversals")
    status = status_field(states.TransferReversalStatus)
    key = models.UUIDField(unique=True, default=uuid7)
    remote_id = models.CharField(max_length=120, blank=True, default="")
    failure_code = models.CharField(max_length=60, blank=True, default="")
    attempts_made = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            is_one_of(states.TransferReversalStatus, "payouts_transferreversal_status_known"),
            models.UniqueConstraint(
                fields=["payout"], condition=~Q(status="failed"), name="payouts_transferreversal_one_alive"
            ),
            models.CheckConstraint(
                condition=Q(status="succeeded") ^ Q(remote_id=""), name="payouts_transferreversal_done_is_remote"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["requested", "sending"]),
                name="payouts_transferreversal_due",
            ),
        ]

    @property
    def number(self) -> str:
        return self.payout.number
