from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.serializers import (
    AMOUNT_OR_ALL,
    MoneySerializer,
    StrictBooleanField,
    StrictIntegerField,
    StrictSerializer,
)
from apps.common.forms import CONTENT_LANGUAGES
from apps.common.money import Money
from apps.contracts import rules
from apps.contracts.models import CancellationProposal, Contract, Deliverable, Milestone
from apps.contracts.queries import milestones as milestone_queries


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    amount = MoneySerializer(read_only=True)
    held = serializers.SerializerMethodField()
    released = serializers.SerializerMethodField(help_text="The amount released to the freelancer so far, before fees.")
    refunded = serializers.SerializerMethodField(help_text="The amount refunded to the employer so far.")

    class Meta:
        model = Milestone
        fields = (
            "id", "contract_id", "position", "title", "amount", "held", "released", "refunded", "status", "due_at",
            "days", "revisions_used", "review_due_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(MoneySerializer)
    def get_held(self, milestone: Milestone) -> dict[str, Any]:
        return _money(milestone_queries.held(milestone))

    @extend_schema_field(MoneySerializer)
    def get_released(self, milestone: Milestone) -> dict[str, Any]:
        return _money(milestone.escrow.released if milestone.escrow else Money.zero(milestone.currency))

    @extend_schema_field(MoneySerializer)
    def get_refunded(self, milestone: Milestone) -> dict[str, Any]:
        return _money(milestone.escrow.refunded if milestone.escrow else Money.zero(milestone.currency))


def _money(amount: Money) -> dict[str, Any]:
    return {"amount_minor": amount.amount_minor, "currency": amount.currency}


class ContractSerializer(serializers.ModelSerializer[Contract]):
    amount = MoneySerializer(read_only=True)
    milestones = serializers.SerializerMethodField()
    criteria = serializers.SerializerMethodField()

    class Meta:
        model = Contract
        fields = (
            "id", "task_id", "bid_id", "employer_id", "freelancer_id", "status", "title", "amount", "binding_language",
            "terms", "terms_sha256", "revisions_included", "review_days", "offered_at", "respond_by", "accepted_at",
            "ended_at", "milestones", "criteria",
        )  # fmt: skip
        read_only_fields = fields

    def get_milestones(self, contract: Contract) -> list[dict[str, Any]]:
        return list(MilestoneSerializer(milestone_queries.milestones(contract.id), many=True).data)

    def get_criteria(self, contract: Contract) -> list[dict[str, str]]:
        return [
            {"id": str(criterion.id), "text": criterion.text} for criterion in contract.criteria.order_by("position")
        ]


class DraftSerializer(StrictSerializer):
    task_id = serializers.UUIDField()


class AwardSerializer(StrictSerializer):
    bid_id = serializers.UUIDField()


class ReasonSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class FundSerializer(StrictSerializer):
    return_url = serializers.URLField(
        max_length=500, help_text="The URL to which the checkout redirects the payer afterwards."
    )
    use_credit = StrictBooleanField(default=False, help_text="Pay from the employer's credit first.")
    budget_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    purchase_order = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    method = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="",
        help_text="The `name` of one of the milestone's payment methods. Default: the first one.",
    )  # fmt: skip
    despite_pending = StrictBooleanField(
        default=False, help_text="Pay even if a payment by another method is already pending."
    )


class PaymentMethodSerializer(StrictSerializer):
    name = serializers.CharField()
    title = serializers.CharField(source="label", help_text="In the language of the request.")


class AskApprovalSerializer(StrictSerializer):
    budget_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    purchase_order = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class AskedSerializer(StrictSerializer):
    approval_id = serializers.UUIDField()
    status = serializers.CharField()


class CheckoutSerializer(StrictSerializer):
    """All fields are null if the employer's credit paid the whole amount: the milestone is then already funded."""

    charge_id = serializers.UUIDField(allow_null=True)
    checkout_url = serializers.URLField(allow_null=True)
    method = serializers.CharField(
        allow_null=True,
        help_text="The method that gave the checkout page. It differs from the requested one if that did not answer.",
    )


class _CheckSerializer(StrictSerializer):
    criterion_id = serializers.UUIDField()
    is_met = StrictBooleanField()
    note = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")


class NewDeliverableSerializer(StrictSerializer):
    note = serializers.CharField(max_length=5000)
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")
    checks = _CheckSerializer(many=True, required=False)
    file_ids = serializers.ListField(child=serializers.UUIDField(), max_length=10, required=False, default=list)
    links = serializers.ListField(
        child=serializers.CharField(max_length=rules.LINK_LENGTH_MAX), max_length=rules.LINKS_MAX, required=False,
        default=list, help_text="URLs of work that is hosted elsewhere. A delivery needs a file or a link.",
    )  # fmt: skip


class FindingSerializer(StrictSerializer):
    """One result of the hand-in checks, for a criterion or (with an empty criterion_id) for the delivery."""

    kind = serializers.CharField(
        help_text="type, size, width, height, pages, words, files, language, spelling, link, readable or duplicate"
    )
    result = serializers.ChoiceField(choices=["pass", "fail", "unknown"])
    criterion_id = serializers.CharField(allow_blank=True)
    requirement = serializers.JSONField(help_text="What the words of the criterion ask for: bounds or names.")
    values = serializers.JSONField(help_text="Pairs of the name of a file or link and what was measured.")


class HandInSerializer(StrictSerializer):
    file_ids = serializers.ListField(child=serializers.UUIDField(), max_length=10, required=False, default=list)
    links = serializers.ListField(
        child=serializers.CharField(max_length=rules.LINK_LENGTH_MAX), max_length=rules.LINKS_MAX, required=False,
        default=list,
    )  # fmt: skip


class DeliverableSerializer(serializers.ModelSerializer[Deliverable]):
    findings = FindingSerializer(many=True, read_only=True)

    class Meta:
        model = Deliverable
        fields = ("id", "milestone_id", "version", "note", "source_language", "links", "submitted_at", "findings")
        read_only_fields = fields


class RevisionSerializer(StrictSerializer):
    text = serializers.CharField(max_length=5000)
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")


class ApprovalSerializer(StrictSerializer):
    """Either an amount, or `all` for everything held. One of the two is required; there is no default."""

    amount = MoneySerializer(required=False)
    all = StrictBooleanField(required=False, help_text="`true`, instead of an amount.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("amount" in attrs) == (attrs.get("all") is True):
            raise serializers.ValidationError(AMOUNT_OR_ALL)
        return attrs


class ProposalSerializer(serializers.ModelSerializer[CancellationProposal]):
    class Meta:
        model = CancellationProposal
        fields = ("id", "contract_id", "proposed_by_id", "status", "freelancer_share_bps", "reason", "proposed_at")
        read_only_fields = ("id", "contract_id", "proposed_by_id", "status", "proposed_at")


class NewProposalSerializer(StrictSerializer):
    freelancer_share_bps = StrictIntegerField(min_value=0, max_value=10_000)
    reason = serializers.CharField(max_length=2000)


class TimelineItemSerializer(StrictSerializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    by_organization_id = serializers.UUIDField(allow_null=True)
    milestone_id = serializers.UUIDField(source="milestone.id", default=None)
    amount = MoneySerializer(
        allow_null=True, default=None, help_text="The amount that went to the freelancer (before fees) or into escrow."
    )
    back = MoneySerializer(allow_null=True, default=None, help_text="The amount refunded to the employer.")
