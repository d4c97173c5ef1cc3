from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.escrow.states import ClaimKind, EscrowStatus, GoodwillTo, RecoveryStatus, ReleaseKind


def _is_owed_back() -> bool:
    return bool(settings.CHARGEBACK_IS_OWED_BACK)


class Escrow(BaseModel):
    """
    Money held for one piece of work: the amount, the payer, the payee and the terms.

    `reference_id` and `memo` are copied from the work, so that money pages never read the work's tables.
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
    tax_bps = models.PositiveIntegerField(default=0)
    """Rate of the tax contained in the commission, in basis points of the commission before tax."""
    tax_country = models.CharField(max_length=2, blank=True, default="")
    fee_tax_bps = models.PositiveIntegerField(default=0)
    """Rate of the tax contained in the employer's fee, in basis points of the fee before tax."""
    fee_tax_country = models.CharField(max_length=2, blank=True, default="")
    credit_minor = amount_field(default=0)
    """The part of the total that is paid from the payer's credit instead of a charge."""
    credit_entry_id = models.UUIDField(null=True, blank=True)
    """The journal entry that reserved the credit. It is reversed if the escrow is never funded."""
    frozen_by_id = models.UUIDField(null=True, blank=True)
    """The dispute that holds the remaining money."""
    is_owed_back = models.BooleanField(default=_is_owed_back)
    """Whether the payee owes back what a chargeback takes after a release. Fixed when the escrow is opened."""
    released_minor = amount_field(default=0)
    refunded_minor = amount_field(default=0)
    funding_charge_id = models.UUIDField(null=True, blank=True)
    """The charge that funded the escrow. Refunds go back through it."""
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
            models.CheckConstraint(
                condition=models.Q(credit_minor__gte=0)
                & models.Q(credit_minor__lte=models.F("amount_minor") + models.F("employer_fee_minor")),
                name="escrow_escrow_credit_within_total",
            ),
            models.CheckConstraint(
                condition=models.Q(status=EscrowStatus.DISPUTED, frozen_by_id__isnull=False)
                | (~models.Q(status=EscrowStatus.DISPUTED) & models.Q(frozen_by_id__isnull=True)),
                name="escrow_escrow_frozen_names_its_dispute",
            ),
        ]
        indexes = [
            models.Index(
                fields=["hold_until"],
                condition=models.Q(status__in=["funded", "partially_released", "disputed"]),
                name="escrow_escrow_hold_until",
            ),
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
        """The amount not yet released or refunded. It is held once the escrow is funded."""
        return self.amount - self.released - self.refunded

    @property
    def total(self) -> Money:
        """The total the payer pays: the amount and the employer's fee."""
        return self.amount + self.employer_fee

    @property
    def credit(self) -> Money:
        return Money(self.credit_minor, self.currency)

    @property
    def to_charge(self) -> Money:
        """The total less the payer's credit: the amount to charge."""
        return self.total - self.credit


class BankClaim(BaseModel):
    """A chargeback or fraud warning from the payer's bank. No money leaves the escrow while it is open."""

    escrow = models.ForeignKey(Escrow, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=10, choices=ClaimKind)
    source_key = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ClaimKind.values), name="escrow_bankclaim_kind_known"),
            models.UniqueConstraint(fields=["escrow", "source_key"], name="escrow_bankclaim_once"),
        ]
        indexes = [models.Index(fields=["escrow"], condition=models.Q(ended_at=None), name="escrow_bankclaim_open")]


class Release(BaseModel):
    """
    One part of the escrowed money released to the payee: the gross, the deductions and the net payable.

    `commission` is our own revenue; `tax` is the tax contained in the agreed fee. `employer_fee` is the part of the
    employer's fee that this release earned, on top of the gross; `employer_fee_tax` is the tax contained in it.
    """

    escrow = models.ForeignKey(Escrow, on_delete=models.PROTECT, related_name="releases")
    kind = models.CharField(max_length=10, choices=ReleaseKind)
    currency = currency_field()
    gross_minor = amount_field()
    commission_minor = amount_field()
    tax_minor = amount_field(default=0)
    withheld_minor = amount_field()
    net_minor = amount_field()
    employer_fee_minor = amount_field(default=0)
    employer_fee_tax_minor = amount_field(default=0)
    released_by_id = models.UUIDField(null=True, blank=True)
    released_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    gross_minor=models.F("commission_minor")
                    + models.F("tax_minor")
                    + models.F("withheld_minor")
                    + models.F("net_minor")
                ),
                name="escrow_release_parts_sum",
            ),
            models.CheckConstraint(
                condition=models.Q(gross_minor__gt=0, commission_minor__gte=0, tax_minor__gte=0)
                & models.Q(withheld_minor__gte=0, net_minor__gte=0),
                name="escrow_release_no_negatives",
            ),
            models.CheckConstraint(
                condition=models.Q(employer_fee_tax_minor__gte=0)
                & models.Q(employer_fee_minor__gte=models.F("employer_fee_tax_minor")),
                name="escrow_release_tax_within_fee",
            ),
        ]

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def commission(self) -> Money:
        return Money(self.commission_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)

    @property
    def fee(self) -> Money:
        """The marketplace fee the freelancer paid, including tax."""
        return self.commission + self.tax

    @property
    def withheld(self) -> Money:
        return Money(self.withheld_minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def employer_fee(self) -> Money:
        return Money(self.employer_fee_minor, self.currency)

    @property
    def employer_fee_tax(self) -> Money:
        return Money(self.employer_fee_tax_minor, self.currency)


class Goodwill(BaseModel):
    """A refund by staff of part of our fee on one release, with a reason. Never more than the release earned."""

    id = models.UUIDField(primary_key=True, editable=False)
    """Created by the confirmed form, so that submitting the same form twice refunds once."""
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="goodwill")
    to = models.CharField(max_length=10, choices=GoodwillTo)
    currency = currency_field()
    amount_minor = amount_field()
    tax_minor = amount_field()
    reason = models.TextField(max_length=1000)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "goodwill"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, tax_minor__gte=0, amount_minor__gte=models.F("tax_minor")),
                name="escrow_goodwill_amounts",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="escrow_goodwill_has_a_reason"),
            models.CheckConstraint(condition=models.Q(to__in=GoodwillTo.values), name="escrow_goodwill_to_known"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Recovery(BaseModel):
    """
    A decision by staff that the payee of a lost chargeback committed fraud: the amount claimed back, the reasons and
    the appeal.

    Money moves only when the recovery is confirmed. `appeal_by` is the end of the appeal period.
    """

    escrow = models.ForeignKey(Escrow, on_delete=models.PROTECT, related_name="recoveries")
    chargeback_id = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=RecoveryStatus, default=RecoveryStatus.DECIDED)
    amount_minor = amount_field()
    currency = currency_field()
    reasons = models.TextField(max_length=4000)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    appeal_by = models.DateTimeField()
    appeal_text = models.TextField(max_length=5000, blank=True, default="")
    appealed_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(max_length=4000, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "recoveries"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=RecoveryStatus.values), name="escrow_recovery_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0) & ~models.Q(reasons=""), name="escrow_recovery_has_reasons"
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by=None) | ~models.Q(answered_by=models.F("decided_by")),
                name="escrow_recovery_second_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["appeal_by"], condition=models.Q(status=RecoveryStatus.DECIDED), name="escrow_recovery_due"
            )
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_open(self) -> bool:
        return self.status in (RecoveryStatus.DECIDED, RecoveryStatus.APPEALED)
