from __future__ import annotations

from django.db import models

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel
from apps.matching.scoring import Weights
from apps.tasks.models import Task


class MatchResult(models.Model):
    """
    How well a freelancer suits a task, with the parts of the score and the reasons as skill ids.

    `components` sum to `score`; a reader's language chooses the words only when it is shown.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    components = models.JSONField()
    reasons = models.JSONField()
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
    """Something changed and must be matched anew; asking twice before it is done asks once."""

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


class ShelfChange(models.Model):
    """Somebody whose entry on the shelf is older than what PostgreSQL knows; kept until everybody is written anew."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    changed_at = models.DateTimeField(db_index=True)


class RankingWeights(models.Model):
    """The points of the formula, one version after the other; the newest holds. Append-only."""

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
