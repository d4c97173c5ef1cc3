"""Shapes that every area's endpoints share."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common import currencies
from apps.common.money import Money

AMOUNT_MAX = 10**15


class MoneySerializer(serializers.Serializer[Any]):
    """Integer minor units and an ISO 4217 code; in and out."""

    amount_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MAX)
    currency = serializers.CharField(min_length=3, max_length=3)

    def validate_currency(self, value: str) -> str:
        if value not in currencies.exponents():
            raise serializers.ValidationError("Unknown ISO 4217 code.")
        return value


def to_money(given: dict[str, Any]) -> Money:
    return Money(given["amount_minor"], given["currency"])
