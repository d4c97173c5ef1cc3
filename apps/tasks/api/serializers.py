from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.states import HiringFact, Region
from apps.common import currencies
from apps.common.api.serializers import AMOUNT_MAX, MomentField
from apps.common.forms import CONTENT_LANGUAGES
from apps.common.middleware import ZONES
from apps.skills import queries as skills
from apps.tasks import queries, rules
from apps.tasks.models import Addendum, Question, SavedSearch, Task, TaskAttachment, TaskInvitation
from apps.tasks.rules import Brief
from apps.tasks.states import BidWindow, BudgetKind, InvitationState, Visibility


class AwardCriterionSerializer(serializers.Serializer[Any]):
    """What the employer scores bids by, if it publishes that; the weights add up to 100."""

    name = serializers.CharField()
    weight = serializers.IntegerField()


class TaskSerializer(serializers.ModelSerializer[Task]):
    category = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    employer_name = serializers.CharField(source="employer.display_name", read_only=True)
    employer_country = serializers.CharField(source="employer.country", read_only=True)
    skill_ids = serializers.SerializerMethodField()
    criteria = serializers.SerializerMethodField()
    award_criteria = AwardCriterionSerializer(many=True, read_only=True)

    class Meta:
        model = Task
        fields = (
            "id", "status", "title", "category", "employer_id", "employer_name", "employer_country", "background",
            "goal", "requirements", "payment_terms", "source_language", "budget_kind", "budget_min_minor",
            "budget_max_minor", "currency", "deadline_at", "deadline_time_zone", "visibility", "bid_window",
            "bidding_closes_at", "decision_due_at", "published_at", "skill_ids", "criteria", "milestone_plan",
            "revisions_included", "award_criteria",
        )  # fmt: skip
        read_only_fields = fields

    def get_skill_ids(self, task: Task) -> list[str]:
        return [str(skill.skill_id) for skill in task.skills.all()]

    def get_criteria(self, task: Task) -> list[dict[str, str]]:
        return [{"id": str(criterion.id), "text": criterion.text} for criterion in task.criteria.all()]


class PlannedMilestoneSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=rules.TITLE_MAX)
    share = serializers.IntegerField(
        min_value=1, max_value=100, required=False, allow_null=True, default=None,
        help_text="Per cent of the price. All milestones have one, with 100 in all, or none has.",
    )  # fmt: skip


class BriefSerializer(serializers.Serializer[Any]):
    """A draft; fields may be missing until publication."""

    title = serializers.CharField(max_length=140, required=False, allow_blank=True, default="")
    category = serializers.SlugField(max_length=60, required=False, allow_blank=True, default="")
    background = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    goal = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    requirements = serializers.CharField(max_length=10000, required=False, allow_blank=True, default="")
    payment_terms = serializers.CharField(max_length=3000, required=False, allow_blank=True, default="")
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")
    budget_kind = serializers.ChoiceField(choices=BudgetKind.choices, default=BudgetKind.FIXED)
    budget_min_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MAX, required=False, allow_null=True)
    budget_max_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MAX, required=False, allow_null=True)
    currency = serializers.CharField(min_length=3, max_length=3, default="EUR")
    deadline_at = MomentField(required=False, allow_null=True)
    deadline_time_zone = serializers.CharField(max_length=60, default="UTC")
    visibility = serializers.ChoiceField(choices=Visibility.choices, default=Visibility.PUBLIC)
    bid_window = serializers.ChoiceField(choices=BidWindow.choices, default=BidWindow.OPEN)
    bidding_closes_at = MomentField(required=False, allow_null=True)
    decision_due_at = MomentField(required=False, allow_null=True)
    criteria = serializers.ListField(
        child=serializers.CharField(max_length=400), max_length=rules.CRITERIA_MAX, required=False, default=list
    )
    skill_ids = serializers.ListField(
        child=serializers.UUIDField(), max_length=rules.SKILLS_MAX, required=False, default=list
    )

    milestones = serializers.ListField(
        child=PlannedMilestoneSerializer(), max_length=rules.PLAN_MAX, required=False, default=list,
        help_text="Milestones that the employer suggests; bidders may propose others.",
    )  # fmt: skip
    revisions_included = serializers.IntegerField(min_value=0, max_value=rules.REVISIONS_MAX, default=2)

    def validate_currency(self, value: str) -> str:
        if value not in currencies.exponents():
            raise serializers.ValidationError("Unknown ISO 4217 code.")
        return value

    def validate_deadline_time_zone(self, value: str) -> str:
        if value not in ZONES:
            raise serializers.ValidationError("Unknown IANA time zone.")
        return value

    def validate_category(self, value: str) -> Any:
        category = skills.category(value) if value else None
        if value and category is None:
            raise serializers.ValidationError("Unknown category.")
        return category.id if category else None

    def brief(self) -> Brief:
        fields = dict(self.validated_data)
        category_id = fields.pop("category") or None
        criteria, skill_ids = tuple(fields.pop("criteria")), tuple(fields.pop("skill_ids"))
        milestones = tuple(rules.PlannedMilestone(**row) for row in fields.pop("milestones"))
        return Brief(category_id=category_id, criteria=criteria, skill_ids=skill_ids, milestones=milestones, **fields)


class TaskQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    category = serializers.SlugField(max_length=60, required=False, default="", allow_blank=True)
    skill = serializers.ListField(child=serializers.UUIDField(), max_length=5, required=False, default=list)
    language = serializers.CharField(max_length=10, required=False, default="", allow_blank=True)
    budget_from_minor = serializers.IntegerField(
        min_value=0, max_value=AMOUNT_MAX, required=False, help_text=f"In {queries.REFERENCE_CURRENCY} minor units."
    )
    budget_to_minor = serializers.IntegerField(
        min_value=0, max_value=AMOUNT_MAX, required=False, help_text=f"In {queries.REFERENCE_CURRENCY} minor units."
    )
    posted_within_days = serializers.IntegerField(min_value=1, max_value=3650, required=False)
    bid_window = serializers.ChoiceField(choices=BidWindow.choices, required=False)
    bids_max = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    employer = serializers.ChoiceField(
        choices=HiringFact.choices, required=False, help_text="What the employer's record says."
    )
    region = serializers.ChoiceField(choices=Region.choices, required=False, help_text="Of the employer.")
    overlap_hours = serializers.IntegerField(
        min_value=0,
        max_value=9,
        required=False,
        help_text="At least so many hours a day in common with 9 to 18 in `time_zone`, from 9 to 18 at the employer's.",
    )
    time_zone = serializers.CharField(max_length=60, required=False, help_text="An IANA time zone.")
    sort = serializers.ChoiceField(
        choices=[queries.RELEVANCE, "new"],
        required=False,
        default="new",
        help_text="By relevance only with words in `q`.",
    )

    def validate_time_zone(self, value: str) -> str:
        if value not in ZONES:
            raise serializers.ValidationError("Unknown IANA time zone.")
        return value


class AttachmentSerializer(serializers.ModelSerializer[TaskAttachment]):
    file_id = serializers.UUIDField()
    name = serializers.CharField(source="file.name", read_only=True)
    content_type = serializers.CharField(source="file.content_type", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)

    class Meta:
        model = TaskAttachment
        fields = ("id", "file_id", "name", "content_type", "size")
        read_only_fields = ("id",)


class AddendumSerializer(serializers.ModelSerializer[Addendum]):
    class Meta:
        model = Addendum
        fields = ("id", "text", "changes", "added_at")
        read_only_fields = fields


class NewAddendumSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000)
    bidding_closes_at = MomentField(required=False, allow_null=True, default=None)
    decision_due_at = MomentField(required=False, allow_null=True, default=None)
    deadline_at = MomentField(required=False, allow_null=True, default=None)


class QuestionSerializer(serializers.ModelSerializer[Question]):
    asked_by_id = serializers.UUIDField(
        source="shown_asker.id",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="Null for other freelancers and for visitors, who cannot see who is interested.",
    )
    asked_by_name = serializers.CharField(source="shown_asker.display_name", default="", read_only=True)

    class Meta:
        model = Question
        fields = (
            "id",
            "text",
            "source_language",
            "asked_by_id",
            "asked_by_name",
            "answer",
            "answered_at",
            "asked_at",
        )
        read_only_fields = fields


class NewQuestionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")


class AnswerSerializer(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=4000)


class NewInvitationSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField()
    message = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class ListedInvitationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    task_id = serializers.UUIDField()
    task_title = serializers.CharField(source="task.title")
    employer_id = serializers.UUIDField(source="task.employer_id")
    organization_id = serializers.UUIDField()
    message = serializers.CharField()
    sent_at = serializers.DateTimeField(allow_null=True)
    state = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=InvitationState.choices))
    def get_state(self, invitation: TaskInvitation) -> str:
        return str(invitation.state(has_bid=invitation.id in self.context["with_bids"]))


class InvitationSerializer(serializers.ModelSerializer[TaskInvitation]):
    class Meta:
        model = TaskInvitation
        fields = ("id", "task_id", "organization_id", "message", "declined_at", "created_at")
        read_only_fields = fields


class EndReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class SavedSearchSerializer(serializers.ModelSerializer[SavedSearch]):
    class Meta:
        model = SavedSearch
        fields = ("id", "name", "query", "pace", "created_at")
        read_only_fields = ("id", "created_at")
        # Saving under an existing name replaces that search, so the name need not be unique.
        validators: list[Any] = []
