from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.matching.models import ListSide, Ranker, Reason
from apps.matching.policies import REASONS


class PartSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    points = serializers.FloatField(help_text="The parts of a match sum to its score.")


class ExplanationSerializer(serializers.Serializer[Any]):
    score = serializers.FloatField(help_text="0 to 100.")
    parts = PartSerializer(many=True)
    skill_parts = PartSerializer(many=True, help_text="The parts of `skill`; they sum to its points.")
    similar = serializers.IntegerField(
        help_text="Past tasks that required at least half of these skills, weighted by rarity."
    )
    similar_accepted = serializers.IntegerField()
    similar_last_at = serializers.DateTimeField(allow_null=True)
    learned = serializers.FloatField(
        allow_null=True, help_text="The position in the learned order, on the scale of `score`."
    )
    words = serializers.ListField(
        child=serializers.CharField(), help_text="The words of both texts that count most, as the task writes them."
    )
    matched = serializers.ListField(child=serializers.CharField())
    related = serializers.SerializerMethodField()
    missing = serializers.ListField(child=serializers.CharField())
    pay = serializers.CharField()
    hours = serializers.IntegerField(help_text="Working hours per day that both sides have in common.")
    completed = serializers.IntegerField()
    is_newcomer = serializers.BooleanField()
    ranker_version = serializers.CharField()
    computed_at = serializers.DateTimeField()

    def get_related(self, explanation: Any) -> list[dict[str, str]]:
        return [{"asked": skill, "known": relative} for skill, relative in explanation.related]


class RecommendedTaskSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField(source="task.id")
    title = serializers.CharField(source="task.title")
    source_language = serializers.CharField(source="task.source_language")
    why = ExplanationSerializer(source="explanation")


class RecommendedFreelancerSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField(source="organization.id")
    handle = serializers.CharField(source="organization.handle")
    display_name = serializers.CharField(source="organization.display_name")
    headline = serializers.CharField(source="profile.headline")
    why = ExplanationSerializer(source="explanation")


class ExportedMatchSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()
    title = serializers.CharField()
    computed_at = serializers.DateTimeField()
    version = serializers.CharField()
    points = serializers.ListField(
        child=serializers.FloatField(), help_text="The points for skill, pay and growth; they sum to 100."
    )
    inputs = serializers.DictField(help_text="All inputs of the formula for this pair.")
    components = serializers.DictField(child=serializers.FloatField())
    score = serializers.FloatField()
    learned = serializers.FloatField(allow_null=True)


class MatchExportSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField()
    exported_at = serializers.DateTimeField()
    skills = serializers.DictField(child=serializers.CharField(), help_text="Names of skills by id.")
    matches = ExportedMatchSerializer(many=True)


class LimitSerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=50, default=10)


class SkillTextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=20_000, help_text="Plain text: a brief, a list of skills or a CV.")
    language = serializers.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z]{2,4})?$", default="en", help_text="Language of the text."
    )


class SuggestedSkillSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    label = serializers.CharField(help_text="In the language of the request.")  # type: ignore[assignment]
    confidence = serializers.FloatField(help_text="Probability that the skill is meant, 0 to 1; certain from 0.95.")
    start = serializers.IntegerField(help_text="Position in the text where the matching words begin.")
    end = serializers.IntegerField()


class _RefusalSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=500,
        default="",
        allow_blank=True,
        help_text="Required if the reason is `other`. The other side is not notified.",
    )


def _reasons(side: ListSide) -> list[tuple[str, str]]:
    return [(item.value, str(item.label)) for item in REASONS[side]]


class NotForMeSerializer(_RefusalSerializer):
    reason = serializers.ChoiceField(choices=_reasons(ListSide.TASKS))


class NotSuitedSerializer(_RefusalSerializer):
    reason = serializers.ChoiceField(choices=_reasons(ListSide.PEOPLE))


class RefusalSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=Reason.choices)
    text = serializers.CharField()
    said_at = serializers.DateTimeField()


class FairnessReportSerializer(serializers.Serializer[Any]):
    week = serializers.DateField(help_text="The Monday of the week.")
    made_at = serializers.DateTimeField()
    figures = serializers.JSONField(
        help_text="The figures of the public page, without groups of fewer than ten people."
    )


class LearnedOrderSerializer(serializers.Serializer[Any]):
    """A model card, and whether its order is in use."""

    id = serializers.IntegerField()
    category = serializers.CharField(source="category.slug")
    side = serializers.CharField(
        help_text="The list that is ranked: `people` from employers' choices, `tasks` from freelancers' choices."
    )
    is_better = serializers.BooleanField(help_text="Whether it was better than the formula on the evaluation period.")
    holds = serializers.SerializerMethodField()
    trained_at = serializers.DateTimeField()
    card = serializers.JSONField(help_text="Outcomes, scores in the evaluation period, weights, features.")

    def get_holds(self, ranker: Ranker) -> bool:
        return ranker.id in self.context["holding"]


class CompletionQuerySerializer(serializers.Serializer[Any]):
    skill = serializers.ListField(
        child=serializers.UUIDField(), max_length=30, help_text="Skills chosen so far; repeat the parameter."
    )


class CompletionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField(help_text="In the language of the request.")
