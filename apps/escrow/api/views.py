"""Endpoints of held money: it is moved by what happens to the work; staff may give a part of our own fee back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import to_money
from apps.common.errors import NotFound
from apps.escrow import operations, policies, queries
from apps.escrow.api.serializers import EscrowSerializer, GoodwillSerializer, NewGoodwillSerializer
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


class Goodwills(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=NewGoodwillSerializer,
        responses={201: GoodwillSerializer},
        operation_id="goodwill_give",
    )
    @idempotent
    def post(self, request: Request, release_id: UUID) -> Response:
        """Staff give a part of our fee of one release back, to either side, with a reason."""
        release = queries.release_visible_to(actor(request._request), release_id)
        policies.check_is_staff(actor(request._request))
        asked = NewGoodwillSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        made = operations.give_goodwill(
            goodwill_id=given["id"],
            release_id=release.id,
            to=given["to"],
            amount=to_money(given["amount"]),
            reason=given["reason"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(GoodwillSerializer(made).data, status=201)
