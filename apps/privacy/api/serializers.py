from __future__ import annotations

from rest_framework import serializers

from apps.privacy.models import DataExport, DataExportPart


class DataExportPartSerializer(serializers.ModelSerializer[DataExportPart]):
    size = serializers.IntegerField(source="file.size", read_only=True, help_text="In bytes.")

    class Meta:
        model = DataExportPart
        fields = ("number", "files", "size")
        read_only_fields = fields


class DataExportSerializer(serializers.ModelSerializer[DataExport]):
    parts = DataExportPartSerializer(many=True, read_only=True, help_text="Archives of the files that were uploaded.")

    class Meta:
        model = DataExport
        fields = ("id", "requested_at", "ready_at", "expires_at", "parts", "files_left_out")
        read_only_fields = fields
