from __future__ import annotations

from django.db import models

from apps.common.ids import uuid7
from apps.common.money import Money


class BaseModel(models.Model):
    """A row with a UUIDv7 key and its creation time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class StatusChange(models.Model):
    """One status change of a row; append-only (a trigger refuses UPDATE and DELETE)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    verb = models.CharField(max_length=40)
    source = models.CharField(max_length=40)
    target = models.CharField(max_length=40)
    actor_user_id = models.UUIDField(null=True)
    actor_organization_id = models.UUIDField(null=True)
    by_system = models.BooleanField(default=False)
    reason = models.TextField(blank=True, default="")
    happened_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "happened_at"], name="common_statuschange_subject")
        ]


class IdempotencyRecord(models.Model):
    """The first response to an `Idempotency-Key`, returned again for every repeat with the same content."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status_code = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "key"], name="common_idempotencyrecord_user_key"),
        ]
        indexes = [models.Index(fields=["created_at"], name="common_idempotency_by_time")]


class SkippedRow(models.Model):
    """
    A row that a scheduled job failed to process: skipped until `retry_at`, so that it does not block the others;
    deleted on success.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.CharField(max_length=60)
    row_id = models.UUIDField()
    error = models.TextField()
    times = models.PositiveIntegerField(default=1)
    first_failed_at = models.DateTimeField()
    failed_at = models.DateTimeField()
    retry_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "row_id"], name="common_skippedrow_once")]


class SignOfLife(models.Model):
    """The last heartbeat of a background process: beat, and a worker of each queue."""

    name = models.CharField(max_length=40, primary_key=True)
    version = models.CharField(max_length=40, default="", blank=True)
    seen_at = models.DateTimeField()


def currency_field(**options: object) -> models.CharField[str, str]:
    """A column for an ISO 4217 code."""
    return models.CharField(max_length=3, **options)  # type: ignore[arg-type]


def amount_field(**options: object) -> models.BigIntegerField[int, int]:
    """A column for minor units."""
    return models.BigIntegerField(**options)  # type: ignore[arg-type]


def money_or_none(amount_minor: int | None, currency: str) -> Money | None:
    return None if amount_minor is None or not currency else Money(amount_minor, currency)
