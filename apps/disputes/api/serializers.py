from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import AMOUNT_MAX, MoneySerializer, StrictSerializer
from apps.common.forms import CONTENT_LANGUAGES
from apps.disputes.models import Dispute, DisputeStatement, SplitProposal
from apps.disputes.states import DisputeReason


class DisputeStatementSerializer(serializers.ModelSerializer[DisputeStatement]):
    class Meta:
        model = DisputeStatement
        fields = ("id", "organization_id", "text", "source_language", "written_at")
        read_only_fields = fields


class SplitProposalSerializer(serializers.ModelSerializer[SplitProposal]):
    freelancer_part = MoneySerializer(read_only=True)
    employer_part = MoneySerializer(read_only=True)

    class Meta:
        model = SplitProposal
        fields = ("id", "organization_id", "status", "freelancer_part", "employer_part", "proposed_at", "answered_at")
        read_only_fields = fields


class DisputeSerializer(serializers.ModelSerializer[Dispute]):
    contract_id = serializers.UUIDField(source="milestone.contract_id", read_only=True)
    amount = MoneySerializer(read_only=True)
    freelancer_part = MoneySerializer(read_only=True, allow_null=True, help_text="Null until the dispute has ended.")
    employer_part = MoneySerializer(read_only=True, allow_null=True, help_text="Null until the dispute has ended.")
    statements = DisputeStatementSerializer(many=True, read_only=True)
    proposals = SplitProposalSerializer(many=True, read_only=True)

    class Meta:
        model = Dispute
        fields = (
            "id", "contract_id", "milestone_id", "opened_by_id", "respondent_id", "status", "reason", "amount",
            "opened_at", "answer_due_at", "decide_by", "last_moment", "freelancer_part", "employer_part", "ended_at",
            "decision_reasons", "statements", "proposals",
        )  # fmt: skip
        read_only_fields = fields


class NewStatementSerializer(StrictSerializer):
    text = serializers.CharField(max_length=5000)
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")


class NewSplitSerializer(StrictSerializer):
    freelancer_part = MoneySerializer()


class NewDisputeSerializer(NewStatementSerializer):
    reason = serializers.ChoiceField(choices=DisputeReason.choices)
    freelancer_part = MoneySerializer()


class NewDecisionSerializer(NewSplitSerializer):
    reasons = serializers.CharField(max_length=4000)


class OutcomeQuerySerializer(StrictSerializer):
    freelancer_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MAX)


class OutcomeSerializer(StrictSerializer):
    """The exact amounts each side would get of a split."""

    freelancer_gross = MoneySerializer()
    fee = MoneySerializer()
    withheld = MoneySerializer()
    freelancer_net = MoneySerializer()
    employer_back = MoneySerializer()
    employer_fee_back = MoneySerializer()
