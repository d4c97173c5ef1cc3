from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.queries import profiles
from apps.track_records import queries
from apps.track_records.api.serializers import RecordSerializer


class PersonRecord(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=RecordSerializer, operation_id="person_record")
    def get(self, request: Request, handle: str) -> Response:
        """Return the track record of a person, team or company with a public profile."""
        visible = profiles.profiles_visible_to(actor(request._request))
        profile = get_object_or_404(visible, organization__handle=handle)
        record = queries.record(profile.organization_id)
        return Response(RecordSerializer(record).data)
