from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel, amount_field, currency_field, money_or_none
from apps.common.money import Money
from apps.spending.states import ApprovalStatus, RuleChangeStatus, SpendStatus


class SpendingRule(BaseModel):
    """The spending limits of one organization, in its own currency; without a row there are no limits."""

    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, related_name="+")
    currency = currency_field()
    approval_above_minor = models.BigIntegerField(null=True, blank=True)
    """A payment above this needs a second person's approval; null: never needed."""
    monthly_limit_minor = models.BigIntegerField(null=True, blank=True)
    member_limit_minor = models.BigIntegerField(null=True, blank=True)
    """What one person may spend per calendar month."""
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(approval_above_minor=None) | Q(approval_above_minor__gte=0))
                & (Q(monthly_limit_minor=None) | Q(monthly_limit_minor__gte=0))
                & (Q(member_limit_minor=None) | Q(member_limit_minor__gte=0)),
                name="spending_spendingrule_no_negatives",
            )
        ]

    @property
    def approval_above(self) -> Money | None:
        return money_or_none(self.approval_above_minor, self.currency)

    @property
    def monthly_limit(self) -> Money | None:
        return money_or_none(self.monthly_limit_minor, self.currency)

    @property
    def member_limit(self) -> Money | None:
        return money_or_none(self.member_limit_minor, self.currency)


class SpendingRuleChange(BaseModel):
    """
    One change of the limits, kept permanently: who requested it, who approved, the values before, when it takes effect.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    currency = currency_field()
    approval_above_minor = models.BigIntegerField(null=True, blank=True)
    monthly_limit_minor = models.BigIntegerField(null=True, blank=True)
    member_limit_minor = models.BigIntegerField(null=True, blank=True)
    before = models.JSONField()
    """The limits at the time of the request, by column; empty if there were none."""
    is_loosening = models.BooleanField()
    status = models.CharField(max_length=10, choices=RuleChangeStatus, default=RuleChangeStatus.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """Null while `agreed_at` is set: no one else in the organization could have approved."""
    agreed_at = models.DateTimeField(null=True, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=RuleChangeStatus.values), name="spending_rulechange_status_known"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("proposed_by")), name="spending_rulechange_two_persons"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["agreed", "in_force"]) | Q(effective_at__isnull=False),
                name="spending_rulechange_effective",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(status__in=["proposed", "agreed"]),
                name="spending_rulechange_one_open",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-proposed_at"], name="spending_rulechange_of_org")]

    @property
    def approval_above(self) -> Money | None:
        return money_or_none(self.approval_above_minor, self.currency)

    @property
    def monthly_limit(self) -> Money | None:
        return money_or_none(self.monthly_limit_minor, self.currency)

    @property
    def member_limit(self) -> Money | None:
        return money_or_none(self.member_limit_minor, self.currency)


class Budget(BaseModel):
    """An amount for a purpose: a project, a department, a purchase order."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    purchase_order = models.CharField(max_length=60, blank=True, default="")
    amount_minor = amount_field()
    currency = currency_field()
    is_closed = models.BooleanField(default=False)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="spending_budget_amount_positive"),
            models.UniqueConstraint(
                fields=["organization", "name"], condition=Q(is_closed=False), name="spending_budget_name_once"
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Approval(BaseModel):
    """One request for a second person's approval of a payment."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    reference_id = models.UUIDField()
    memo = models.CharField(max_length=300)
    amount_minor = amount_field()
    currency = currency_field()
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    purchase_order = models.CharField(max_length=60, blank=True, default="")
    note = models.TextField(blank=True, default="")
    status = models.CharField(max_length=10, choices=ApprovalStatus, default=ApprovalStatus.ASKED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ApprovalStatus.values), name="spending_approval_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="spending_approval_amount_positive"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="spending_approval_two_persons"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "used", "refused"]) | Q(decided_by__isnull=False),
                name="spending_approval_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["reference_id"],
                condition=Q(status__in=["asked", "approved"]),
                name="spending_approval_one_open",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Spend(BaseModel):
    """One payment counted against the limits: amount, budget, purchase order."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    reference_id = models.UUIDField(unique=True)
    memo = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=SpendStatus, default=SpendStatus.RESERVED)
    amount_minor = amount_field()
    currency = currency_field()
    counted_minor = models.BigIntegerField(null=True, blank=True)
    """
    In the organization's currency, at the mid rate of the day; null if there is no rate and no limit required one.
    """
    counted_currency = currency_field()
    returned_minor = amount_field(default=0)
    """The amount returned since, in `currency`."""
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, null=True, blank=True, related_name="spends")
    purchase_order = models.CharField(max_length=60, blank=True, default="")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    spent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    spent_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=SpendStatus.values), name="spending_spend_status_known"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, returned_minor__gte=0, returned_minor__lte=F("amount_minor")),
                name="spending_spend_returns_at_most_all",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-spent_on"], name="spending_spend_of_org")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def returned(self) -> Money:
        return Money(self.returned_minor, self.currency)

    @property
    def counted(self) -> Money | None:
        """The amount that still counts: the payment minus what was returned, in the organization's currency."""
        if self.counted_minor is None:
            return None
        kept = self.counted_minor * (self.amount_minor - self.returned_minor) // self.amount_minor
        return Money(kept, self.counted_currency)
