from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.choosing import rules
from apps.choosing.models import Agreement, BidNote, Evaluation, ScoreSheet
from apps.choosing.rules import AwardCriterion


class CriterionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=140)
    weight = serializers.IntegerField(min_value=1, max_value=100, help_text="In per cent; all weights add up to 100.")


class EvaluationSerializer(serializers.ModelSerializer[Evaluation]):
    criteria = CriterionSerializer(many=True)

    class Meta:
        model = Evaluation
        fields = ("id", "task_id", "status", "criteria", "is_blind", "published_at")


class CriteriaSerializer(serializers.Serializer[Any]):
    criteria = CriterionSerializer(many=True, max_length=rules.CRITERIA_MAX)  # type: ignore[call-arg]
    is_blind = serializers.BooleanField(default=False)
    is_published = serializers.BooleanField(default=False)

    def award_criteria(self) -> list[AwardCriterion]:
        return [AwardCriterion(**row) for row in self.validated_data["criteria"]]


class SheetSerializer(serializers.ModelSerializer[ScoreSheet]):
    member_name = serializers.CharField(source="member.display_name")
    total_tenths = serializers.IntegerField(help_text="Points times weight, from 0 to 1000.")

    class Meta:
        model = ScoreSheet
        fields = ("id", "member_name", "points", "first_points", "total_tenths", "comment", "scored_at", "changed_at")


class ScoresSerializer(serializers.Serializer[Any]):
    """The scores of a bid as the caller may see them: in a blind round others' only after scoring it."""

    count = serializers.IntegerField(source="sums.count", help_text="How many members scored it.")
    mean_tenths = serializers.IntegerField(source="sums.mean_tenths", allow_null=True)
    hidden = serializers.IntegerField()
    sheets = SheetSerializer(many=True)


def _points() -> serializers.ListField:
    child = serializers.IntegerField(min_value=0, max_value=rules.POINTS_MAX)
    return serializers.ListField(child=child, max_length=rules.CRITERIA_MAX, help_text="In the order of the criteria.")


class ScoreSerializer(serializers.Serializer[Any]):
    points = _points()
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class NoteSerializer(serializers.ModelSerializer[BidNote]):
    author_name = serializers.CharField(source="author.display_name")

    class Meta:
        model = BidNote
        fields = ("id", "bid_id", "author_name", "text", "written_at")


class NewNoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)


class AgreementSerializer(serializers.ModelSerializer[Agreement]):
    """`record` has the criteria, who scored what, the agreed points, the reason; `sha256` is of its canonical JSON."""

    class Meta:
        model = Agreement
        fields = ("id", "number", "record", "sha256", "agreed_at")


class AgreedBidSerializer(serializers.Serializer[Any]):
    bid_id = serializers.UUIDField()
    points = _points()


class NewAgreementSerializer(serializers.Serializer[Any]):
    bids = AgreedBidSerializer(many=True, max_length=100)  # type: ignore[call-arg]
    reason = serializers.CharField(max_length=5000)
