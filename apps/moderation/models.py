from __future__ import annotations

from django.db import models
from django.urls import reverse

from apps.accounts.models import Organization, User
from apps.common.ids import uuid7
from apps.common.models import BaseModel
from apps.moderation.states import ObjectionStatus, Reason, ReportStatus, StaffAct, Subject


class Report(BaseModel):
    """A report that a task, a profile or a message breaks the rules, with a copy of its content at that time."""

    subject_type = models.CharField(max_length=10, choices=Subject)
    subject_id = models.UUIDField()
    affected = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reporter_organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=20, choices=Reason)
    text = models.TextField(max_length=2000, blank=True, default="")
    source_language = models.CharField(max_length=10, default="en")
    snapshot = models.JSONField()
    status = models.CharField(max_length=10, choices=ReportStatus, default=ReportStatus.OPEN)
    reported_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision_reason = models.TextField(max_length=2000, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "subject_type", "subject_id"],
                condition=models.Q(status="open"),
                name="moderation_report_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ReportStatus.values), name="moderation_report_status_known"
            ),
            models.CheckConstraint(condition=models.Q(reason__in=Reason.values), name="moderation_report_reason_known"),
            models.CheckConstraint(
                condition=models.Q(status="open")
                | (models.Q(decided_at__isnull=False, decided_by__isnull=False) & ~models.Q(decision_reason="")),
                name="moderation_report_decided_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="moderation_report_subject")]

    def get_absolute_url(self) -> str:
        return f"{reverse('moderation:queue')}?case={self.id}"


class Statement(BaseModel):
    """
    The statement of reasons sent to the affected party (Regulation (EU) 2022/2065, article 17): the measure, its facts
    and
    ground, that a person decided, and how to object.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=10, choices=Subject)
    subject_id = models.UUIDField()
    title = models.CharField(max_length=200)
    ground = models.CharField(max_length=20, choices=Reason)
    facts = models.TextField(max_length=2000)
    issued_at = models.DateTimeField()

    def get_absolute_url(self) -> str:
        return reverse("moderation:statement", args=[self.id])


class Objection(BaseModel):
    """The affected party's objection to a statement, once, and the answer of another member of staff (article 20)."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="objection")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000)
    source_language = models.CharField(max_length=10, default="en")
    sent_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=ObjectionStatus, default=ObjectionStatus.OPEN)
    answer = models.TextField(max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ObjectionStatus.values), name="moderation_objection_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status="open")
                | (models.Q(answered_at__isnull=False, answered_by__isnull=False) & ~models.Q(answer="")),
                name="moderation_objection_answered_with_reason",
            ),
        ]


class AuditEntry(models.Model):
    """One action of staff; append-only (a trigger rejects UPDATE and DELETE)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True, default="")
    subject_id = models.CharField(max_length=60, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="moderation_audit_subject"),
            models.Index(fields=["-happened_at", "-id"], name="moderation_audit_latest"),
            models.Index(fields=["action", "-happened_at"], name="moderation_audit_of_act"),
            models.Index(fields=["actor", "-happened_at"], name="moderation_audit_of_person"),
        ]

    @property
    def act(self) -> str:
        """The name of the action; its code if this version does not have it."""
        return str(StaffAct(self.action).label) if self.action in StaffAct.values else self.action
