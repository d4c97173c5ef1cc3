from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer, StrictBooleanField, StrictSerializer
from apps.escrow.models import Escrow, Goodwill, Recovery, Release
from apps.escrow.states import GoodwillTo


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    gross = MoneySerializer(read_only=True)
    commission = MoneySerializer(read_only=True, help_text="Our commission, without the tax that it contains.")
    tax = MoneySerializer(
        read_only=True, help_text="The tax contained in our commission, for the escrow's `tax_country`."
    )
    withheld = MoneySerializer(read_only=True)
    net = MoneySerializer(read_only=True)
    employer_fee = MoneySerializer(
        read_only=True, help_text="The employer's fee earned by this release, including tax."
    )
    employer_fee_tax = MoneySerializer(
        read_only=True, help_text="The tax contained in `employer_fee`, for the escrow's `fee_tax_country`."
    )

    class Meta:
        model = Release
        fields = (
            "id", "kind", "gross", "commission", "tax", "withheld", "net", "employer_fee", "employer_fee_tax",
            "released_at",
        )  # fmt: skip
        read_only_fields = fields


class EscrowSerializer(serializers.ModelSerializer[Escrow]):
    amount = MoneySerializer(read_only=True)
    employer_fee = MoneySerializer(read_only=True)
    credit = MoneySerializer(read_only=True, help_text="The part of the payment that came from the employer's credit.")
    released = MoneySerializer(read_only=True)
    refunded = MoneySerializer(read_only=True)
    remaining = MoneySerializer(
        read_only=True, help_text="The amount neither released nor refunded. It is held once the escrow is funded."
    )
    releases = ReleaseSerializer(many=True, read_only=True)

    class Meta:
        model = Escrow
        fields = (
            "id", "status", "payer_id", "payee_id", "reference_id", "memo", "amount", "employer_fee", "commission_bps",
            "withholding_bps", "withholding_country", "tax_bps", "tax_country", "fee_tax_bps", "fee_tax_country",
            "credit", "released", "refunded", "remaining", "opened_at", "funded_at", "hold_until", "releases",
        )  # fmt: skip
        read_only_fields = fields


class GoodwillSerializer(serializers.ModelSerializer[Goodwill]):
    amount = MoneySerializer(read_only=True)

    class Meta:
        model = Goodwill
        fields = ("id", "release_id", "to", "amount", "reason", "given_at")
        read_only_fields = fields


class NewGoodwillSerializer(StrictSerializer):
    id = serializers.UUIDField(help_text="Created by you. A repeated request with the same id pays only once.")
    to = serializers.ChoiceField(GoodwillTo.choices)
    amount = MoneySerializer(help_text="Including the tax that it contains.")
    reason = serializers.CharField(max_length=1000, help_text="Shown to the recipient.")


class RecoverySerializer(serializers.ModelSerializer[Recovery]):
    amount = MoneySerializer(read_only=True)

    class Meta:
        model = Recovery
        fields = (
            "id", "escrow_id", "chargeback_id", "status", "amount", "reasons", "decided_at", "appeal_by", "appeal_text",
            "appealed_at", "answer", "ended_at",
        )  # fmt: skip
        read_only_fields = fields


class NewRecoverySerializer(StrictSerializer):
    amount = MoneySerializer(help_text="At most the amount that the freelancer received for this work.")
    reasons = serializers.CharField(max_length=4000, help_text="Shown to the freelancer.")


class AppealSerializer(StrictSerializer):
    text = serializers.CharField(max_length=5000)


class AppealAnswerSerializer(StrictSerializer):
    is_granted = StrictBooleanField()
    reasons = serializers.CharField(max_length=4000)
