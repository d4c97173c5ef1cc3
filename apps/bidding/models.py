from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, User
from apps.bidding.states import LIVE, BidStatus, DeclineReason, ExchangeBearer
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.tasks.models import AcceptanceCriterion, Task


class Bid(BaseModel):
    """
    A freelancer's offer for a task.

    `amount` is what the freelancer typed; `binding_amount` is the same in the task's currency at the mid rate of
    `rate_date`. A contract is made on the binding amount.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="bids")
    # Its index is `bidding_bid_of_bidder`.
    bidder = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="bids", db_index=False)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=BidStatus, default=BidStatus.SUBMITTED)
    revision = models.PositiveSmallIntegerField(default=1)
    amount_minor = amount_field()
    currency = currency_field()
    binding_amount_minor = amount_field()
    binding_currency = currency_field()
    rate = models.DecimalField(max_digits=24, decimal_places=12, null=True, blank=True)
    rate_date = models.DateField(null=True, blank=True)
    exchange_bearer = models.CharField(max_length=10, choices=ExchangeBearer, default=ExchangeBearer.FREELANCER)
    exchange_minor = amount_field(default=0)
    """The part of the binding amount that covers the exchange margin; 0 unless the employer pays the margin."""
    days = models.PositiveSmallIntegerField(_("days to deliver"))
    cover_note = models.TextField(_("cover note"), max_length=5000)
    source_language = models.CharField(max_length=10, default="en")
    decline_reason = models.CharField(max_length=15, choices=DeclineReason, blank=True, default="")
    decline_note = models.TextField(max_length=1000, blank=True, default="")
    submitted_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["bidder", "-submitted_at", "-id"], name="bidding_bid_of_bidder")]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "bidder"], condition=models.Q(status__in=LIVE), name="bidding_bid_one_live"
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(status__in=[BidStatus.AWARDED, BidStatus.ACCEPTED]),
                name="bidding_bid_one_awarded",
            ),
            models.CheckConstraint(condition=models.Q(status__in=BidStatus.values), name="bidding_bid_status_known"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, binding_amount_minor__gt=0), name="bidding_bid_amount_positive"
            ),
            models.CheckConstraint(condition=models.Q(days__gte=1), name="bidding_bid_days_positive"),
            models.CheckConstraint(
                condition=models.Q(rate__isnull=True, currency=models.F("binding_currency"))
                | models.Q(rate__isnull=False, rate_date__isnull=False),
                name="bidding_bid_rate_when_converted",
            ),
            models.CheckConstraint(
                condition=models.Q(exchange_minor=0)
                | models.Q(
                    exchange_bearer=ExchangeBearer.EMPLOYER,
                    exchange_minor__gt=0,
                    exchange_minor__lt=models.F("binding_amount_minor"),
                ),
                name="bidding_bid_exchange_borne_by_employer",
            ),
            models.CheckConstraint(
                condition=models.Q(exchange_bearer__in=ExchangeBearer.values), name="bidding_bid_bearer_known"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("bidding:detail", args=[self.id])

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def binding_amount(self) -> Money:
        return Money(self.binding_amount_minor, self.binding_currency)

    @property
    def exchange(self) -> Money:
        """What the employer adds so that the freelancer does not pay the exchange margin."""
        return Money(self.exchange_minor, self.binding_currency)


class ProposedMilestone(BaseModel):
    """A part of the work with its part of the binding amount; the parts sum to the whole."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=140)
    amount_minor = amount_field()
    binding_amount_minor = amount_field()
    days = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bid", "position"], name="bidding_milestone_position"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, binding_amount_minor__gt=0),
                name="bidding_milestone_amount_positive",
            ),
        ]

    @property
    def binding_amount(self) -> Money:
        return Money(self.binding_amount_minor, self.bid.binding_currency)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.bid.currency)


class CriterionAnswer(BaseModel):
    """The freelancer's answer to one line of the task's checklist."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="answers")
    criterion = models.ForeignKey(AcceptanceCriterion, on_delete=models.PROTECT, related_name="+")
    will_meet = models.BooleanField()
    note = models.CharField(max_length=600, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bid", "criterion"], name="bidding_answer_once")]
