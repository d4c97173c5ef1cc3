"""Endpoints of bids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.queries import organizations
from apps.bidding import operations, queries
from apps.bidding.api import serializers
from apps.bidding.models import Bid
from apps.bidding.operations import AmountMissing
from apps.bidding.policies import check_can_judge
from apps.common.api.serializers import MoneySerializer
from apps.common.ids import uuid_or_none
from apps.common.money import Money
from apps.pricing.queries.previews import EmployerCost
from apps.tasks import queries as tasks


def _readable(request: Request) -> QuerySet[Bid]:
    bids = queries.bids_readable_by(actor(request._request), timezone.now())
    return bids.prefetch_related("milestones", "answers")


def _costs(request: Request, bids: Sequence[Bid]) -> dict[UUID, EmployerCost]:
    """Return the cost of bids for one task; empty unless the actor is its employer."""
    if not bids or bids[0].task.employer_id != actor(request._request).organization_id:
        return {}
    return queries.employer_costs(bids[0].task, bids, timezone.now())


def _response(request: Request, bid_id: UUID, status: int = 200) -> Response:
    bid = get_object_or_404(_readable(request), id=bid_id)
    shown = serializers.BidSerializer(bid, context={"costs": _costs(request, [bid])})
    return Response(shown.data, status=status)


class Bids(ListAPIView[Bid]):
    """List the organization's own bids, or with `task_id` those received on its own task."""

    serializer_class = serializers.BidSerializer

    @extend_schema(parameters=[OpenApiParameter("task_id", UUID)], operation_id="bids")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Bid]:
        if getattr(self, "swagger_fake_view", False):
            return Bid.objects.none()
        asker = actor(self.request._request)
        task_id = self.request.query_params.get("task_id", "")
        if not task_id:
            return _readable(self.request).filter(bidder_id=asker.organization_id or UUID(int=0))
        task = get_object_or_404(tasks.tasks_visible_to(asker), id=uuid_or_none(task_id))
        check_can_judge(asker, task, timezone.now())
        return _readable(self.request).filter(task=task).exclude(status="withdrawn")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self.costs = _costs(self.request, page) if page and self.request.query_params.get("task_id") else {}
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "costs": getattr(self, "costs", {})}

    @extend_schema(
        request=serializers.NewBidSerializer, responses={201: serializers.BidSerializer}, operation_id="bid_submit"
    )
    def post(self, request: Request) -> Response:
        serializer = serializers.NewBidSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asker = actor(request._request)
        task = get_object_or_404(tasks.tasks_visible_to(asker), id=serializer.validated_data["task_id"])
        bid = operations.submit_bid(task_id=task.id, draft=serializer.draft(), actor=asker, now=timezone.now())
        return _response(request, bid.id, 201)


class OneBid(APIView):
    @extend_schema(responses=serializers.BidSerializer, operation_id="bid")
    def get(self, request: Request, bid_id: UUID) -> Response:
        return _response(request, bid_id)

    @extend_schema(request=serializers.BidDraftSerializer, responses=serializers.BidSerializer, operation_id="bid_edit")
    def put(self, request: Request, bid_id: UUID) -> Response:
        """Replace the bid's content while bidding is open."""
        bid = get_object_or_404(_readable(request), id=bid_id)
        serializer = serializers.BidDraftSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        operations.edit_bid(bid_id=bid.id, draft=serializer.draft(), actor=actor(request._request), now=timezone.now())
        return _response(request, bid.id)


class _Step(APIView):
    verb: Any

    def _step(self, request: Request, bid_id: UUID, **more: Any) -> Response:
        bid = get_object_or_404(_readable(request), id=bid_id)
        type(self).verb(bid_id=bid.id, actor=actor(request._request), now=timezone.now(), **more)
        return _response(request, bid.id)


class Withdraw(_Step):
    verb = staticmethod(operations.withdraw_bid)

    @extend_schema(request=None, responses=serializers.BidSerializer, operation_id="bid_withdraw")
    def post(self, request: Request, bid_id: UUID) -> Response:
        return self._step(request, bid_id)


class Shortlist(_Step):
    verb = staticmethod(operations.shortlist)

    @extend_schema(request=None, responses=serializers.BidSerializer, operation_id="bid_shortlist")
    def post(self, request: Request, bid_id: UUID) -> Response:
        return self._step(request, bid_id)


class Decline(_Step):
    verb = staticmethod(operations.decline_bid)

    @extend_schema(
        request=serializers.DeclineSerializer, responses=serializers.BidSerializer, operation_id="bid_decline"
    )
    def post(self, request: Request, bid_id: UUID) -> Response:
        serializer = serializers.DeclineSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._step(request, bid_id, **serializer.validated_data)


class Reason(_Step):
    """Give the reason why a bid was not taken, after the award or the task's end."""

    verb = staticmethod(operations.explain_bid)

    @extend_schema(
        request=serializers.DeclineSerializer, responses=serializers.BidSerializer, operation_id="bid_explain"
    )
    def post(self, request: Request, bid_id: UUID) -> Response:
        serializer = serializers.DeclineSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._step(request, bid_id, **serializer.validated_data)


class Debrief(APIView):
    """What the organization learns about its own bid that was not chosen; 404 for any other bid."""

    @extend_schema(responses=serializers.DebriefSerializer, operation_id="bid_debrief")
    def get(self, request: Request, bid_id: UUID) -> Response:
        own = _readable(request).filter(bidder_id=actor(request._request).organization_id)
        bid = get_object_or_404(own, id=bid_id)
        debrief = queries.debrief(bid, timezone.now())
        if debrief is None:
            raise Http404
        return Response(serializers.DebriefSerializer({"bid": bid, "debrief": debrief}).data)


class Preview(APIView):
    @extend_schema(
        parameters=[serializers.PreviewQuerySerializer],
        responses=serializers.PreviewSerializer,
        operation_id="bid_preview",
    )
    def get(self, request: Request) -> Response:
        """Return what the caller would receive for a price, after fee, tax and exchange."""
        serializer = serializers.PreviewQuerySerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        asker, fields = actor(request._request), serializer.validated_data
        task = get_object_or_404(tasks.tasks_visible_to(asker), id=fields["task_id"])
        currency = MoneySerializer().validate_currency(fields["currency"])
        if asker.organization_id is None:
            raise AmountMissing
        bidder = organizations.organization(asker.organization_id)
        preview = queries.preview(
            task,
            bidder,
            Money(fields["amount_minor"], currency),
            timezone.now(),
            fields["exchange_bearer"],
            milestones=fields["milestone_minor"],
        )
        received = preview.received
        body = {
            "binding": preview.binding,
            "exchange": preview.exchange,
            "commission": received.commission,
            "tax": received.tax,
            "withheld": received.withheld,
            "net": received.net,
            "payout": received.payout,
            "relationship": received.relationship,
            "notes": list(received.notes),
        }
        return Response(serializers.PreviewSerializer(body).data)
