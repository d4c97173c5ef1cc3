from django.db import models

from apps.common.ids import uuid7


class Event(models.Model):
    """A domain event, stored in the transaction of the change it reports."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    happened_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["happened_at"], name="outbox_event_by_time")]


class DeliveryStatus(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Delivery(models.Model):
    """One event for one subscriber: handled once, retried after growing pauses, and finally marked as failed."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="outbox_delivery_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=DeliveryStatus.values), name="outbox_delivery_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["done_at"], condition=models.Q(status="done"), name="outbox_delivery_done"),
            models.Index(fields=["id"], condition=models.Q(status="failed"), name="outbox_delivery_failed"),
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=models.Q(status="pending"),
                name="outbox_delivery_due",
            ),
        ]
