from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel, amount_field, currency_field, money_or_none
from apps.common.money import Money
from apps.files.models import StoredFile
from apps.skills.models import Category, Skill
from apps.tasks import rules
from apps.tasks.states import AlertPace, BidWindow, BudgetKind, InvitationState, TaskStatus, Visibility

OPEN = models.Q(status="open")
INVITED = OPEN & models.Q(visibility=Visibility.INVITED)
"""The condition of the partial indexes behind lists of tasks."""


class Task(BaseModel):
    """Work that an employer posts. A draft may be incomplete; `operations.publish` requires the rest."""

    # Its index is `tasks_task_of_employer`.
    employer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    posted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=TaskStatus, default=TaskStatus.DRAFT)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=140, blank=True, default="")
    background = models.TextField(_("background"), max_length=5000, blank=True, default="")
    goal = models.TextField(_("goal"), max_length=5000, blank=True, default="")
    requirements = models.TextField(_("requirements"), max_length=10000, blank=True, default="")
    payment_terms = models.TextField(_("payment terms"), max_length=3000, blank=True, default="")
    source_language = models.CharField(_("written in"), max_length=10, default="en")
    budget_kind = models.CharField(max_length=5, choices=BudgetKind, default=BudgetKind.FIXED)
    budget_min_minor = amount_field(null=True, blank=True)
    budget_max_minor = amount_field(null=True, blank=True)
    currency = currency_field(default="EUR")
    budget_reference_minor = amount_field(null=True, blank=True)
    milestone_plan = models.JSONField(default=list, blank=True)
    """The milestones that the employer suggests: a list of {"title": str, "share": per cent of the price or None}."""
    revisions_included = models.PositiveSmallIntegerField(default=2)
    """Revisions of each milestone that the price includes."""
    deadline_at = models.DateTimeField(_("delivery deadline"), null=True, blank=True)
    deadline_time_zone = models.CharField(max_length=60, default="UTC")
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    bid_window = models.CharField(max_length=6, choices=BidWindow, default=BidWindow.OPEN)
    bidding_closes_at = models.DateTimeField(_("bidding closes"), null=True, blank=True)
    decision_due_at = models.DateTimeField(_("decision deadline"), null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=40, blank=True, default="")
    bid_count = models.PositiveIntegerField(default=0, editable=False)
    """Bids that were not withdrawn; `operations.count_bid` keeps it."""
    award_criteria = models.JSONField(default=list, editable=False)
    """How the employer scores bids, if it publishes that: criteria with `name` and `weight`."""
    search_vector = SearchVectorField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=TaskStatus.values), name="tasks_task_status_known"),
            models.CheckConstraint(
                condition=models.Q(budget_min_minor__isnull=True) | models.Q(budget_min_minor__gt=0),
                name="tasks_task_budget_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(budget_max_minor__isnull=True)
                | models.Q(budget_max_minor__gte=models.F("budget_min_minor")),
                name="tasks_task_budget_order",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[TaskStatus.DRAFT, TaskStatus.CANCELLED])
                | models.Q(
                    published_at__isnull=False,
                    category__isnull=False,
                    budget_min_minor__isnull=False,
                ),
                name="tasks_task_published_is_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[TaskStatus.DRAFT, TaskStatus.CANCELLED])
                | models.Q(bidding_closes_at__isnull=False, decision_due_at__isnull=False)
                # offered to one person, without bids
                | models.Q(
                    status__in=[TaskStatus.AWARDED, TaskStatus.COMPLETED, TaskStatus.CLOSED],
                    visibility=Visibility.INVITED,
                    bidding_closes_at=None,
                    decision_due_at=None,
                ),
                name="tasks_task_open_has_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(decision_due_at__isnull=True)
                | models.Q(decision_due_at__gte=models.F("bidding_closes_at")),
                name="tasks_task_decision_after_bidding",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], condition=OPEN, name="tasks_task_search"),
            # One per order of the list of open tasks, and one per filter that leaves few of them.
            models.Index(fields=["-published_at", "-id"], condition=OPEN, name="tasks_task_newest"),
            models.Index(fields=["bidding_closes_at", "id"], condition=OPEN, name="tasks_task_closing"),
            models.Index(
                models.F("budget_reference_minor").desc(nulls_last=True),
                models.F("id").desc(),
                condition=OPEN,
                name="tasks_task_budget",
            ),
            models.Index(fields=["category", "-published_at", "-id"], condition=OPEN, name="tasks_task_of_category"),
            models.Index(
                fields=["source_language", "-published_at", "-id"], condition=OPEN, name="tasks_task_of_language"
            ),
            models.Index(fields=["employer", "-created_at", "-id"], name="tasks_task_of_employer"),
            models.Index(
                fields=["employer", "status", "decision_due_at"],
                condition=models.Q(status__in=["open", "deciding"]),
                name="tasks_task_waiting_of_employer",
            ),
            # Whether an organization has open tasks of its own that others do not see.
            models.Index(fields=["employer"], condition=INVITED, name="tasks_task_invited"),
            models.Index(
                fields=["decision_due_at"],
                condition=models.Q(status__in=["open", "deciding"]),
                name="tasks_task_decision_due",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(_("Untitled task"))

    def get_absolute_url(self) -> str:
        return reverse("tasks:detail", args=[self.id])

    @property
    def planned_milestones(self) -> tuple[rules.PlannedMilestone, ...]:
        return tuple(rules.PlannedMilestone(row["title"], row["share"]) for row in self.milestone_plan)

    @property
    def budget_min(self) -> Money | None:
        return money_or_none(self.budget_min_minor, self.currency)

    @property
    def budget_max(self) -> Money | None:
        return money_or_none(self.budget_max_minor, self.currency)


class AcceptanceCriterion(BaseModel):
    """One line of the checklist for accepting the work."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "position"], name="tasks_criterion_position")]


class TaskSkill(BaseModel):
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "skill"], name="tasks_taskskill_once")]
        # Ids are in the order of time: the newest tasks with a skill, without reading the others.
        indexes = [models.Index(fields=["skill", "-task"], name="tasks_taskskill_newest")]


class TaskAttachment(BaseModel):
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")


class Addendum(BaseModel):
    """Text or dates added after publication. Bidders are notified, and the original text never changes."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="addenda")
    text = models.TextField(max_length=5000)
    changes = models.JSONField(default=dict)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()


class Question(BaseModel):
    """Asked by a freelancer, answered by the employer, visible to everyone who sees the task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.TextField(max_length=2000)
    source_language = models.CharField(max_length=10, default="en")
    answer = models.TextField(max_length=4000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)

    shown_asker: Organization | None = None
    """Not a column. Set only if the reader may know who asked (`queries.questions`)."""


class TaskTemplate(BaseModel):
    """A brief that an organization keeps to start others from; without its dates."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="task_templates")
    name = models.CharField(max_length=80)
    brief = models.JSONField()
    """`rules.brief_to_json`."""
    saved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="tasks_template_name")]

    def __str__(self) -> str:
        return self.name


class TaskInvitation(BaseModel):
    """
    An invitation to bid, once per task and organization. One to a draft is sent when the task is published.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="invitations")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="task_invitations")
    message = models.CharField(max_length=1000, blank=True, default="")
    source_language = models.CharField(max_length=10, default="en")
    invited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "organization"], name="tasks_invitation_once"),
            models.CheckConstraint(
                condition=models.Q(declined_at=None) | models.Q(sent_at__isnull=False),
                name="tasks_invitation_declined_was_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "-sent_at", "-id"],
                condition=models.Q(sent_at__isnull=False),
                name="tasks_invitation_newest",
            )
        ]

    def state(self, *, has_bid: bool) -> InvitationState:
        """What became of it. :param has_bid: whether there is a bid that the reader may know of."""
        return rules.invitation_state(
            is_sent=self.sent_at is not None,
            is_declined=self.declined_at is not None,
            has_bid=has_bid,
            status=self.task.status,
        )


class SavedSearch(BaseModel):
    """
    A search stored by its query string. At `next_look_at` its owner is notified of tasks published after `looked_until`
    that it finds; `last_seen_at` is when they last opened it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=600)
    last_seen_at = models.DateTimeField()
    pace = models.CharField(_("Alerts"), max_length=8, choices=AlertPace, default=AlertPace.DAILY)
    looked_until = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="tasks_savedsearch_name"),
            models.CheckConstraint(condition=models.Q(pace__in=AlertPace.values), name="tasks_savedsearch_pace_known"),
            models.CheckConstraint(
                condition=models.Q(pace=AlertPace.OFF)
                | models.Q(looked_until__isnull=False, next_look_at__isnull=False),
                name="tasks_savedsearch_looks_from_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_look_at"], condition=~models.Q(pace=AlertPace.OFF), name="tasks_savedsearch_due")
        ]
