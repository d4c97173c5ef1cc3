from __future__ import annotations

from django.db import models
from django.urls import reverse

from apps.accounts.models import Organization, User
from apps.bidding.models import Bid
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.contracts.states import (
    BonusStatus,
    ChangeStatus,
    ContractStatus,
    MilestoneStatus,
    NoticeStatus,
    ProposalStatus,
)
from apps.escrow.models import Escrow
from apps.files.models import StoredFile
from apps.frameworks.models import FrameworkVersion
from apps.tasks.models import Task

OPEN_CONTRACT = [ContractStatus.OFFERED, ContractStatus.ACTIVE]


class Contract(BaseModel):
    """
    What an employer and a freelancer agreed: a copy of the brief and the bid, and the milestones.

    The original text in `binding_language` is binding. `terms` are those in force, of the newest `ContractVersion`;
    `terms_sha256` is their fingerprint. `amount` is the sum of the milestones that were not dropped.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="contracts")
    bid = models.ForeignKey(Bid, null=True, blank=True, on_delete=models.PROTECT, related_name="contracts")
    """None if the employer offered the work directly, without asking for bids."""
    framework_version = models.ForeignKey(
        FrameworkVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="contracts"
    )
    """The version of the framework agreement under which the offer was made; the contract's terms name its hash."""
    employer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="contracts_as_employer")
    freelancer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="contracts_as_freelancer")
    status = models.CharField(max_length=12, choices=ContractStatus, default=ContractStatus.OFFERED)
    title = models.CharField(max_length=140)
    amount_minor = amount_field()
    currency = currency_field()
    binding_language = models.CharField(max_length=10)
    terms = models.JSONField()
    terms_sha256 = models.CharField(max_length=64)
    revisions_included = models.PositiveSmallIntegerField(default=2)
    review_days = models.PositiveSmallIntegerField(default=10)
    """Business days of the employer to answer a delivery."""
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    respond_by = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    unfunded_since = models.DateTimeField(null=True, blank=True)
    """Since when the next milestone waits for money while no other one has any. None while work is funded."""
    funding_reminders_sent = models.PositiveSmallIntegerField(default=0)
    """Since `unfunded_since`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(status__in=OPEN_CONTRACT), name="contracts_contract_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ContractStatus.values), name="contracts_contract_status_known"
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="contracts_contract_amount_positive"),
            models.CheckConstraint(
                condition=~models.Q(employer=models.F("freelancer")), name="contracts_contract_two_parties"
            ),
        ]
        indexes = [
            models.Index(
                fields=["respond_by"], condition=models.Q(status="offered"), name="contracts_contract_respond_by"
            ),
            models.Index(
                fields=["unfunded_since"],
                condition=models.Q(status="active", unfunded_since__isnull=False),
                name="contracts_contract_unfunded",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("contracts:room", args=[self.id])

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def criteria(self) -> models.QuerySet[ContractCriterion]:
        """The lines of the checklist that are in force, in their order."""
        return self.all_criteria.filter(retired_at=None).order_by("position")

    @property
    def exchange(self) -> Money:
        """The part of the amount that covers the freelancer's exchange margin, if the employer agreed to pay it."""
        return Money(int(self.terms.get("exchange_minor", 0)), self.currency)


class ContractCriterion(BaseModel):
    """A line of the checklist, copied when the contract was offered or changed."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="all_criteria")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=400)
    retired_at = models.DateTimeField(null=True, blank=True)
    """When a change replaced the line. Answers in earlier deliveries still point at it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "position"],
                condition=models.Q(retired_at=None),
                name="contracts_criterion_position",
            )
        ]


class Milestone(BaseModel):
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=140)
    amount_minor = amount_field()
    currency = currency_field()
    days = models.PositiveSmallIntegerField()
    """Calendar days from funding to the due date."""
    due_at = models.DateTimeField(null=True, blank=True)
    """None until the milestone is funded."""
    status = models.CharField(max_length=16, choices=MilestoneStatus, default=MilestoneStatus.PLANNED)
    escrow = models.OneToOneField(Escrow, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revisions_used = models.PositiveSmallIntegerField(default=0)
    review_due_at = models.DateTimeField(null=True, blank=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    overdue_notified_at = models.DateTimeField(null=True, blank=True)
    """When both sides were notified that the due date passed without a delivery. Set once."""
    disputed_from = models.CharField(max_length=16, choices=MilestoneStatus, blank=True, default="")
    """The milestone's status before the dispute, restored if the dispute is withdrawn."""
    disputed_at = models.DateTimeField(null=True, blank=True)
    given_back_minor = amount_field(default=0)
    """The part of the paid amount that went back to the employer because both sides lowered the price."""
    dropped_at = models.DateTimeField(null=True, blank=True)
    """When a change removed the milestone from the contract. It no longer counts towards the contract's amount."""
    extra_for = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="extras")
    """The funded milestone whose price was raised: this one holds the difference."""
    paused_at = models.DateTimeField(null=True, blank=True)
    """Since when the review window is paused by an open change request."""
    employer_has_paused = models.BooleanField(default=False)
    """Whether a request of the employer paused this version's review window: it does so only once per version."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="contracts_milestone_position"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="contracts_milestone_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(status__in=MilestoneStatus.values), name="contracts_milestone_status_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=MilestoneStatus.DELIVERED) | models.Q(review_due_at__isnull=False),
                name="contracts_milestone_delivered_has_clock",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=MilestoneStatus.DISPUTED)
                | (models.Q(disputed_at__isnull=False) & ~models.Q(disputed_from="")),
                name="contracts_milestone_disputed_knows_before",
            ),
            models.CheckConstraint(
                condition=models.Q(given_back_minor__gte=0), name="contracts_milestone_given_back_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(paused_at=None) | models.Q(status=MilestoneStatus.DELIVERED),
                name="contracts_milestone_paused_is_delivered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_due_at"], condition=models.Q(status="delivered"), name="contracts_milestone_review_due"
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(status="funded", overdue_notified_at=None),
                name="contracts_milestone_overdue",
            ),
        ]

    def get_absolute_url(self) -> str:
        return f"{self.contract.get_absolute_url()}#milestone-{self.position}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def given_back(self) -> Money:
        return Money(self.given_back_minor, self.currency)


class Deliverable(BaseModel):
    """One delivered version of a milestone's work."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="deliverables")
    version = models.PositiveSmallIntegerField()
    note = models.TextField(max_length=5000)
    source_language = models.CharField(max_length=10, default="en")
    links = models.JSONField(default=list)
    """URLs of work that is stored elsewhere."""
    findings = models.JSONField(default=list)
    """What the hand-in checks said, `hand_in.checks.Finding` as plain values. Kept as it was when it was delivered."""
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["milestone", "version"], name="contracts_deliverable_version")]


class DeliverableFile(BaseModel):
    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    preview_key = models.CharField(max_length=120, blank=True, default="")
    """Where the small picture of the file is stored; empty if there is none."""
    previewed_at = models.DateTimeField(null=True, blank=True)
    """When a worker tried to draw it."""

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at", "id"], condition=models.Q(previewed_at=None), name="contracts_file_to_preview"
            )
        ]


class CriterionCheck(BaseModel):
    """The freelancer's answer to one line of the checklist in one version."""

    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="checks")
    criterion = models.ForeignKey(ContractCriterion, on_delete=models.PROTECT, related_name="+")
    is_met = models.BooleanField()
    note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deliverable", "criterion"], name="contracts_check_once")]


class RevisionRequest(BaseModel):
    deliverable = models.OneToOneField(Deliverable, on_delete=models.PROTECT, related_name="revision_request")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=5000)
    source_language = models.CharField(max_length=10, default="en")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()


class CancellationProposal(BaseModel):
    """A proposal to stop the contract; the freelancer would get this share of the money still held."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="cancellation_proposals")
    proposed_by = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=ProposalStatus, default=ProposalStatus.OPEN)
    freelancer_share_bps = models.PositiveIntegerField()
    reason = models.TextField(max_length=2000)
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(status="open"), name="contracts_proposal_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(freelancer_share_bps__lte=10_000), name="contracts_proposal_share"
            ),
        ]


class ContractVersion(BaseModel):
    """
    The full terms that both sides accepted, in the order of acceptance. Append-only: a trigger refuses every change.

    `sha256` is the fingerprint of `terms`. Version 1 has the terms of the offer.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    terms = models.JSONField()
    sha256 = models.CharField(max_length=64)
    employer_accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    employer_accepted_at = models.DateTimeField()
    freelancer_accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    freelancer_accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="contracts_version_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="contracts_version_number_positive"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="contracts_version_sha256_is_hex"
            ),
        ]


class ChangeRequest(BaseModel):
    """
    New terms that one side proposed. A trigger refuses every change but the answer, so that what is accepted is what
    was proposed.

    `change` is the difference to `base` (`apps.contracts.terms.Change`), with the values before and after.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="change_requests")
    base = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=ChangeStatus, default=ChangeStatus.OPEN)
    proposed_by = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    proposed_by_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    respond_by = models.DateTimeField()
    reason = models.TextField(max_length=2000, blank=True, default="")
    """Empty only if nothing but a date changes."""
    source_language = models.CharField(max_length=10, default="en")
    change = models.JSONField()
    counters = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="countered_by"
    )
    """The request of the other side that this one answers."""
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(max_length=2000, blank=True, default="")
    """Why it was declined."""
    version = models.OneToOneField(
        ContractVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="change_request"
    )
    """The version that both sides accepted, if this request was accepted."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(status="open"), name="contracts_change_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ChangeStatus.values), name="contracts_change_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status="accepted", version__isnull=False)
                | (~models.Q(status="accepted") & models.Q(version=None)),
                name="contracts_change_accepted_has_version",
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", answered_at=None)
                | (~models.Q(status="open") & models.Q(answered_at__isnull=False)),
                name="contracts_change_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["respond_by"], condition=models.Q(status="open"), name="contracts_change_respond_by"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("contracts:change", args=[self.id])


class Bonus(BaseModel):
    """
    Money on top of the contract's amount. It has an escrow like a milestone, which is released as soon as it is paid.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="bonuses")
    status = models.CharField(max_length=16, choices=BonusStatus, default=BonusStatus.PLANNED)
    amount_minor = amount_field()
    currency = currency_field()
    note = models.TextField(max_length=1000, blank=True, default="")
    source_language = models.CharField(max_length=10, default="en")
    escrow = models.OneToOneField(Escrow, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "bonuses"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="contracts_bonus_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(status__in=BonusStatus.values), name="contracts_bonus_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status="paid", paid_at__isnull=False, escrow__isnull=False)
                | (~models.Q(status="paid") & models.Q(paid_at=None)),
                name="contracts_bonus_paid_has_escrow",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("contracts:pay-bonus", args=[self.id])

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class LateNotice(BaseModel):
    """A last date for late work, set by the employer, who may end the work after it and gets the money back."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="notices")
    status = models.CharField(max_length=12, choices=NoticeStatus, default=NoticeStatus.RUNNING)
    text = models.TextField(max_length=2000, blank=True, default="")
    source_language = models.CharField(max_length=10, default="en")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    deliver_by = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    appeal = models.TextField(max_length=5000, blank=True, default="")
    appealed_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(max_length=4000, blank=True, default="")
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"], condition=models.Q(status="running"), name="contracts_notice_one_running"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=NoticeStatus.values), name="contracts_notice_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(deliver_by__gt=models.F("given_at")), name="contracts_notice_has_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["enforced", "appealed", "upheld", "overturned"])
                | models.Q(ended_at__gte=models.F("deliver_by")),
                name="contracts_notice_ended_after_its_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["upheld", "overturned"])
                | (models.Q(answered_by__isnull=False) & ~models.Q(answer="")),
                name="contracts_notice_answer_has_reasons",
            ),
        ]
        indexes = [
            models.Index(
                fields=["appealed_at"], condition=models.Q(status="appealed"), name="contracts_notice_appealed"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("contracts:notice", args=[self.id])
