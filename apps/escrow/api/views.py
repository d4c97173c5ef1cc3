"""Endpoints of held money: read only. It is moved by what happens to the work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.errors import NotFound
from apps.escrow import queries
from apps.escrow.api.serializers import EscrowSerializer
from apps.escrow.models import Escrow


class Escrows(ListAPIView[Escrow]):
    """Held for, or paid in by, the organization; newest first."""

    serializer_class = EscrowSerializer

    @extend_schema(operation_id="escrows")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Escrow]:
        if getattr(self, "swagger_fake_view", False):
            return Escrow.objects.none()
        organization_id = actor(self.request._request).organization_id
        if organization_id is None:
            raise NotFound
        return queries.escrows_of(organization_id).prefetch_related("releases")


class OneEscrow(APIView):
    @extend_schema(responses=EscrowSerializer, operation_id="escrow")
    def get(self, request: Request, escrow_id: UUID) -> Response:
        return Response(EscrowSerializer(queries.escrow_visible_to(actor(request._request), escrow_id)).data)
