from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.messaging.models import Message


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
