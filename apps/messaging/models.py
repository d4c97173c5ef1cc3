from __future__ import annotations

from django.db import models
from django.db.models.functions import Greatest, Least
from django.urls import reverse

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel
from apps.contracts.models import Contract
from apps.files.models import StoredFile
from apps.messaging.states import ConversationKind
from apps.tasks.models import Task

_KIND_NAMES_ITS_SUBJECT = (
    models.Q(kind=ConversationKind.CONTRACT, contract__isnull=False, task__isnull=True)
    | models.Q(kind=ConversationKind.TASK, contract__isnull=True, task__isnull=False)
    | models.Q(kind=ConversationKind.DIRECT, contract__isnull=True, task__isnull=True)
)


class Conversation(BaseModel):
    """
    What two organizations write to each other: about a contract, about a task before a contract, or after an enquiry
    from a profile.
    """

    kind = models.CharField(max_length=8, choices=ConversationKind)
    contract = models.OneToOneField(
        Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="conversation"
    )
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.PROTECT, related_name="conversations")
    opener = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    """The organization that wrote first; in a contract, the employer."""
    recipient = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=40, blank=True, default="")
    """Taken down by moderation: both sides see that it was, and nobody can write in it."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_KIND_NAMES_ITS_SUBJECT, name="messaging_conversation_subject"),
            models.CheckConstraint(
                condition=~models.Q(opener=models.F("recipient")), name="messaging_conversation_not_oneself"
            ),
            # One conversation of two organizations about a task, and one direct one, whoever opened it.
            models.UniqueConstraint(
                models.F("task"),
                Least("opener", "recipient"),
                Greatest("opener", "recipient"),
                condition=models.Q(kind=ConversationKind.TASK),
                name="messaging_conversation_once_a_task",
            ),
            models.UniqueConstraint(
                Least("opener", "recipient"),
                Greatest("opener", "recipient"),
                condition=models.Q(kind=ConversationKind.DIRECT),
                name="messaging_conversation_once_direct",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("messaging:conversation", args=[self.id])

    @property
    def title(self) -> str:
        """The contract's or task's title; "" for an enquiry."""
        about = self.contract or self.task
        return about.title if about else ""

    @property
    def title_language(self) -> str:
        if self.contract:
            return self.contract.binding_language
        return self.task.source_language if self.task else ""

    def other_id(self, organization_id: object) -> object:
        return self.recipient_id if self.opener_id == organization_id else self.opener_id


class ConversationSide(BaseModel):
    """A conversation in the inbox of one of its two organizations."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="sides")
    # Its index is `messaging_side_newest`.
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    last_at = models.DateTimeField()
    """When the last message was sent, by either side."""
    received_at = models.DateTimeField(null=True, blank=True)
    """When the other side last wrote."""
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "organization"], name="messaging_side_once"),
            models.CheckConstraint(
                condition=models.Q(received_at=None) | models.Q(received_at__lte=models.F("last_at")),
                name="messaging_side_received_is_not_later",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-last_at", "-id"], name="messaging_side_newest")]


class Message(BaseModel):
    """A message from one side of a conversation to the other; never edited, hidden only by moderation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages", db_index=False)
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    """The conversation's contract, if it has one, so that a contract's page finds its messages at once."""
    sender_organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    sender_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=5000, blank=True, default="")
    source_language = models.CharField(max_length=10, default="en")
    sent_at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["contract", "id"], name="messaging_message_thread"),
            models.Index(fields=["conversation", "id"], name="messaging_message_talk"),
        ]


class MessageFile(BaseModel):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")


class ReadMark(BaseModel):
    """The time up to which a user has read a conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="messaging_readmark_once")]


class Block(BaseModel):
    """An organization that takes no messages from another, except about contracts that they have."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    blocked = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    blocked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "blocked"], name="messaging_block_once"),
            models.CheckConstraint(
                condition=~models.Q(organization=models.F("blocked")), name="messaging_block_not_oneself"
            ),
        ]


class Phrase(BaseModel):
    """A text that a user often writes, to be inserted into a message."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "text"], name="messaging_phrase_once")]
