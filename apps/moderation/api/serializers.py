from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.moderation.models import Objection, Report, Statement
from apps.moderation.states import Decision, Reason, Subject


class NewReportSerializer(serializers.Serializer[Any]):
    subject_type = serializers.ChoiceField(choices=Subject.choices)
    subject_id = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=Reason.choices)
    text = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ReportSerializer(serializers.ModelSerializer[Report]):
    class Meta:
        model = Report
        fields = ("id", "subject_type", "subject_id", "reason", "text", "status", "reported_at", "decided_at")


class CaseSerializer(serializers.ModelSerializer[Report]):
    """A report as staff see it."""

    affected_id = serializers.UUIDField()

    class Meta:
        model = Report
        fields = (
            "id", "subject_type", "subject_id", "affected_id", "reason", "text", "source_language", "snapshot",
            "status", "reported_at", "decided_at", "decision_reason",
        )  # fmt: skip


class ReportDecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=Decision.choices)
    ground = serializers.ChoiceField(choices=Reason.choices)
    facts = serializers.CharField(max_length=2000)


class NewObjectionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)


class ObjectionSerializer(serializers.ModelSerializer[Objection]):
    class Meta:
        model = Objection
        fields = ("id", "statement_id", "text", "sent_at", "status", "answer", "answered_at")


class StatementOfReasonsSerializer(serializers.ModelSerializer[Statement]):
    class Meta:
        model = Statement
        fields = ("id", "subject_type", "subject_id", "title", "ground", "facts", "issued_at")
