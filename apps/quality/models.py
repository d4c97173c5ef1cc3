from __future__ import annotations

from django.db import models
from django.urls import reverse

from apps.accounts.models import User
from apps.common.models import BaseModel
from apps.contracts.models import Deliverable
from apps.quality.states import SampleStatus


class Draw(BaseModel):
    """
    A random draw from the deliveries of a period. A trigger refuses changes after it, and to its commitment before.

    `population` is the published list of (key, stratum), `before` the totals of each stratum before the draw: with the
    seed they give the sample again (`rules.draw`).
    """

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64)
    """Secret until the draw."""
    seed_sha256 = models.CharField(max_length=64)
    """Published from the beginning of the period."""
    drawn_at = models.DateTimeField(null=True, blank=True)
    population = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    chosen = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["starts_at"], name="quality_draw_one_from_a_moment"),
            models.CheckConstraint(
                condition=models.Q(drawn_at=None, ends_at=None)
                | models.Q(drawn_at__isnull=False, ends_at__gt=models.F("starts_at")),
                name="quality_draw_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["-starts_at", "-id"], name="quality_draw_newest")]


class Sample(BaseModel):
    """A delivery that was drawn, and what our staff noted about it."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="samples")
    deliverable = models.OneToOneField(Deliverable, on_delete=models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=80)
    status = models.CharField(max_length=8, choices=SampleStatus, default=SampleStatus.WAITING)
    drawn_at = models.DateTimeField()
    note = models.TextField(max_length=2000, blank=True, default="")
    seen_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    @property
    def is_of_newcomer(self) -> bool:
        """Whether its freelancer had few earlier deliveries (`rules.stratum`)."""
        return self.stratum.endswith("/new")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=SampleStatus.values), name="quality_sample_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status="waiting") | models.Q(seen_by__isnull=False, seen_at__isnull=False),
                name="quality_sample_seen_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="concern") | ~models.Q(note=""), name="quality_sample_concern_has_note"
            ),
        ]
        indexes = [
            models.Index(
                fields=["drawn_at", "id"], condition=models.Q(status="waiting"), name="quality_sample_waiting"
            ),
            models.Index(fields=["-seen_at", "-id"], name="quality_sample_seen"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("quality:sample", args=[self.id])
