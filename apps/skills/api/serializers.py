from __future__ import annotations

from typing import Any

from rest_framework import serializers


class SkillSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    label = serializers.CharField(help_text="In the language of the request.")  # type: ignore[assignment]
    kind = serializers.CharField()
    matched = serializers.CharField(help_text="The label that the text matched.")
    matched_language = serializers.CharField()


class CategorySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.SlugField()
    name = serializers.CharField()
    description = serializers.CharField()
    icon = serializers.CharField()
    requirements = serializers.ListField(child=serializers.CharField(), help_text="Suggested requirements for a brief.")
    criteria = serializers.ListField(child=serializers.CharField(), help_text="Suggested acceptance criteria.")


class SkillQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=100, help_text="A name or the beginning of a name, in any language.")
    limit = serializers.IntegerField(min_value=1, max_value=50, default=10)
