from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Organization
from apps.common.models import BaseModel, currency_field
from apps.pricing.states import ContractType


class FeeSchedule(BaseModel):
    """
    The marketplace's fees from a date on: by region (two countries), kind of contract and relationship.

    "*" is any country, or any kind. `paid_before_min` is the smallest number of pieces of work already paid between the
    same two organizations.
    """

    payer_country = models.CharField(max_length=2, default="*")
    payee_country = models.CharField(max_length=2, default="*")
    contract_type = models.CharField(max_length=20, choices=ContractType, default=ContractType.ANY)
    paid_before_min = models.PositiveIntegerField(default=0)
    commission_bps = models.PositiveIntegerField()
    """The commission deducted from the freelancer's gross, in hundredths of a per cent."""
    employer_fee_bps = models.PositiveIntegerField()
    """Paid by the employer on top of the gross."""
    fx_margin_bps = models.PositiveIntegerField()
    """Deducted from the mid rate when a payout is converted."""
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
    One paid piece of work between two organizations; counted for the fees of long relationships.

    Escrow reports it in the transaction that closes the escrow. It is stored here, in a layer below both bidding and
    payments, so that previews and charges count the same rows.
    """

    work_id = models.UUIDField(unique=True)
    """The escrow's id: a duplicate report is counted once."""
    payer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    paid_at = models.DateTimeField()
    counts = models.BooleanField(default=True)
    """False between organizations of the same people: payments between them do not reduce fees."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(payer=F("payee")), name="pricing_paidwork_two_parties"),
        ]
        indexes = [models.Index(fields=["payer", "payee"], name="pricing_paidwork_between")]


class CommissionTax(BaseModel):
    """
    The tax contained in our commission, from a date on: by the countries of the platform and the freelancer.

    Without a row no tax is collected: across borders the freelancer accounts for it (reverse charge).
    """

    platform_country = models.CharField(max_length=2)
    payee_country = models.CharField(max_length=2)
    rate_bps = models.PositiveIntegerField()
    """In basis points of the commission before tax."""
    jurisdiction = models.CharField(max_length=2)
    is_illustrative = models.BooleanField(default=True)
    """An example of the rule; not verified for a real platform."""
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
    """A published reference rate of one day: the price of one euro in `currency`."""

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
