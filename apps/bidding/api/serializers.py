from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.bidding import rules
from apps.bidding.models import Bid
from apps.bidding.rules import Answer, BidDraft, MilestoneDraft
from apps.bidding.states import DeclineReason, ExchangeBearer
from apps.common.api.serializers import AMOUNT_MAX, MoneySerializer, to_money
from apps.common.forms import CONTENT_LANGUAGES


class EmployerCostSerializer(serializers.Serializer[Any]):
    amount = MoneySerializer(read_only=True)
    fee = MoneySerializer(read_only=True)
    total = MoneySerializer(read_only=True)


class BidSerializer(serializers.ModelSerializer[Bid]):
    amount = MoneySerializer(read_only=True)
    binding_amount = MoneySerializer(read_only=True)
    exchange = MoneySerializer(
        read_only=True,
        help_text="The part of `binding_amount` that covers the currency exchange, if the employer bears it.",
    )
    bidder_name = serializers.CharField(source="bidder.display_name", read_only=True)
    milestones = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField(
        help_text="Only for the employer: the price, our fee on top, and the total to pay in if the bid is awarded now."
    )

    class Meta:
        model = Bid
        fields = (
            "id", "task_id", "bidder_id", "bidder_name", "status", "revision", "amount", "binding_amount", "rate",
            "exchange_bearer", "exchange",
            "rate_date", "days", "cover_note", "source_language", "decline_reason", "decline_note", "submitted_at",
            "edited_at", "milestones", "answers", "cost",
        )  # fmt: skip
        read_only_fields = fields

    def get_milestones(self, bid: Bid) -> list[dict[str, Any]]:
        rows = sorted(bid.milestones.all(), key=lambda item: item.position)
        return [
            {
                "title": row.title,
                "amount_minor": row.amount_minor,
                "binding_amount_minor": row.binding_amount_minor,
                "days": row.days,
            }
            for row in rows
        ]

    def get_answers(self, bid: Bid) -> list[dict[str, Any]]:
        return [
            {"criterion_id": str(answer.criterion_id), "will_meet": answer.will_meet, "note": answer.note}
            for answer in bid.answers.all()
        ]

    @extend_schema_field(EmployerCostSerializer(allow_null=True))
    def get_cost(self, bid: Bid) -> dict[str, Any] | None:
        cost = self.context.get("costs", {}).get(bid.id)
        return dict(EmployerCostSerializer(cost).data) if cost else None


class _MilestoneSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=140)
    amount_minor = serializers.IntegerField(
        min_value=1, max_value=AMOUNT_MAX, help_text="In minor units of the bid's currency."
    )
    days = serializers.IntegerField(min_value=1, max_value=730)


class _AnswerSerializer(serializers.Serializer[Any]):
    criterion_id = serializers.UUIDField()
    will_meet = serializers.BooleanField()
    note = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class BidDraftSerializer(serializers.Serializer[Any]):
    amount = MoneySerializer()
    days = serializers.IntegerField(min_value=1, max_value=730)
    cover_note = serializers.CharField(max_length=5000)
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")
    exchange_bearer = serializers.ChoiceField(choices=ExchangeBearer.choices, default=ExchangeBearer.FREELANCER)
    milestones = _MilestoneSerializer(many=True, required=False, max_length=rules.MILESTONES_MAX)  # type: ignore[call-arg]
    answers = _AnswerSerializer(many=True, required=False, max_length=50)  # type: ignore[call-arg]

    def draft(self) -> BidDraft:
        validated_data = self.validated_data
        return BidDraft(
            amount=to_money(validated_data["amount"]),
            days=validated_data["days"],
            cover_note=validated_data["cover_note"],
            source_language=validated_data["source_language"],
            exchange_bearer=validated_data["exchange_bearer"],
            milestones=tuple(MilestoneDraft(**item) for item in validated_data.get("milestones", [])),
            answers=tuple(Answer(**item) for item in validated_data.get("answers", [])),
        )


class NewBidSerializer(BidDraftSerializer):
    task_id = serializers.UUIDField()


class DeclineSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=DeclineReason.choices)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class DebriefSerializer(serializers.Serializer[Any]):
    """
    Why a bid was not chosen. Prices are null while somebody can still bid, while sealed bids are not decided, and with
    fewer than three bids.
    """

    reason = serializers.CharField(source="bid.decline_reason", allow_blank=True)
    reason_text = serializers.CharField(source="debrief.reason", allow_blank=True)
    note = serializers.CharField(source="debrief.note", allow_blank=True)
    bids = serializers.IntegerField(source="debrief.bids", help_text="Those that were not withdrawn.")
    lowest = MoneySerializer(source="debrief.lowest", allow_null=True)
    highest = MoneySerializer(source="debrief.highest", allow_null=True)
    own = MoneySerializer(source="bid.binding_amount")


class PreviewQuerySerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()
    amount_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MAX)
    currency = serializers.CharField(min_length=3, max_length=3)
    exchange_bearer = serializers.ChoiceField(choices=ExchangeBearer.choices, default=ExchangeBearer.FREELANCER)
    milestone_minor = serializers.ListField(  # type: ignore[var-annotated]
        child=serializers.IntegerField(min_value=1, max_value=AMOUNT_MAX),
        max_length=rules.MILESTONES_MAX,
        required=False,
        default=list,
        help_text="One amount per milestone, each rounded separately. Ignored unless they sum to the price.",
    )


class RelationshipSerializer(serializers.Serializer[Any]):
    """The commission between the task's employer and the caller, and from how many paid works on it is lower."""

    paid_before = serializers.IntegerField(
        help_text="The number of pieces of work for which this employer has paid you."
    )
    commission_bps = serializers.IntegerField(
        help_text="In basis points, including the tax that the commission contains."
    )
    paid_before_min = serializers.IntegerField(help_text="The smallest `paid_before` at which this commission applies.")
    next_paid_before = serializers.IntegerField(allow_null=True)
    next_commission_bps = serializers.IntegerField(allow_null=True)


class PreviewSerializer(serializers.Serializer[Any]):
    """What a freelancer would receive; `payout` is null if there is no official rate to the payout currency."""

    binding = MoneySerializer()
    exchange = MoneySerializer(help_text="The part of `binding` that the employer pays for the currency exchange.")
    commission = MoneySerializer(help_text="Our commission, without the tax that it contains.")
    tax = MoneySerializer()
    withheld = MoneySerializer()
    net = MoneySerializer()
    payout = MoneySerializer(allow_null=True)
    relationship = RelationshipSerializer()
    notes = serializers.ListField(child=serializers.CharField())
