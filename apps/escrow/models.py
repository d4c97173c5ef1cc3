from __future__ import annotations

from django.db import models

from apps.accounts.models import Organization
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.escrow.states import EscrowStatus, ReleaseKind


class Escrow(BaseModel):
    """
    Money held for one piece of work: what, of whom, for whom, on which terms.

    `reference_id` and `memo` are the work's, as a snapshot: a page of money never looks into the work's tables.
    """

    payer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    reference_id = models.UUIDField(unique=True)
    memo = models.CharField(max_length=300)
    status = models.CharField(max_length=20, choices=EscrowStatus, default=EscrowStatus.PENDING)
    amount_minor = amount_field()
    currency = currency_field()
    employer_fee_minor = amount_field(default=0)
    commission_bps = models.PositiveIntegerField()
    withholding_bps = models.PositiveIntegerField(default=0)
    withholding_country = models.CharField(max_length=2, blank=True, default="")
    released_minor = amount_field(default=0)
    refunded_minor = amount_field(default=0)
    funding_charge_id = models.UUIDField(null=True, blank=True)
    """The charge that paid it in; refunds go back through it."""
    opened_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True, blank=True)
    funded_at = models.DateTimeField(null=True, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=EscrowStatus.values), name="escrow_escrow_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, employer_fee_minor__gte=0), name="escrow_escrow_amount_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(released_minor__gte=0, refunded_minor__gte=0)
                & models.Q(amount_minor__gte=models.F("released_minor") + models.F("refunded_minor")),
                name="escrow_escrow_never_overspent",
            ),
            models.CheckConstraint(condition=~models.Q(payer=models.F("payee")), name="escrow_escrow_two_parties"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def employer_fee(self) -> Money:
        return Money(self.employer_fee_minor, self.currency)

    @property
    def released(self) -> Money:
        return Money(self.released_minor, self.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)

    @property
    def remaining(self) -> Money:
        """What neither side has yet; held once the escrow is funded."""
        return self.amount - self.released - self.refunded

    @property
    def total(self) -> Money:
        """What the payer pays in: the amount and the fee."""
        return self.amount + self.employer_fee


class Release(BaseModel):
    """One part of held money that became the payee's: gross, what was kept, and what is payable."""

    escrow = models.ForeignKey(Escrow, on_delete=models.PROTECT, related_name="releases")
    kind = models.CharField(max_length=10, choices=ReleaseKind)
    currency = currency_field()
    gross_minor = amount_field()
    commission_minor = amount_field()
    withheld_minor = amount_field()
    net_minor = amount_field()
    released_by_id = models.UUIDField(null=True, blank=True)
    released_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    gross_minor=models.F("commission_minor") + models.F("withheld_minor") + models.F("net_minor")
                ),
                name="escrow_release_parts_sum",
            ),
            models.CheckConstraint(
                condition=models.Q(gross_minor__gt=0, commission_minor__gte=0, withheld_minor__gte=0, net_minor__gte=0),
                name="escrow_release_no_negatives",
            ),
        ]

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def commission(self) -> Money:
        return Money(self.commission_minor, self.currency)

    @property
    def withheld(self) -> Money:
        return Money(self.withheld_minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)
