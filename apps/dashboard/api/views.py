from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.errors import NotFound
from apps.dashboard.api.serializers import DeadlineSerializer
from apps.dashboard.queries.deadlines import deadlines


class Deadlines(APIView):
    """
    Return the acting organization's deadlines, from those of the last 30 days on, soonest first; at most 100 of each
    kind.
    """

    @extend_schema(responses=DeadlineSerializer(many=True), operation_id="deadlines")
    def get(self, request: Request) -> Response:
        organization_id = actor(request._request).organization_id
        if organization_id is None:
            raise NotFound
        return Response(DeadlineSerializer(deadlines(organization_id, timezone.now()), many=True).data)
