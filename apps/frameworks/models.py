from __future__ import annotations

from datetime import date

from django.db import models
from django.urls import reverse

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel, currency_field, money_or_none
from apps.common.money import Money
from apps.frameworks.states import FrameworkStatus
from apps.frameworks.terms import TITLE_MAX, Draft, from_json


class Framework(BaseModel):
    """
    Terms that an employer and a freelancer agree on once, for all offers between them that refer to it.

    The columns about the terms are those of the newest `FrameworkVersion`, for lists and checks; a trigger keeps them
    as they are once both sides accepted.
    """

    employer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="frameworks_as_employer")
    freelancer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="frameworks_as_freelancer")
    status = models.CharField(max_length=10, choices=FrameworkStatus, default=FrameworkStatus.PROPOSED)
    title = models.CharField(max_length=TITLE_MAX)
    source_language = models.CharField(max_length=10)
    currency = currency_field()
    starts_on = models.DateField()
    ends_on = models.DateField()
    """The last day on which offers can be made under it, in UTC, unless notice was given."""
    ceiling_minor = models.BigIntegerField(null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField()
    version_number = models.PositiveSmallIntegerField(default=1)
    proposed_by = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    """The side that proposed the newest version; the other one answers."""
    proposed_at = models.DateTimeField()
    respond_by = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(max_length=2000, blank=True, default="")
    """Why it was declined."""
    notice_by = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    notice_at = models.DateTimeField(null=True, blank=True)
    notice_ends_on = models.DateField(null=True, blank=True)
    """The last day in force after a notice."""
    notice_reason = models.TextField(max_length=2000, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=FrameworkStatus.values), name="frameworks_framework_status_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(employer=models.F("freelancer")), name="frameworks_framework_two_parties"
            ),
            models.CheckConstraint(
                condition=models.Q(proposed_by=models.F("employer")) | models.Q(proposed_by=models.F("freelancer")),
                name="frameworks_framework_proposed_by_a_party",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="frameworks_framework_has_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ceiling_minor=None) | models.Q(ceiling_minor__gt=0),
                name="frameworks_framework_ceiling_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["in_force", "ended"]) | models.Q(accepted_at__isnull=False),
                name="frameworks_framework_in_force_is_accepted",
            ),
            models.CheckConstraint(
                condition=models.Q(notice_at=None, notice_by=None, notice_ends_on=None)
                | models.Q(notice_at__isnull=False, notice_by__isnull=False, notice_ends_on__isnull=False),
                name="frameworks_framework_notice_is_whole",
            ),
            models.UniqueConstraint(
                fields=["employer", "freelancer"],
                condition=models.Q(status="proposed"),
                name="frameworks_framework_one_proposal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["respond_by"], condition=models.Q(status="proposed"), name="frameworks_framework_answer"
            ),
            models.Index(
                fields=["ends_on"], condition=models.Q(status="in_force"), name="frameworks_framework_ends_on"
            ),
            models.Index(
                fields=["notice_ends_on"],
                condition=models.Q(status="in_force", notice_ends_on__isnull=False),
                name="frameworks_framework_notice",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("frameworks:detail", args=[self.id])

    @property
    def ceiling(self) -> Money | None:
        return money_or_none(self.ceiling_minor, self.currency)

    @property
    def last_day(self) -> date:
        """The last day on which offers can be made under it."""
        return min(self.ends_on, self.notice_ends_on) if self.notice_ends_on else self.ends_on


class FrameworkVersion(BaseModel):
    """
    The full terms that one side proposed. Append-only: a trigger refuses every change.

    `sha256` is the fingerprint of `terms` (`apps.frameworks.terms.to_json`).
    """

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    is_by_employer = models.BooleanField()
    terms = models.JSONField()
    sha256 = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="frameworks_version_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="frameworks_version_number_positive"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="frameworks_version_sha256_is_hex"
            ),
        ]

    def draft(self) -> Draft:
        return from_json(self.terms)


class FrameworkAcceptance(BaseModel):
    """Who accepted a version for one side, and when: proposing it is the first acceptance. Append-only (a trigger)."""

    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="acceptances")
    is_employer = models.BooleanField()
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "is_employer"], name="frameworks_acceptance_once_a_side")
        ]
