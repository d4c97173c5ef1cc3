from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel
from apps.skills.models import Category
from apps.tasks.models import Task
from ranking.formula import Weights


class MatchResult(models.Model):
    """
    How well a freelancer suits a task, with the components of the score and the reasons as skill ids.

    `components` sum to `score`. Reasons are turned into words of the reader's language when they are shown.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    components = models.JSONField()
    reasons = models.JSONField()
    inputs = models.JSONField(default=dict)
    """Everything the formula read; together with the points, the score can be recomputed from it."""
    learned = models.FloatField(null=True, blank=True)
    """The position by the learned order, on the scale of the score; None if the formula orders the list."""
    is_newcomer = models.BooleanField(default=False)
    ranker_version = models.CharField(max_length=20)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "organization"], name="matching_matchresult_once"),
            models.CheckConstraint(
                condition=models.Q(score__gte=0, score__lte=100), name="matching_matchresult_score_range"
            ),
        ]
        indexes = [
            models.Index(fields=["task", "-score"], name="matching_matchresult_task"),
            models.Index(fields=["organization", "-score"], name="matching_matchresult_org"),
        ]


class SubjectKind(models.TextChoices):
    TASK = "task"
    ORGANIZATION = "organization"


class MatchRequest(BaseModel):
    """A task or freelancer that changed and must be matched again; a repeated request before the match is ignored."""

    subject_kind = models.CharField(max_length=12, choices=SubjectKind)
    subject_id = models.UUIDField()
    requested_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id"], name="matching_matchrequest_once"),
            models.CheckConstraint(
                condition=models.Q(subject_kind__in=SubjectKind.values), name="matching_matchrequest_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["requested_at"], name="matching_matchrequest_oldest")]


class CandidateChange(models.Model):
    """
    A person whose entry in the candidate index is older than the data in PostgreSQL; kept until the index is rebuilt.
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    changed_at = models.DateTimeField(db_index=True)


class CandidateIndexDatabase(models.Model):
    """
    One row that distinguishes this database from another one that had the same address before.

    An emptied or new database does not have the row. A candidate index is then not used until a new one is written.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.UUIDField(default=uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="matching_candidateindexdatabase_one")]


class RankingWeights(models.Model):
    """The points of the formula, in versions; the newest is in use. Append-only."""

    id = models.BigAutoField(primary_key=True)
    skill = models.FloatField()
    pay = models.FloatField()
    growth = models.FloatField()
    note = models.TextField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(skill__gte=0, pay__gte=0, growth__gte=0), name="matching_rankingweights_no_negatives"
            )
        ]

    @property
    def points(self) -> Weights:
        return Weights(self.skill, self.pay, self.growth)


# --- impressions and outcomes -----------------------------------------------------------------------------------------


class ListKind(models.TextChoices):
    """Where a list was shown. The reader of the first four is a freelancer; of the others, the task's employer."""

    RECOMMENDED = "recommended", _("Recommended for you")
    HOME = "home", _("Home page of a freelancer")
    OWN_ORDER = "own_order", _("In the reader's own order")
    MAIL = "mail", _("Notified of a new task")
    TASK = "task", _("Page of a task")
    PEOPLE = "people", _("Recommended freelancers")
    PEOPLE_MAIL = "people_mail", _("Notified of who suits a task")


TASK_LISTS = (ListKind.RECOMMENDED, ListKind.HOME, ListKind.OWN_ORDER, ListKind.MAIL)
PEOPLE_LISTS = (ListKind.TASK, ListKind.PEOPLE, ListKind.PEOPLE_MAIL)


class ListSide(models.TextChoices):
    """Whether a list shows tasks (to a freelancer) or people (to an employer)."""

    PEOPLE = "people", _("Freelancers for a task (the reader is the employer)")
    TASKS = "tasks", _("Tasks for a freelancer")


class Experiment(BaseModel):
    """
    Two or more orders of the same kind of list, each for a fixed share of the readers.

    `arms` is `[{"name", "share", "weights"?: [skill, pay, growth], "parameters"?: {...}}]`. The first arm is also what
    readers outside the experiment see; shares are points of 100. `guardrails` is `{"newcomer_share_min", "gini_max"}`.
    """

    name = models.SlugField(max_length=60, unique=True)
    side = models.CharField(max_length=10, choices=ListSide)
    note = models.TextField(max_length=1000)
    arms = models.JSONField()
    guardrails = models.JSONField(default=dict)
    share = models.PositiveSmallIntegerField(default=100)
    """Percentage of readers who take part; the others see the first arm and are not counted."""
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(side__in=ListSide.values), name="matching_experiment_side_known"),
            models.CheckConstraint(
                condition=models.Q(share__gte=1, share__lte=100), name="matching_experiment_share_range"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="matching_experiment_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["side"], condition=models.Q(stopped_at__isnull=True), name="matching_experiment_one_running"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MatchImpression(models.Model):
    """
    One freelancer and one task in a list that a reader saw; the rows of one list share `list_id`.

    The reader is recorded as an organization, never as a person. `propensity` is the probability that this row had this
    position, given the ranker and the day's exploration swaps. Rows are deleted after 400 days.
    """

    id = models.BigAutoField(primary_key=True)
    list_id = models.UUIDField()
    list_kind = models.CharField(max_length=12, choices=ListKind)
    reader = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    ranked = models.PositiveSmallIntegerField()
    """The position by score alone, before reranking."""
    score = models.FloatField()
    components = models.JSONField()
    reasons = models.JSONField()
    ranker_version = models.CharField(max_length=40)
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    arm = models.CharField(max_length=30, blank=True, default="")
    propensity = models.FloatField(default=1.0)
    is_newcomer = models.BooleanField(default=False)
    in_newcomer_slot = models.BooleanField(default=False)
    is_swapped = models.BooleanField(default=False)
    shown_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list_id", "task", "organization"], name="matching_matchimpression_once_in_a_list"
            ),
            models.CheckConstraint(
                condition=models.Q(list_kind__in=ListKind.values), name="matching_matchimpression_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, ranked__gte=1), name="matching_matchimpression_places_from_one"
            ),
            models.CheckConstraint(
                condition=models.Q(propensity__gt=0, propensity__lte=1), name="matching_matchimpression_chance"
            ),
            models.CheckConstraint(
                condition=models.Q(experiment__isnull=False) | models.Q(arm=""),
                name="matching_matchimpression_arm_of_an_experiment",
            ),
        ]
        indexes = [
            models.Index(fields=["reader", "list_kind", "-shown_at"], name="matching_impression_reader"),
            models.Index(fields=["task", "organization", "-shown_at"], name="matching_impression_pair"),
            models.Index(fields=["organization", "-shown_at"], name="matching_impression_org"),
            models.Index(fields=["shown_at"], name="matching_impression_age"),
        ]


class EventKind(models.TextChoices):
    OPEN = "open", _("opened")
    INVITE = "invite", _("invited")
    BID = "bid", _("bid")
    SHORTLIST = "shortlist", _("shortlisted")
    AWARD = "award", _("awarded")
    ACCEPT = "accept", _("accepted")
    COMPLETE = "complete", _("completed")
    DECLINE = "decline", _("declined")
    NOT_FOR_ME = "not_for_me", _("not for me")


class MatchEvent(models.Model):
    """An outcome of a pair, once per kind; `impression` is the last list that showed the pair before, if any."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=EventKind)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    impression = models.ForeignKey(
        MatchImpression, on_delete=models.SET_NULL, related_name="events", null=True, blank=True
    )
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "organization", "kind"], name="matching_matchevent_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=EventKind.values), name="matching_matchevent_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["kind", "happened_at"], name="matching_event_kind")]


class Reason(models.TextChoices):
    """Why a recommendation does not suit. The first five are for freelancers, the last four for employers."""

    PAY = "pay", _("It pays too little")
    SKILL = "skill", _("It is not my skill")
    TIME = "time", _("I have no time")
    LANGUAGE = "language", _("Language")
    TRUST = "trust", _("I do not trust it")
    LACKS_SKILL = "lacks_skill", _("A skill is missing")
    PRICE = "price", _("Too expensive")
    KNOWN = "known", _("We have worked together and I would not again")
    OTHER = "other", _("Another reason")


class MatchRefusal(BaseModel):
    """One side said that the other does not suit. The pair is not recommended to that side again until it is undone."""

    side = models.CharField(max_length=10, choices=ListSide)
    """`tasks`: the freelancer refused the task. `people`: the employer refused the freelancer."""
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason)
    text = models.CharField(max_length=500, blank=True, default="")
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "organization", "side"], name="matching_matchrefusal_once"),
            models.CheckConstraint(condition=models.Q(side__in=ListSide.values), name="matching_matchrefusal_side"),
            models.CheckConstraint(condition=models.Q(reason__in=Reason.values), name="matching_matchrefusal_reason"),
            models.CheckConstraint(
                condition=~models.Q(reason=Reason.OTHER) | ~models.Q(text=""), name="matching_matchrefusal_other_says"
            ),
        ]


class FairnessReport(BaseModel):
    """The published figures of one week: exposure compared with relevance. Append-only."""

    week = models.DateField(unique=True)
    """The Monday of the week."""
    made_at = models.DateTimeField()
    figures = models.JSONField()


# --- learned orders ---------------------------------------------------------------------------------------------------


class Ranker(models.Model):
    """
    An order learned from the outcomes of recommendations in one category, with its model card. Append-only.

    `side` is whose choices were learned: for lists of people the employer's (shortlists, awards), for lists of tasks
    the
    freelancer's (bids). `model` holds plain numbers and nothing executable. `is_better` is the result of the gate on
    the
    last time window.
    """

    id = models.BigAutoField(primary_key=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=ListSide)
    is_better = models.BooleanField()
    model = models.JSONField()
    card = models.JSONField()
    trained_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(side__in=ListSide.values), name="matching_ranker_side_known"),
            models.CheckConstraint(
                condition=models.Q(is_better=False) | ~models.Q(model={}), name="matching_ranker_better_has_model"
            ),
        ]
        indexes = [models.Index(fields=["category", "side", "-id"], name="matching_ranker_newest")]


class RankerChoice(models.Model):
    """The order in use in a category: a ranker, or the formula (None). The newest row is in use. Append-only."""

    id = models.BigAutoField(primary_key=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=ListSide)
    ranker = models.ForeignKey(Ranker, on_delete=models.PROTECT, related_name="choices", null=True, blank=True)
    note = models.TextField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    """None if the gate decided, without staff."""
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(side__in=ListSide.values), name="matching_rankerchoice_side_known"
            ),
            models.CheckConstraint(condition=~models.Q(note=""), name="matching_rankerchoice_says_why"),
        ]
        indexes = [models.Index(fields=["category", "side", "-id"], name="matching_choice_newest")]
