"""Endpoints of the operator's own money: for staff alone."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import to_money
from apps.common.errors import NotFound
from apps.payments import operations, policies, queries
from apps.payments.api import serializers
from apps.payments.gateways import doors
from apps.payments.states import TopUpStatus, TreasuryKind


class Treasury(APIView):
    """What is kept for tax offices, what is our own, what the reserve lacks; and what was done."""

    @extend_schema(responses=serializers.TreasurySerializer, operation_id="treasury")
    def get(self, request: Request) -> Response:
        policies.check_is_staff(actor(request._request))
        found = {
            "holdings": queries.holdings(),
            "top_ups": [
                {"currency": currency, "lacking": lacking}
                for currency, lacking in queries.currencies_at(settings.PAYMENT_GATEWAY)
            ],
            "acts": queries.recent_acts(),
        }
        return Response(serializers.TreasurySerializer(found).data)


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
        asked = serializers.NewTreasuryActSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        common = {
            "amount": to_money(given["amount"]),
            "reason": given["reason"],
            "actor": actor(request._request),
            "now": timezone.now(),
        }
        status: str = TopUpStatus.SUCCEEDED
        if given["kind"] == TreasuryKind.TOP_UP:
            if given["subject"] not in doors.names():
                raise NotFound
            status = operations.top_up(top_up_id=given["id"], gateway=given["subject"], **common).status
        else:
            operations.act(act_id=given["id"], kind=given["kind"], subject=given["subject"], **common)
        answer = serializers.TreasuryAnswerSerializer({"id": given["id"], "status": status})
        return Response(answer.data, status=201)


class TransferReversal(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=None,
        responses=serializers.PayoutSerializer,
        operation_id="payout_reverse_transfer",
    )
    @idempotent
    def post(self, request: Request, payout_id: UUID) -> Response:
        """Take the cash of a payout that came back onto our own account; what the freelancer has does not change."""
        policies.check_is_staff(actor(request._request))
        payout = queries.payout_visible_to(actor(request._request), payout_id)
        reversed_one = operations.reverse_transfer(
            payout_id=payout.id, actor=actor(request._request), now=timezone.now()
        )
        return Response(serializers.PayoutSerializer(reversed_one).data)
