from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.common.model_fields import is_one_of
from apps.common.models import BaseModel


class Direction(models.TextChoices):
    """Whether a row is about payments received or payouts."""

    IN = "in", _("Paid in")
    OUT = "out", _("Paid out")


class PaymentMethod(BaseModel):
    """For which payers or payees a gateway is offered, with dates of validity. The lowest rank is offered first."""

    gateway = models.CharField(max_length=20)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.IN)
    country = models.CharField(max_length=2, blank=True, default="")
    """The country of the payer or payee; empty for every country."""
    currency = models.CharField(max_length=3, blank=True, default="")
    rank = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "direction", "country", "currency", "valid_from"],
                name="payments_paymentmethod_once",
            ),
            is_one_of(Direction, "payments_paymentmethod_direction_known", "direction"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="payments_paymentmethod_ends_later",
            ),
        ]
