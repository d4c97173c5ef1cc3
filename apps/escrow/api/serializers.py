from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer, StrictBooleanField, StrictSerializer
from apps.escrow.models import Escrow, Goodwill, Recovery, Release
from apps.escrow.states import GoodwillTo


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    gross = MoneySerializer(read_only=True)
    commission = MoneySerializer(read_only=True, help_text="Ours, without the tax that the fee contains.")
    tax = MoneySerializer(read_only=True, help_text="Contained in our fee, for `tax_country` of the escrow.")
    withheld = MoneySerializer(read_only=True)
    net = MoneySerializer(read_only=True)
    employer_fee = MoneySerializer(read_only=True, help_text="Earned by this release, with its tax.")
    employer_fee_tax = MoneySerializer(
        read_only=True, help_text="Contained in `employer_fee`, for `fee_tax_country` of the escrow."
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
    credit = MoneySerializer(read_only=True, help_text="Of what was paid in: from the employer's credit.")
    released = MoneySerializer(read_only=True)
    refunded = MoneySerializer(read_only=True)
    remaining = MoneySerializer(read_only=True, help_text="What neither side has yet; held once funded.")
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
    id = serializers.UUIDField(help_text="Made by you: the same one again gives once.")
    to = serializers.ChoiceField(GoodwillTo.choices)
    amount = MoneySerializer(help_text="With the tax that it contains.")
    reason = serializers.CharField(max_length=1000, help_text="The one who gets it reads this.")


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
    amount = MoneySerializer(help_text="At most what the freelancer got of this work.")
    reasons = serializers.CharField(max_length=4000, help_text="The freelancer reads them.")


class AppealSerializer(StrictSerializer):
    text = serializers.CharField(max_length=5000)


class AppealAnswerSerializer(StrictSerializer):
    is_granted = StrictBooleanField()
    reasons = serializers.CharField(max_length=4000)
