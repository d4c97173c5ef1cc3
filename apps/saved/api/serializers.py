from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.api.serializers import StrictSerializer


class SavedPersonSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField()
    name = serializers.CharField(source="organization.display_name")
    note = serializers.CharField()
    list_name = serializers.CharField()
    saved_at = serializers.DateTimeField()


class SavedTaskSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()
    title = serializers.CharField(source="task.title")
    note = serializers.CharField()
    list_name = serializers.CharField()
    saved_at = serializers.DateTimeField()


class DescriptionSerializer(StrictSerializer):
    """What is missing stays empty."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    list_name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
