from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.model_fields import is_one_of
from apps.common.models import BaseModel


class WebhookStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    HANDLED = "handled", _("Handled")
    IGNORED = "ignored", _("Not about us")
    FAILED = "failed", _("Failed")


class WebhookEvent(BaseModel):
    """The webhook inbox: recorded, answered with 200 and handled later. A duplicate webhook makes no second row."""

    processor = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    reference = models.CharField(max_length=60, blank=True, default="")
    payload = models.JSONField()
    status = models.CharField(max_length=10, choices=WebhookStatus, default=WebhookStatus.RECEIVED)
    attempts_made = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["processor", "external_id"], name="gateways_webhookevent_once"),
            is_one_of(WebhookStatus, "gateways_webhookevent_status_known"),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="received"), name="gateways_webhookevent_due"),
            models.Index(fields=["processor", "-received_at"], name="gateways_webhookevent_newest"),
            models.Index(fields=["id"], condition=Q(status="failed"), name="gateways_webhookevent_failed"),
        ]
