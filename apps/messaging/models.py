from __future__ import annotations

from django.db import models

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel
from apps.contracts.models import Contract
from apps.files.models import StoredFile


class Message(BaseModel):
    """A message from one party of a contract to the other; never edited, hidden only by moderation."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="messages")
    sender_organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    sender_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=5000, blank=True, default="")
    source_language = models.CharField(max_length=10, default="en")
    sent_at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["contract", "id"], name="messaging_message_thread")]


class MessageFile(BaseModel):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")


class ReadMark(BaseModel):
    """The time up to which a user has read a contract's messages."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "user"], name="messaging_readmark_once")]
