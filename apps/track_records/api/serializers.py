from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.track_records.rules import REFERENCE_CURRENCY


class WorkSerializer(serializers.Serializer[Any]):
    contracts_completed = serializers.IntegerField(source="completed")
    deliveries = serializers.IntegerField()
    on_time_bps = serializers.IntegerField(allow_null=True)
    clients = serializers.IntegerField()
    repeat_clients = serializers.IntegerField()
    is_payout_account_checked = serializers.BooleanField()


class HiringSerializer(serializers.Serializer[Any]):
    tasks_posted = serializers.IntegerField(source="posted")
    tasks_decided = serializers.IntegerField(source="decided")
    tasks_hired = serializers.IntegerField(source="hired")
    hire_bps = serializers.IntegerField(allow_null=True)
    decides_within_minutes = serializers.SerializerMethodField()
    paid_from_minor = serializers.IntegerField(source="paid_from.amount_minor", default=None, allow_null=True)
    paid_to_minor = serializers.IntegerField(source="paid_to.amount_minor", default=None, allow_null=True)
    approvals = serializers.IntegerField()
    on_time_bps = serializers.IntegerField(allow_null=True)

    def get_decides_within_minutes(self, hiring: Any) -> int | None:
        return None if hiring.decides_within is None else int(hiring.decides_within.total_seconds() // 60)


class RecordSerializer(serializers.Serializer[Any]):
    """
    Counted from what happened here. Shares (in basis points) and medians of fewer than three cases are null; what was
    paid is a band in `paid_currency`, null if nothing was paid or the band has no upper end.
    """

    work = WorkSerializer()
    hiring = HiringSerializer()
    paid_currency = serializers.SerializerMethodField()
    answers_within_minutes = serializers.SerializerMethodField()
    stars = serializers.ListField(
        child=serializers.IntegerField(), help_text="The number of reviews with one to five stars."
    )

    def get_paid_currency(self, record: Any) -> str:
        return REFERENCE_CURRENCY

    def get_answers_within_minutes(self, record: Any) -> int | None:
        return None if record.answers_within is None else int(record.answers_within.total_seconds() // 60)
