from __future__ import annotations

from rest_framework import serializers

from apps.legal.models import LegalText


class LegalTextSerializer(serializers.ModelSerializer[LegalText]):
    kind = serializers.CharField(source="version.kind")
    number = serializers.IntegerField(source="version.number")
    effective_at = serializers.DateTimeField(source="version.effective_at")

    class Meta:
        model = LegalText
        fields = ("kind", "number", "effective_at", "language", "title", "body", "sha256")
        read_only_fields = fields
