"""Serializers shared by the endpoints of all apps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from apps.common import currencies
from apps.common.forms import YEARS
from apps.common.money import Money

AMOUNT_MAX = 10**15
AMOUNT_OR_ALL = _("Send an amount, or `all` as true: one of the two.")
UNKNOWN_KEY = _("This endpoint knows no such key.")


class StrictSerializer(serializers.Serializer[Any]):
    """For endpoints that move money: an unknown key is refused, because it may be a misspelled known one."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(key) for key in data if key not in self.fields)
            if unknown:
                raise serializers.ValidationError({key: [UNKNOWN_KEY] for key in unknown[:20]})
        return super().to_internal_value(data)


def check_no_body(request: Request) -> None:
    """
    Refuse a body on an endpoint that takes no values.

    :raises ValidationError: if there is a body, which would be ignored.
    """
    if request.data:
        raise serializers.ValidationError({"non_field_errors": [UNKNOWN_KEY]})


class MomentField(serializers.DateTimeField):
    """A date and time in a year that every time zone and column can represent."""

    default_error_messages = {"year": _("Choose a date between the years %(first)s and %(last)s.")}

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment: datetime = super().to_internal_value(value).astimezone(UTC)
        except (OverflowError, ValueError):
            raise serializers.ValidationError(self._sentence(), code="year") from None
        if moment.year not in YEARS:
            raise serializers.ValidationError(self._sentence(), code="year")
        return moment

    def _sentence(self) -> str:
        return str(self.error_messages["year"]) % {"first": YEARS[0], "last": YEARS[-1]}


class StrictBooleanField(serializers.BooleanField):
    """Only JSON true or false: "yes" and 1 may be mistakes, and must not release money."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictIntegerField(serializers.IntegerField):
    """Only a JSON number without a fraction: "5" and 5.0 are refused."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class MoneySerializer(StrictSerializer):
    """Integer minor units and an ISO 4217 code; for requests and responses."""

    amount_minor = StrictIntegerField(min_value=0, max_value=AMOUNT_MAX)
    currency = serializers.CharField(min_length=3, max_length=3)

    def validate_currency(self, value: str) -> str:
        if value not in currencies.exponents():
            raise serializers.ValidationError("Unknown ISO 4217 code.")
        return value


def to_money(data: dict[str, Any]) -> Money:
    return Money(data["amount_minor"], data["currency"])
