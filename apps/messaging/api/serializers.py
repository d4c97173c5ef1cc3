from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.serializers import StrictBooleanField, StrictSerializer
from apps.messaging.models import Message
from apps.messaging.rules.hints import Hint
from apps.messaging.states import ConversationKind


class MessageFileSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(source="file.name")
    content_type = serializers.CharField(source="file.content_type")
    size = serializers.IntegerField(source="file.size")
    sha256 = serializers.CharField(source="file.sha256")


class MessageSerializer(serializers.ModelSerializer[Message]):
    """A hidden message stays in the list, without its text."""

    sender_organization_id = serializers.UUIDField()
    text = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    is_hidden = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ("id", "sender_organization_id", "text", "source_language", "sent_at", "is_hidden", "files")

    def get_text(self, message: Message) -> str:
        return "" if message.hidden_at else message.text

    def get_is_hidden(self, message: Message) -> bool:
        return message.hidden_at is not None

    def get_files(self, message: Message) -> list[dict[str, Any]]:
        rows = [] if message.hidden_at else list(message.files.all())
        return [dict(MessageFileSerializer(row).data) for row in rows]


class NewMessageSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000)
    source_language = serializers.CharField(max_length=10, required=False, help_text="Default: the user's language.")


class OtherSideSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField(source="id")
    name = serializers.CharField(source="display_name")


class ConversationSerializer(serializers.Serializer[Any]):
    """`other` is null while the bids on the task are sealed and the reader may not know who wrote."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ConversationKind.choices)
    contract_id = serializers.UUIDField(allow_null=True)
    task_id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField(help_text="Of the contract or task; empty for an enquiry.")
    other = OtherSideSerializer(allow_null=True)
    unread = serializers.IntegerField()
    last_at = serializers.DateTimeField()
    is_archived = serializers.BooleanField()
    is_closed = serializers.BooleanField(help_text="Closed by moderation: nobody can write in it.")


class ShownMessageSerializer(serializers.Serializer[Any]):
    """`sender_organization_id` is null while the reader may not know who wrote. Hidden messages have no text."""

    id = serializers.UUIDField(source="message.id")
    conversation_id = serializers.UUIDField(source="message.conversation_id")
    is_own = serializers.BooleanField()
    sender_organization_id = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    source_language = serializers.CharField(source="message.source_language")
    sent_at = serializers.DateTimeField(source="message.sent_at")
    is_hidden = serializers.SerializerMethodField()
    hints = serializers.ListField(
        child=serializers.ChoiceField(choices=[hint.value for hint in Hint]),
        help_text="What the words of a received message warn of; the message itself is unchanged.",
    )
    files = serializers.SerializerMethodField()

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_sender_organization_id(self, shown: Any) -> str | None:
        return str(shown.message.sender_organization_id) if shown.organization else None

    def get_text(self, shown: Any) -> str:
        return "" if shown.message.hidden_at else shown.message.text

    def get_is_hidden(self, shown: Any) -> bool:
        return shown.message.hidden_at is not None

    @extend_schema_field(MessageFileSerializer(many=True))
    def get_files(self, shown: Any) -> list[dict[str, Any]]:
        rows = [] if shown.message.hidden_at else list(shown.message.files.all())
        return [dict(MessageFileSerializer(row).data) for row in rows]


class NewConversationSerializer(StrictSerializer):
    """
    `task_id` for a task: `organization_id` is then its employer, or somebody invited or bidding. Without `task_id` it
    is an enquiry from a profile.
    """

    organization_id = serializers.UUIDField()
    task_id = serializers.UUIDField(required=False, allow_null=True)
    text = serializers.CharField(max_length=5000)
    source_language = serializers.CharField(max_length=10, required=False, help_text="Default: the user's language.")


class ArchiveSerializer(StrictSerializer):
    is_archived = StrictBooleanField()


class BlockSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField(source="blocked_id")
    name = serializers.CharField(source="blocked.display_name")
    blocked_at = serializers.DateTimeField(source="created_at")
