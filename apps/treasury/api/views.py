"""API endpoints of the treasury, for staff only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import check_no_body, to_money
from apps.common.errors import NotFound
from apps.gateways import policies, registry
from apps.payouts.api import serializers as payout_serializers
from apps.payouts.operations import dispatch
from apps.payouts.queries import liquidity, payouts
from apps.treasury.api import serializers
from apps.treasury.models.treasury import TreasuryKind
from apps.treasury.operations import internal_transfers as internal_transfer_operations
from apps.treasury.operations import top_ups, treasury
from apps.treasury.queries import holdings
from apps.treasury.queries import internal_transfers as internal_transfer_queries
from apps.treasury.states import InternalTransferStatus, TopUpStatus


class Treasury(APIView):
    """Tax to remit, our own money, the amounts missing in each currency, and the latest treasury operations."""

    @extend_schema(responses=serializers.TreasurySerializer, operation_id="treasury")
    def get(self, request: Request) -> Response:
        policies.check_is_staff(actor(request._request))
        result = {
            "holdings": holdings.holdings(),
            "top_ups": [
                {"currency": currency, "lacking": lacking}
                for currency, lacking in holdings.currencies_at(settings.PAYMENT_GATEWAY)
            ],
            "operations": holdings.recent_operations(),
        }
        return Response(serializers.TreasurySerializer(result).data)


class TreasuryOperations(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.NewTreasuryOperationSerializer,
        responses={201: serializers.TreasuryAnswerSerializer},
        operation_id="treasury_operation",
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """
        Remit collected tax, sweep our own money to the bank, add to the chargeback reserve, or top up the processor.
        """
        policies.check_is_staff(actor(request._request))
        serializer = serializers.NewTreasuryOperationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        validated_data = serializer.validated_data
        common = {
            "amount": to_money(validated_data["amount"]),
            "reason": validated_data["reason"],
            "actor": actor(request._request),
            "now": timezone.now(),
        }
        status: str = TopUpStatus.SUCCEEDED
        if validated_data["kind"] == TreasuryKind.TOP_UP:
            if validated_data["subject"] not in registry.names():
                raise NotFound
            status = top_ups.top_up(top_up_id=validated_data["id"], gateway=validated_data["subject"], **common).status
        else:
            treasury.record_operation(
                operation_id=validated_data["id"],
                kind=validated_data["kind"],
                subject=validated_data["subject"],
                **common,
            )
        answer = serializers.TreasuryAnswerSerializer({"id": validated_data["id"], "status": status})
        return Response(answer.data, status=201)


class TransferReversal(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=None,
        responses=payout_serializers.PayoutSerializer,
        operation_id="payout_reverse_transfer",
    )
    @idempotent
    def post(self, request: Request, payout_id: UUID) -> Response:
        """Move the cash of a returned payout to the platform's account. The freelancer's balance does not change."""
        check_no_body(request)
        policies.check_is_staff(actor(request._request))
        payout = payouts.payout_visible_to(actor(request._request), payout_id)
        returned = dispatch.reverse_transfer(payout_id=payout.id, actor=actor(request._request), now=timezone.now())
        return Response(payout_serializers.PayoutSerializer(returned).data)


class InternalTransfers(APIView):
    """The cash at each gateway, and the internal transfers between gateways."""

    @extend_schema(responses=serializers.LiquiditySerializer, operation_id="internal_transfers")
    def get(self, request: Request) -> Response:
        policies.check_is_staff(actor(request._request))
        result = {"gateways": liquidity.cash_by_gateway(), "transfers": internal_transfer_queries.internal_transfers()}
        return Response(serializers.LiquiditySerializer(result).data)

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.NewInternalTransferSerializer,
        responses={201: serializers.InternalTransferSerializer},
        operation_id="internal_transfer_propose",
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Propose an internal transfer. A second staff member has to approve it."""
        policies.check_is_staff(actor(request._request))
        serializer = serializers.NewInternalTransferSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        validated_data = serializer.validated_data
        internal_transfer = internal_transfer_operations.propose_transfer(
            transfer_id=validated_data["id"],
            source=validated_data["source"],
            target=validated_data["target"],
            amount=to_money(validated_data["amount"]),
            reason=validated_data["reason"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.InternalTransferSerializer(internal_transfer).data, status=201)


class OneInternalTransfer(APIView):
    @extend_schema(responses=serializers.OneInternalTransferSerializer, operation_id="internal_transfer")
    def get(self, request: Request, transfer_id: UUID) -> Response:
        policies.check_is_staff(actor(request._request))
        return self._response(transfer_id)

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.InternalTransferStepSerializer,
        responses=serializers.OneInternalTransferSerializer,
        operation_id="internal_transfer_step",
    )
    @idempotent
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Approve as a second person, cancel, or match a statement line of the gateway."""
        policies.check_is_staff(actor(request._request))
        serializer = serializers.InternalTransferStepSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        validated_data = serializer.validated_data
        common: dict[str, Any] = {"transfer_id": transfer_id, "actor": actor(request._request), "now": timezone.now()}
        if validated_data["step"] == "approve":
            internal_transfer_operations.approve_transfer(**common)
        elif validated_data["step"] == "cancel":
            internal_transfer_operations.cancel_transfer(**common)
        else:
            internal_transfer_operations.match_statement_line(
                line_id=validated_data.get("line_id") or UUID(int=0), **common
            )
        return self._response(transfer_id)

    def _response(self, transfer_id: UUID) -> Response:
        internal_transfer = internal_transfer_queries.internal_transfer(transfer_id)
        is_waiting = internal_transfer.status in (InternalTransferStatus.AGREED, InternalTransferStatus.LEFT)
        candidates = list(internal_transfer_queries.lines_of_transfer(internal_transfer)[:20]) if is_waiting else []
        return Response(
            serializers.OneInternalTransferSerializer({"transfer": internal_transfer, "candidates": candidates}).data
        )
