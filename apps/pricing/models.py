from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.common.models import BaseModel, currency_field


class FeeSchedule(BaseModel):
    """What the marketplace takes, from a date on, for work between two countries; "*" is any country."""

    payer_country = models.CharField(max_length=2, default="*")
    payee_country = models.CharField(max_length=2, default="*")
    commission_bps = models.PositiveIntegerField()
    """Kept back from the freelancer, in hundredths of a per cent of the gross."""
    employer_fee_bps = models.PositiveIntegerField()
    """Paid by the employer on top of the gross."""
    fx_margin_bps = models.PositiveIntegerField()
    """Taken from the mid rate when a payout is converted."""
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payer_country", "payee_country", "effective_from"], name="pricing_feeschedule_once"
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gt=F("effective_from")),
                name="pricing_feeschedule_dates",
            ),
            models.CheckConstraint(
                condition=Q(commission_bps__lte=5_000, employer_fee_bps__lte=5_000, fx_margin_bps__lte=1_000),
                name="pricing_feeschedule_share",
            ),
        ]


class FxRate(models.Model):
    """A published reference rate of one day: what one euro cost in `currency`."""

    id = models.BigAutoField(primary_key=True)
    rate_date = models.DateField()
    currency = currency_field()
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    source = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "rate_date"], name="pricing_fxrate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="pricing_fxrate_positive"),
        ]
