from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer
from apps.escrow.models import Escrow, Release


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    gross = MoneySerializer(read_only=True)
    commission = MoneySerializer(read_only=True)
    withheld = MoneySerializer(read_only=True)
    net = MoneySerializer(read_only=True)

    class Meta:
        model = Release
        fields = ("id", "kind", "gross", "commission", "withheld", "net", "released_at")
        read_only_fields = fields


class EscrowSerializer(serializers.ModelSerializer[Escrow]):
    amount = MoneySerializer(read_only=True)
    employer_fee = MoneySerializer(read_only=True)
    released = MoneySerializer(read_only=True)
    refunded = MoneySerializer(read_only=True)
    remaining = MoneySerializer(read_only=True, help_text="What neither side has yet; held once funded.")
    releases = ReleaseSerializer(many=True, read_only=True)

    class Meta:
        model = Escrow
        fields = (
            "id", "status", "payer_id", "payee_id", "reference_id", "memo", "amount", "employer_fee", "commission_bps",
            "withholding_bps", "withholding_country", "released", "refunded", "remaining", "opened_at", "funded_at",
            "hold_until", "releases",
        )  # fmt: skip
        read_only_fields = fields
