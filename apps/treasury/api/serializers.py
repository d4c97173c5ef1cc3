from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer, StrictSerializer
from apps.gateways.names import GatewayName
from apps.payments.api.serializers import SignedMoneySerializer
from apps.treasury.models import InternalTransfer, ProcessorLine, TreasuryOperation
from apps.treasury.models.treasury import TreasuryKind


class CashSerializer(StrictSerializer):
    gateway = serializers.CharField()
    held = SignedMoneySerializer()
    promised = SignedMoneySerializer()
    free = SignedMoneySerializer()


class InternalTransferSerializer(serializers.ModelSerializer[InternalTransfer]):
    amount = MoneySerializer(read_only=True)

    class Meta:
        model = InternalTransfer
        fields = (
            "id", "number", "source", "target", "status", "amount", "reason", "proposed_by_id", "proposed_at",
            "agreed_by_id", "agreed_at", "ended_at",
        )  # fmt: skip
        read_only_fields = fields


class LiquiditySerializer(StrictSerializer):
    gateways = CashSerializer(many=True)
    transfers = InternalTransferSerializer(many=True)


class NewInternalTransferSerializer(StrictSerializer):
    id = serializers.UUIDField(help_text="Created by you. A repeated request with the same id changes nothing.")
    source = serializers.ChoiceField(choices=GatewayName.choices)  # type: ignore[assignment]
    target = serializers.ChoiceField(choices=GatewayName.choices)
    amount = MoneySerializer()
    reason = serializers.CharField(max_length=1000)


class InternalTransferStepSerializer(StrictSerializer):
    step = serializers.ChoiceField(choices=[("approve", "approve"), ("cancel", "cancel"), ("match", "match a line")])
    line_id = serializers.UUIDField(required=False, help_text="The gateway's line, for the step `match`.")


class CashLineSerializer(serializers.ModelSerializer[ProcessorLine]):
    class Meta:
        model = ProcessorLine
        fields = ("id", "gateway", "line_id", "type", "reference", "net_minor", "currency", "booked_at")
        read_only_fields = fields


class OneInternalTransferSerializer(StrictSerializer):
    transfer = InternalTransferSerializer()
    candidates = CashLineSerializer(many=True, help_text="Lines that may be the step for which the transfer waits.")


class HoldingSerializer(StrictSerializer):
    """One balance that staff can remit, sweep or reserve."""

    kind = serializers.CharField()
    subject = serializers.CharField(help_text="The country of a tax or the processor of a sweep; otherwise empty.")
    balance = SignedMoneySerializer()
    movable = MoneySerializer()


class LackingSerializer(StrictSerializer):
    currency = serializers.CharField()
    lacking = MoneySerializer(help_text="The amount that the operator has to add so that everything owed is covered.")


class TreasuryOperationSerializer(serializers.ModelSerializer[TreasuryOperation]):
    amount = MoneySerializer(read_only=True)

    class Meta:
        model = TreasuryOperation
        fields = ("id", "kind", "subject", "amount", "reason", "acted_by_id", "acted_at")
        read_only_fields = fields


class TreasurySerializer(StrictSerializer):
    holdings = HoldingSerializer(many=True)
    top_ups = LackingSerializer(many=True)
    operations = TreasuryOperationSerializer(many=True, help_text="The latest fifty.")


class NewTreasuryOperationSerializer(StrictSerializer):
    id = serializers.UUIDField(
        help_text="Created by you. A repeated request with the same id acts once; a top-up is looked up again."
    )
    kind = serializers.ChoiceField(TreasuryKind.choices)
    subject = serializers.CharField(max_length=20, allow_blank=True, default="")
    amount = MoneySerializer()
    reason = serializers.CharField(max_length=1000)


class TreasuryAnswerSerializer(StrictSerializer):
    id = serializers.UUIDField()
    status = serializers.CharField(
        help_text="`succeeded` once the journal entry is written; a top-up may still be in progress."
    )
