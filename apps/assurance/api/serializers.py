from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ChainSerializer(serializers.Serializer[dict[str, Any]]):
    links = serializers.IntegerField()
    head = serializers.CharField(
        help_text="SHA-256 of the last link of the hash chain over the journal entries, in hex."
    )


class CoverageSerializer(serializers.Serializer[dict[str, Any]]):
    """Amounts are in minor units of the currency."""

    currency = serializers.CharField()
    owed_minor = serializers.IntegerField()
    root = serializers.CharField(  # type: ignore[assignment]  # a field of that name, not the tree of serializers
        allow_null=True, help_text="Root of the Merkle-sum tree over all balances, in hex."
    )
    leaves = serializers.IntegerField()
    at_processor_minor = serializers.IntegerField(allow_null=True)
    booked_minor = serializers.IntegerField()
    at_connected_minor = serializers.IntegerField()
    at_bank_minor = serializers.IntegerField()
    in_exchange_minor = serializers.IntegerField()
    own_minor = serializers.IntegerField()
    is_covered = serializers.BooleanField()


class LiabilityReportSerializer(serializers.Serializer[dict[str, Any]]):
    night = serializers.DateField()
    taken_at = serializers.DateTimeField()
    gateway = serializers.CharField()
    processor_answered = serializers.BooleanField()
    chain = ChainSerializer()
    currencies = CoverageSerializer(many=True)
    trial_balance = serializers.ListField(
        child=serializers.JSONField(),
        help_text="[group of accounts, currency, balance in minor units (debit positive)]",
    )


class StepSerializer(serializers.Serializer[dict[str, Any]]):
    side = serializers.ChoiceField(choices=["left", "right"])
    hash = serializers.CharField()
    sum = serializers.IntegerField()


class RootSerializer(serializers.Serializer[dict[str, Any]]):
    hash = serializers.CharField()
    sum = serializers.IntegerField()


class InclusionSerializer(serializers.Serializer[dict[str, Any]]):
    account = serializers.CharField()
    currency = serializers.CharField()
    amount_minor = serializers.IntegerField()
    nonce = serializers.CharField()
    path = StepSerializer(many=True)
    root = RootSerializer()


class ProofSerializer(serializers.Serializer[dict[str, Any]]):
    format = serializers.CharField()
    night = serializers.DateField()
    organization = serializers.UUIDField()
    proofs = InclusionSerializer(many=True)


class NightSerializer(serializers.Serializer[dict[str, Any]]):
    night = serializers.DateField(required=False, help_text="Default: the newest report.")
