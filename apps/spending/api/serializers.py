from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer, StrictSerializer
from apps.spending.models import Approval, Budget, Spend, SpendingRuleChange


class LimitsSerializer(StrictSerializer):
    """Amounts in the organization's currency; null removes a limit."""

    currency = serializers.CharField(read_only=True)
    approval_above_minor = serializers.IntegerField(min_value=0, max_value=2**53, allow_null=True)
    monthly_limit_minor = serializers.IntegerField(min_value=0, max_value=2**53, allow_null=True)
    member_limit_minor = serializers.IntegerField(min_value=0, max_value=2**53, allow_null=True)


class RuleChangeSerializer(serializers.ModelSerializer[SpendingRuleChange]):
    class Meta:
        model = SpendingRuleChange
        fields = (
            "id", "status", "currency", "approval_above_minor", "monthly_limit_minor", "member_limit_minor",
            "proposed_by_id", "proposed_at", "agreed_by_id", "agreed_at", "effective_at",
        )  # fmt: skip
        read_only_fields = fields


class LimitsInForceSerializer(LimitsSerializer):
    pending = RuleChangeSerializer(
        read_only=True, allow_null=True, help_text="A looser limit that waits for a second person, then for a day."
    )


class RuleChangeStepSerializer(StrictSerializer):
    step = serializers.ChoiceField(choices=[("agree", "agree"), ("withdraw", "withdraw")])


class NewBudgetSerializer(StrictSerializer):
    name = serializers.CharField(max_length=120)
    amount_minor = serializers.IntegerField(min_value=1, max_value=2**53)
    purchase_order = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class BudgetSerializer(serializers.ModelSerializer[Budget]):
    amount = MoneySerializer(read_only=True)

    class Meta:
        model = Budget
        fields = ("id", "name", "purchase_order", "amount", "is_closed", "opened_at")
        read_only_fields = fields


class BudgetUseSerializer(StrictSerializer):
    budget = BudgetSerializer()
    used = MoneySerializer()
    left = MoneySerializer()


class ApprovalSerializer(serializers.ModelSerializer[Approval]):
    amount = MoneySerializer(read_only=True)

    class Meta:
        model = Approval
        fields = (
            "id", "reference_id", "memo", "amount", "budget_id", "purchase_order", "note", "status", "requested_by_id",
            "requested_at", "decided_by_id", "decided_at", "reason",
        )  # fmt: skip
        read_only_fields = fields


class ApprovalDecisionSerializer(StrictSerializer):
    is_approved = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class SpendSerializer(serializers.ModelSerializer[Spend]):
    amount = MoneySerializer(read_only=True)

    class Meta:
        model = Spend
        fields = (
            "id", "reference_id", "memo", "status", "amount", "returned_minor", "budget_id", "purchase_order",
            "approval_id", "spent_by_id", "spent_on",
        )  # fmt: skip
        read_only_fields = fields
