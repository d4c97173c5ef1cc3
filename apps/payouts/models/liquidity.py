from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.gateways import names


class LiquidityShortage(BaseModel):
    """A gateway's balance was too low for a withdrawal. Recorded once a day, so that staff are notified once."""

    gateway = models.CharField(max_length=20)
    currency = currency_field()
    missing_minor = amount_field()
    """The missing amount of the first withdrawal that was refused."""
    recorded_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "currency", "recorded_on"], name="payouts_liquidityshortage_once_a_day"
            ),
            models.CheckConstraint(condition=Q(missing_minor__gt=0), name="payouts_liquidityshortage_positive"),
        ]

    @property
    def missing(self) -> Money:
        return Money(self.missing_minor, self.currency)

    @property
    def label(self) -> str:
        return str(names.GatewayName(self.gateway).label)
