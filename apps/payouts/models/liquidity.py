from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.gateways import names


class CashShortage(BaseModel):
    """A door held too little for somebody's withdrawal: noted once a day, so that staff hear of it once."""

    gateway = models.CharField(max_length=20)
    currency = currency_field()
    missing_minor = amount_field()
    """Of the withdrawal that was refused first."""
    noted_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "currency", "noted_on"], name="payouts_cashshortage_once_a_day"),
            models.CheckConstraint(condition=Q(missing_minor__gt=0), name="payouts_cashshortage_missing_positive"),
        ]

    @property
    def missing(self) -> Money:
        return Money(self.missing_minor, self.currency)

    @property
    def label(self) -> str:
        return str(names.DoorName(self.gateway).label)
