from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.reviews.models import Review


class ReviewSerializer(serializers.ModelSerializer[Review]):
    author_id = serializers.UUIDField()
    author_name = serializers.CharField(source="author.display_name")
    subject_id = serializers.UUIDField()
    contract_title = serializers.CharField(source="contract.title")

    class Meta:
        model = Review
        fields = (
            "id", "author_id", "author_name", "subject_id", "contract_title", "quality", "communication", "skill",
            "text", "source_language", "submitted_at", "published_at", "reply", "reply_language", "replied_at",
        )  # fmt: skip


class NewReviewSerializer(serializers.Serializer[Any]):
    quality = serializers.IntegerField(min_value=1, max_value=5)
    communication = serializers.IntegerField(min_value=1, max_value=5)
    skill = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField(max_length=3000, allow_blank=True, default="")
    source_language = serializers.CharField(max_length=10, required=False)


class ReplySerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)
    language = serializers.CharField(max_length=10, required=False)


class RatingSerializer(serializers.Serializer[Any]):
    """Means to one decimal; null if there are no reviews."""

    count = serializers.IntegerField()
    overall = serializers.DecimalField(max_digits=2, decimal_places=1, allow_null=True)
    quality = serializers.DecimalField(max_digits=2, decimal_places=1, allow_null=True)
    communication = serializers.DecimalField(max_digits=2, decimal_places=1, allow_null=True)
    skill = serializers.DecimalField(max_digits=2, decimal_places=1, allow_null=True)
