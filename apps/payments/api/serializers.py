from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer, StrictSerializer
from apps.payments.models import Charge
from apps.payments.states import ChargeOutcome


class SignedMoneySerializer(StrictSerializer):
    """An amount in integer minor units, negative if the balance decreases."""

    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()


class ChargeSerializer(serializers.ModelSerializer[Charge]):
    amount = MoneySerializer(read_only=True)
    refunded = MoneySerializer(read_only=True, help_text="The amount that was refunded or is being refunded.")
    outcome = serializers.ChoiceField(
        choices=[("", "nothing since"), *ChargeOutcome.choices],
        read_only=True,
        help_text="What happened after the payment: refunded, disputed or taken back by the bank.",
    )

    class Meta:
        model = Charge
        fields = (
            "id", "number", "status", "amount", "memo", "reference_id", "checkout_url", "decline_code", "created_at",
            "succeeded_at", "refunded", "outcome",
        )  # fmt: skip
        read_only_fields = fields
