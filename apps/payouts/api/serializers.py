from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.api.serializers import AMOUNT_MAX, AMOUNT_OR_ALL, MoneySerializer, StrictBooleanField, StrictSerializer
from apps.gateways.names import GatewayName
from apps.payments.api.serializers import SignedMoneySerializer
from apps.payouts.models import FxQuote, Payout, PayoutAccount


class BalanceSerializer(StrictSerializer):
    currency = serializers.CharField()
    available = MoneySerializer()
    pending = MoneySerializer(help_text="Being paid out, in the payout's currency.")


class StatementLineSerializer(StrictSerializer):
    id = serializers.IntegerField()
    journal_entry_id = serializers.UUIDField(source="journal_id")
    event = serializers.CharField()
    refs = serializers.DictField(child=serializers.CharField())
    happened_at = serializers.DateTimeField()
    amount = SignedMoneySerializer()
    balance = SignedMoneySerializer()


class StatementSerializer(StrictSerializer):
    lines = StatementLineSerializer(many=True)
    older = serializers.IntegerField(
        allow_null=True, help_text="Pass as `before` to get the next page; null on the last page."
    )


class StatementQuerySerializer(serializers.Serializer[Any]):
    before = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=50)


class PostingSerializer(StrictSerializer):
    account = serializers.CharField(source="account.code")
    currency = serializers.CharField(source="account.currency")
    amount_minor = serializers.IntegerField(help_text="Debit positive, credit negative.")


class JournalEntrySerializer(StrictSerializer):
    id = serializers.UUIDField()
    event = serializers.CharField()
    memo = serializers.CharField()
    refs = serializers.DictField(child=serializers.CharField())
    happened_at = serializers.DateTimeField()
    reverses_id = serializers.UUIDField(allow_null=True)
    lines = PostingSerializer(many=True)


class JournalQuerySerializer(serializers.Serializer[Any]):
    """Exactly one of the three fields is required."""

    charge = serializers.UUIDField(required=False)
    payout = serializers.UUIDField(required=False)
    escrow = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Name one charge, one payout or one escrow.")
        return attrs


class PayoutAccountSerializer(serializers.ModelSerializer[PayoutAccount]):
    gateway = serializers.CharField(read_only=True, help_text="The gateway through which it is paid.")

    class Meta:
        model = PayoutAccount
        fields = ("id", "status", "country", "currency", "holder_name", "bank_name", "last4", "is_automatic", "gateway")
        read_only_fields = fields


class NewPayoutAccountSerializer(StrictSerializer):
    currency = serializers.CharField(min_length=3, max_length=3)
    holder_name = serializers.CharField(max_length=160)
    account_number = serializers.RegexField(
        r"^[A-Za-z0-9 ]{6,40}$",
        write_only=True,
        help_text="Passed to the processor; we store only the last four digits. For `bank`: an IBAN, which we store.",
    )
    is_automatic = StrictBooleanField(default=False)
    gateway = serializers.ChoiceField(
        choices=["", *GatewayName.values],
        default="",
        help_text="A gateway from `/payout-account/methods/`. Default: the processor.",
    )


class PayoutMethodSerializer(StrictSerializer):
    """A way to be paid other than the processor: from the platform's own balance, without currency exchange."""

    gateway = serializers.CharField(source="name")
    title = serializers.CharField(source="label")
    currencies = serializers.ListField(child=serializers.CharField())


class NewOnboardingSerializer(StrictSerializer):
    currency = serializers.CharField(min_length=3, max_length=3)
    holder_name = serializers.CharField(max_length=160)
    is_automatic = StrictBooleanField(default=False)


class OnboardingSerializer(StrictSerializer):
    account = PayoutAccountSerializer()
    url = serializers.URLField(
        help_text="The processor's page that asks for the bank account. It expires in minutes and opens only once."
    )


class AutomaticSerializer(StrictSerializer):
    is_automatic = StrictBooleanField()


class QuoteSerializer(serializers.ModelSerializer[FxQuote]):
    amount_from = MoneySerializer(read_only=True)
    amount_to = MoneySerializer(read_only=True)
    margin = MoneySerializer(read_only=True)

    class Meta:
        model = FxQuote
        fields = (
            "id", "amount_from", "amount_to", "margin", "mid", "customer_rate", "margin_bps", "rate_date", "source",
            "expires_at",
        )  # fmt: skip
        read_only_fields = fields


class NewQuoteSerializer(StrictSerializer):
    currency = serializers.CharField(min_length=3, max_length=3, help_text="The currency of the balance.")
    amount_minor = serializers.IntegerField(
        min_value=1, max_value=AMOUNT_MAX, required=False, help_text="In the currency of the balance."
    )
    all = StrictBooleanField(required=False, help_text="`true`, instead of an amount: the full balance.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("amount_minor" in attrs) == (attrs.get("all") is True):
            raise serializers.ValidationError(AMOUNT_OR_ALL)
        return attrs


class PayoutSerializer(serializers.ModelSerializer[Payout]):
    amount = MoneySerializer(read_only=True)
    amount_from = MoneySerializer(source="quote.amount_from", read_only=True)

    class Meta:
        model = Payout
        fields = (
            "id", "number", "status", "amount", "amount_from", "quote_id", "is_automatic", "failure_code",
            "requested_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class NewPayoutSerializer(StrictSerializer):
    quote_id = serializers.UUIDField(help_text="Accepting the quote requests the payout.")
