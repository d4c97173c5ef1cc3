"""
API endpoints for escrows, releases, goodwill refunds of our fee, and recoveries after fraud. Escrowed money moves only
through the work it pays for.
"""

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
from apps.escrow import policies
from apps.escrow.api.serializers import (
    AppealAnswerSerializer,
    AppealSerializer,
    EscrowSerializer,
    GoodwillSerializer,
    NewGoodwillSerializer,
    NewRecoverySerializer,
    RecoverySerializer,
)
from apps.escrow.models import Escrow
from apps.escrow.operations import goodwill, recoveries
from apps.escrow.queries import escrows, releases
from apps.escrow.queries import recoveries as recovery_queries


class Escrows(ListAPIView[Escrow]):
    """The escrows that the organization pays or is paid from, newest first."""

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
        return escrows.escrows_of(organization_id).prefetch_related("releases")


class OneEscrow(APIView):
    @extend_schema(responses=EscrowSerializer, operation_id="escrow")
    def get(self, request: Request, escrow_id: UUID) -> Response:
        return Response(EscrowSerializer(escrows.escrow_visible_to(actor(request._request), escrow_id)).data)


class Goodwills(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=NewGoodwillSerializer,
        responses={201: GoodwillSerializer},
        operation_id="goodwill_give",
    )
    @idempotent
    def post(self, request: Request, release_id: UUID) -> Response:
        """Staff refund part of our fee on one release to either side, with a reason."""
        release = releases.release_visible_to(actor(request._request), release_id)
        policies.check_is_staff(actor(request._request))
        serializer = NewGoodwillSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        validated_data = serializer.validated_data
        given_goodwill = goodwill.give_goodwill(
            goodwill_id=validated_data["id"],
            release_id=release.id,
            to=validated_data["to"],
            amount=to_money(validated_data["amount"]),
            reason=validated_data["reason"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(GoodwillSerializer(given_goodwill).data, status=201)


class Recoveries(APIView):
    @extend_schema(responses=RecoverySerializer(many=True), operation_id="recoveries")
    def get(self, request: Request) -> Response:
        """The recoveries (money claimed back for fraud) against your organization, open and closed, newest first."""
        organization_id = actor(request._request).organization_id
        result = recovery_queries.recoveries_of(organization_id) if organization_id else []
        return Response(RecoverySerializer(result, many=True).data)


class DecideRecovery(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=NewRecoverySerializer,
        responses={201: RecoverySerializer},
        operation_id="recovery_decide",
    )
    @idempotent
    def post(self, request: Request, chargeback_id: UUID) -> Response:
        """
        Staff claim back, for fraud, the money a freelancer received from a payment lost in a chargeback. The freelancer
        can appeal.
        """
        policies.check_decides_recoveries(actor(request._request))
        serializer = NewRecoverySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        recovery = recoveries.decide_recovery(
            chargeback_id=chargeback_id,
            amount=to_money(serializer.validated_data["amount"]),
            reasons=serializer.validated_data["reasons"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(RecoverySerializer(recovery).data, status=201)


class OneRecovery(APIView):
    @extend_schema(responses=RecoverySerializer, operation_id="recovery")
    def get(self, request: Request, recovery_id: UUID) -> Response:
        return Response(
            RecoverySerializer(recovery_queries.recovery_visible_to(actor(request._request), recovery_id)).data
        )


class AppealRecovery(APIView):
    @extend_schema(request=AppealSerializer, responses=RecoverySerializer, operation_id="recovery_appeal")
    def post(self, request: Request, recovery_id: UUID) -> Response:
        """Appeal the decision. Only one appeal is allowed, before `appeal_by`."""
        recovery = recovery_queries.recovery_visible_to(actor(request._request), recovery_id)
        serializer = AppealSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        appealed = recoveries.appeal_recovery(
            recovery_id=recovery.id,
            text=serializer.validated_data["text"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(RecoverySerializer(appealed).data)


class AnswerAppeal(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=AppealAnswerSerializer,
        responses=RecoverySerializer,
        operation_id="recovery_answer_appeal",
    )
    @idempotent
    def post(self, request: Request, recovery_id: UUID) -> Response:
        """A second staff member answers the appeal. If it is rejected, the money is claimed back."""
        recovery = recovery_queries.recovery_visible_to(actor(request._request), recovery_id)
        serializer = AppealAnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        answered = recoveries.answer_appeal(
            recovery_id=recovery.id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return Response(RecoverySerializer(answered).data)
