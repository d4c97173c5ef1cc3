from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel, amount_field, currency_field, money_or_none
from apps.common.money import Money
from apps.contracts.models import Milestone
from apps.disputes.states import OPEN_DISPUTE, DisputeReason, DisputeStatus, ProposalStatus


class Dispute(BaseModel):
    """
    The two sides of a milestone do not agree; `amount` is what was frozen when the dispute was opened.

    `freelancer_minor` is the part that went to the freelancer; set when the dispute has ended.
    """

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="disputes")
    opened_by = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    respondent = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=DisputeStatus, default=DisputeStatus.OPEN)
    reason = models.CharField(max_length=15, choices=DisputeReason)
    amount_minor = amount_field()
    currency = currency_field()
    opened_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    decide_by = models.DateTimeField()
    last_moment = models.DateTimeField(null=True, blank=True)
    """When the legal holding limit refunds the money, whether the dispute is decided or not."""
    freelancer_minor = amount_field(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision_reasons = models.TextField(max_length=4000, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"], condition=Q(status__in=OPEN_DISPUTE), name="disputes_dispute_one_open"
            ),
            models.CheckConstraint(condition=Q(status__in=DisputeStatus.values), name="disputes_dispute_status_known"),
            models.CheckConstraint(condition=Q(reason__in=DisputeReason.values), name="disputes_dispute_reason_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="disputes_dispute_amount_positive"),
            models.CheckConstraint(
                condition=Q(freelancer_minor__isnull=True)
                | Q(freelancer_minor__gte=0, freelancer_minor__lte=F("amount_minor")),
                name="disputes_dispute_part_of_the_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=DisputeStatus.DECIDED)
                | (Q(decided_by__isnull=False, freelancer_minor__isnull=False) & ~Q(decision_reasons="")),
                name="disputes_dispute_decided_with_reasons",
            ),
            models.CheckConstraint(condition=~Q(opened_by=F("respondent")), name="disputes_dispute_two_sides"),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(status__in=OPEN_DISPUTE), name="disputes_dispute_queue")
        ]

    def get_absolute_url(self) -> str:
        return reverse("disputes:room", args=[self.id])

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def freelancer_part(self) -> Money | None:
        return money_or_none(self.freelancer_minor, self.currency)

    @property
    def employer_part(self) -> Money | None:
        part = self.freelancer_part
        return None if part is None else self.amount - part

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_DISPUTE


class DisputeStatement(BaseModel):
    """One side's account of what happened; never edited."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="statements")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=5000)
    source_language = models.CharField(max_length=10, default="en")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="disputes_statement_says_something")]


class SplitProposal(BaseModel):
    """One side's proposed split of the frozen money: this part to the freelancer, the rest back to the employer."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="proposals")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=ProposalStatus, default=ProposalStatus.OPEN)
    freelancer_minor = amount_field()
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "organization"], condition=Q(status="open"), name="disputes_proposal_one_open_a_side"
            ),
            models.CheckConstraint(condition=Q(freelancer_minor__gte=0), name="disputes_proposal_part_not_negative"),
            models.CheckConstraint(
                condition=Q(status__in=ProposalStatus.values), name="disputes_proposal_status_known"
            ),
        ]

    @property
    def freelancer_part(self) -> Money:
        return Money(self.freelancer_minor, self.dispute.currency)

    @property
    def employer_part(self) -> Money:
        return self.dispute.amount - self.freelancer_part
