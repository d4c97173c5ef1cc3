from __future__ import annotations

from rest_framework import serializers

from apps.privacy.models import DataExport


class DataExportSerializer(serializers.ModelSerializer[DataExport]):
    class Meta:
        model = DataExport
        fields = ("id", "requested_at", "ready_at", "expires_at")
        read_only_fields = fields
