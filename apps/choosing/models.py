"""Confidential papers of an employer: what its members score and note about the bids on a task."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from apps.accounts.models import User
from apps.bidding.models import Bid
from apps.choosing import rules
from apps.choosing.rules import AwardCriterion
from apps.choosing.states import EvaluationStatus
from apps.common.models import BaseModel
from apps.tasks.models import Task

POINTS = models.PositiveSmallIntegerField


class Evaluation(BaseModel):
    """
    How the bids on a task are scored: the award criteria with their weights. A trigger refuses to change them once
    there is a score, and weights that do not add up to 100.
    """

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="evaluation")
    status = models.CharField(max_length=10, choices=EvaluationStatus, default=EvaluationStatus.PREPARING)
    criteria = models.JSONField(default=list)
    """The award criteria in order, each with `name` and `weight`."""
    is_blind = models.BooleanField(default=False)
    """Whether a member sees the others' scores and notes on a bid only after scoring it."""
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=EvaluationStatus.values), name="choosing_evaluation_status_known"
            )
        ]

    @property
    def award_criteria(self) -> tuple[AwardCriterion, ...]:
        return rules.award_criteria(self.criteria)

    @property
    def is_agreed(self) -> bool:
        return self.status == EvaluationStatus.AGREED


class ScoreSheet(BaseModel):
    """
    The points that one member gives one bid, in the order of the award criteria. What was given first is kept; triggers
    refuse to change it, to delete a sheet, and to change one after the agreement.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="sheets")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="score_sheets")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    points = ArrayField(POINTS())
    first_points = ArrayField(POINTS())
    comment = models.TextField(max_length=2000, blank=True, default="")
    scored_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bid", "member"], name="choosing_scoresheet_once")]


class BidNote(BaseModel):
    """A private note of a member on a bid, for the members of the employer."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="notes")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="private_notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["bid", "written_at", "id"], name="choosing_bidnote_of_bid")]


class Agreement(BaseModel):
    """The record of an agreed result: who scored what, the agreed points, when and why. It is never changed."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="agreements")
    number = models.PositiveSmallIntegerField()
    record = models.JSONField()
    sha256 = models.CharField(max_length=64)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="choosing_agreement_number"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("choosing:agreement", args=[self.id])
