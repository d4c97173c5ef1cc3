from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Organization
from apps.common.models import BaseModel, currency_field
from apps.pricing.states import ContractType


class FeeSchedule(BaseModel):
    """
    What the marketplace takes, from a date on: by region (two countries), kind of contract and relationship.

    "*" is any country, or any kind. `paid_before_min` is how many pieces of work the same two have paid and been paid
    for already.
    """

    payer_country = models.CharField(max_length=2, default="*")
    payee_country = models.CharField(max_length=2, default="*")
    contract_type = models.CharField(max_length=20, choices=ContractType, default=ContractType.ANY)
    paid_before_min = models.PositiveIntegerField(default=0)
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
                fields=["payer_country", "payee_country", "contract_type", "paid_before_min", "effective_from"],
                name="pricing_feeschedule_once",
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gt=F("effective_from")),
                name="pricing_feeschedule_dates",
            ),
            models.CheckConstraint(
                condition=Q(commission_bps__lte=5_000, employer_fee_bps__lte=5_000, fx_margin_bps__lte=1_000),
                name="pricing_feeschedule_share",
            ),
            models.CheckConstraint(
                condition=Q(contract_type__in=ContractType.values), name="pricing_feeschedule_type_known"
            ),
        ]


class PaidWork(BaseModel):
    """
    One piece of work for which the one has paid the other: what fees of long relationships count.

    Escrow tells it in the transaction that ends the work's money. It is kept here, below both columns, so that what is
    shown when bidding and what is charged when paying count the same rows.
    """

    work_id = models.UUIDField(unique=True)
    """Of the escrow: reported twice, it is counted once."""
    payer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    paid_at = models.DateTimeField()
    counts = models.BooleanField(default=True)
    """False between organizations of the same people: what they pay themselves makes no fee smaller."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(payer=F("payee")), name="pricing_paidwork_two_parties"),
        ]
        indexes = [models.Index(fields=["payer", "payee"], name="pricing_paidwork_between")]


class CommissionTax(BaseModel):
    """
    Tax that is contained in our commission, from a date on: by where the platform is and where the freelancer is.

    Without a row nothing is collected: across borders the freelancer accounts for it (reverse charge).
    """

    platform_country = models.CharField(max_length=2)
    payee_country = models.CharField(max_length=2)
    rate_bps = models.PositiveIntegerField()
    """Of the commission before tax."""
    jurisdiction = models.CharField(max_length=2)
    is_illustrative = models.BooleanField(default=True)
    """Shows how the rule works; nobody has checked it for a real platform."""
    source = models.CharField(max_length=300)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform_country", "payee_country", "effective_from"], name="pricing_commissiontax_once"
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gt=F("effective_from")),
                name="pricing_commissiontax_dates",
            ),
            models.CheckConstraint(condition=Q(rate_bps__lte=5_000), name="pricing_commissiontax_share"),
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
