"""Uploads through the API: stored privately; only the uploader can attach a file to something."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.files import operations
from apps.files.models import StoredFile


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField()


class StoredFileSerializer(serializers.ModelSerializer[StoredFile]):
    class Meta:
        model = StoredFile
        fields = ("id", "name", "content_type", "size", "sha256", "created_at")
        read_only_fields = fields


class Files(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(request=UploadSerializer, responses={201: StoredFileSerializer}, operation_id="file_upload")
    def post(self, request: Request) -> Response:
        """Upload a file; afterwards attach it by its id to a task or a delivery."""
        serializer = UploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user_id = request.user.pk
        assert user_id is not None, "strangers are refused before"
        stored = operations.store(upload=serializer.validated_data["file"], uploaded_by_id=user_id, now=timezone.now())
        return Response(StoredFileSerializer(stored).data, status=201)
