"""Endpoints of the operator's own money: for staff alone."""

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
from apps.payouts.api import serializers as serializer_api
from apps.payouts.operations import dispatch
from apps.payouts.queries import liquidity, payouts
from apps.treasury.api import serializers
from apps.treasury.models.treasury import TreasuryKind
from apps.treasury.operations import internal_transfers as internal_transfer_operations
from apps.treasury.operations import top_ups, treasury
from apps.treasury.queries import holdings
from apps.treasury.queries import internal_transfers as internal_transfer_queries
from apps.treasury.states import CashMoveStatus, TopUpStatus


class Treasury(APIView):
    """What is kept for tax offices, what is our own, what the reserve lacks; and what was done."""

    @extend_schema(responses=serializers.TreasurySerializer, operation_id="treasury")
    def get(self, request: Request) -> Response:
        policies.check_is_staff(actor(request._request))
        result = {
            "holdings": holdings.holdings(),
            "top_ups": [
                {"currency": currency, "lacking": lacking}
                for currency, lacking in holdings.currencies_at(settings.PAYMENT_GATEWAY)
            ],
            "acts": holdings.recent_acts(),
        }
        return Response(serializers.TreasurySerializer(result).data)


class TreasuryActs(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.NewTreasuryActSerializer,
        responses={201: serializers.TreasuryAnswerSerializer},
        operation_id="treasury_act",
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Hand kept tax on, sweep our own money to the bank, lay aside for chargebacks, or bring our own money."""
        policies.check_is_staff(actor(request._request))
        serializer = serializers.NewTreasuryActSerializer(data=request.data)
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
            treasury.act(
                act_id=validated_data["id"], kind=validated_data["kind"], subject=validated_data["subject"], **common
            )
        answer = serializers.TreasuryAnswerSerializer({"id": validated_data["id"], "status": status})
        return Response(answer.data, status=201)


class TransferReversal(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=None,
        responses=serializer_api.PayoutSerializer,
        operation_id="payout_reverse_transfer",
    )
    @idempotent
    def post(self, request: Request, payout_id: UUID) -> Response:
        """Take the cash of a payout that came back onto our own account; what the freelancer has does not change."""
        check_no_body(request)
        policies.check_is_staff(actor(request._request))
        payout = payouts.payout_visible_to(actor(request._request), payout_id)
        reversed_one = dispatch.reverse_transfer(payout_id=payout.id, actor=actor(request._request), now=timezone.now())
        return Response(serializer_api.PayoutSerializer(reversed_one).data)


class CashMoves(APIView):
    """What each door holds, and cash moved between them."""

    @extend_schema(responses=serializers.CashAtDoorsSerializer, operation_id="cash_moves")
    def get(self, request: Request) -> Response:
        policies.check_is_staff(actor(request._request))
        result = {"doors": liquidity.cash_at_doors(), "moves": internal_transfer_queries.cash_moves()}
        return Response(serializers.CashAtDoorsSerializer(result).data)

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.NewCashMoveSerializer,
        responses={201: serializers.CashMoveSerializer},
        operation_id="cash_move_propose",
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """One member of staff wants cash moved; a second has to agree."""
        policies.check_is_staff(actor(request._request))
        serializer = serializers.NewCashMoveSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        validated_data = serializer.validated_data
        cash_move = internal_transfer_operations.propose_move(
            move_id=validated_data["id"],
            source=validated_data["source"],
            target=validated_data["target"],
            amount=to_money(validated_data["amount"]),
            reason=validated_data["reason"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.CashMoveSerializer(cash_move).data, status=201)


class OneCashMove(APIView):
    @extend_schema(responses=serializers.OneCashMoveSerializer, operation_id="cash_move")
    def get(self, request: Request, move_id: UUID) -> Response:
        policies.check_is_staff(actor(request._request))
        return self._shown(move_id)

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.CashMoveStepSerializer,
        responses=serializers.OneCashMoveSerializer,
        operation_id="cash_move_step",
    )
    @idempotent
    def post(self, request: Request, move_id: UUID) -> Response:
        """Agree as a second person, call it off, or say which line of a door shows it."""
        policies.check_is_staff(actor(request._request))
        serializer = serializers.CashMoveStepSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        validated_data = serializer.validated_data
        common: dict[str, Any] = {"move_id": move_id, "actor": actor(request._request), "now": timezone.now()}
        if validated_data["step"] == "agree":
            internal_transfer_operations.agree_to_move(**common)
        elif validated_data["step"] == "call_off":
            internal_transfer_operations.call_move_off(**common)
        else:
            internal_transfer_operations.point_to_line(line_id=validated_data.get("line_id") or UUID(int=0), **common)
        return self._shown(move_id)

    def _shown(self, move_id: UUID) -> Response:
        cash_move = internal_transfer_queries.cash_move(move_id)
        is_waiting = cash_move.status in (CashMoveStatus.AGREED, CashMoveStatus.LEFT)
        candidates = list(internal_transfer_queries.lines_of_move(cash_move)[:20]) if is_waiting else []
        return Response(serializers.OneCashMoveSerializer({"move": cash_move, "candidates": candidates}).data)
