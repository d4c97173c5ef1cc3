"""Endpoints of disputes. Those that move money require an Idempotency-Key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.states import KeyScope
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import check_no_body, to_money
from apps.common.money import Money
from apps.contracts.queries import milestones
from apps.disputes import operations, policies, queries
from apps.disputes.api import serializers
from apps.disputes.models import Dispute, SplitProposal


def _dispute(request: Request, dispute_id: UUID) -> Dispute:
    return get_object_or_404(queries.disputes_visible_to(actor(request._request)), id=dispute_id)


def _response(dispute_id: UUID, status: int = 200) -> Response:
    disputes = Dispute.objects.select_related("milestone").prefetch_related("statements", "proposals__dispute")
    return Response(serializers.DisputeSerializer(disputes.get(id=dispute_id)).data, status=status)


class Disputes(ListAPIView[Dispute]):
    """List the disputes of the organization's own contracts, newest first."""

    serializer_class = serializers.DisputeSerializer

    @extend_schema(operation_id="disputes")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Dispute]:
        if getattr(self, "swagger_fake_view", False):
            return Dispute.objects.none()
        disputes = queries.disputes_visible_to(actor(self.request._request))
        return disputes.prefetch_related("statements", "proposals__dispute").order_by("-opened_at", "-id")


class MilestoneDisputes(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.NewDisputeSerializer,
        responses={201: serializers.DisputeSerializer},
        operation_id="dispute_open",
    )
    @idempotent
    def post(self, request: Request, milestone_id: UUID) -> Response:
        """Open a dispute about a milestone: the money held for it is frozen at once."""
        asker = actor(request._request)
        milestone = get_object_or_404(milestones.milestones_visible_to(asker), id=milestone_id)
        serializer = serializers.NewDisputeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        dispute = operations.open_dispute(
            milestone_id=milestone.id,
            reason=serializer.validated_data["reason"],
            text=serializer.validated_data["text"],
            source_language=serializer.validated_data["source_language"],
            freelancer_part=to_money(serializer.validated_data["freelancer_part"]),
            actor=asker,
            now=timezone.now(),
        )
        return _response(dispute.id, 201)


class OneDispute(APIView):
    @extend_schema(responses=serializers.DisputeSerializer, operation_id="dispute")
    def get(self, request: Request, dispute_id: UUID) -> Response:
        return _response(_dispute(request, dispute_id).id)


class Outcome(APIView):
    @extend_schema(
        parameters=[serializers.OutcomeQuerySerializer],
        responses=serializers.OutcomeSerializer,
        operation_id="dispute_outcome",
    )
    def get(self, request: Request, dispute_id: UUID) -> Response:
        """
        Return what each side would get if this many minor units went to the freelancer. Only while the dispute is open.
        """
        dispute = _dispute(request, dispute_id)
        serializer = serializers.OutcomeQuerySerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        part = Money(serializer.validated_data["freelancer_minor"], dispute.currency)
        policies.check_part(part, dispute.amount)
        policies.check_is_open(dispute)
        outcome = queries.outcome(dispute, part)
        body = {
            "freelancer_gross": outcome.freelancer.gross,
            "fee": outcome.freelancer.commission + outcome.freelancer.tax,
            "withheld": outcome.freelancer.withheld,
            "freelancer_net": outcome.freelancer.net,
            "employer_back": outcome.to_employer,
            "employer_fee_back": outcome.fee_back,
        }
        return Response(serializers.OutcomeSerializer(body).data)


class Statements(APIView):
    @extend_schema(
        request=serializers.NewStatementSerializer,
        responses={201: serializers.DisputeSerializer},
        operation_id="dispute_say",
    )
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Answer, or add to an earlier statement."""
        dispute = _dispute(request, dispute_id)
        serializer = serializers.NewStatementSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        operations.say(
            dispute_id=dispute.id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return _response(dispute.id, 201)


class Proposals(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        request=serializers.NewSplitSerializer,
        responses={201: serializers.DisputeSerializer},
        operation_id="dispute_propose",
    )
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Propose how to split the frozen money; replaces the caller's earlier proposal."""
        dispute = _dispute(request, dispute_id)
        serializer = serializers.NewSplitSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        operations.propose_split(
            dispute_id=dispute.id,
            freelancer_part=to_money(serializer.validated_data["freelancer_part"]),
            actor=actor(request._request),
            now=timezone.now(),
        )
        return _response(dispute.id, 201)


class Accept(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        parameters=[NEEDS_KEY], request=None, responses=serializers.DisputeSerializer, operation_id="dispute_accept"
    )
    @idempotent
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Accept the other side's proposal: the money is split accordingly."""
        check_no_body(request)
        visible = queries.disputes_visible_to(actor(request._request))
        proposal = get_object_or_404(SplitProposal.objects.filter(dispute__in=visible), id=proposal_id)
        operations.accept_split(proposal_id=proposal.id, actor=actor(request._request), now=timezone.now())
        return _response(proposal.dispute_id)


class Withdraw(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        parameters=[NEEDS_KEY], request=None, responses=serializers.DisputeSerializer, operation_id="dispute_withdraw"
    )
    @idempotent
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Withdraw a dispute that the caller opened."""
        check_no_body(request)
        dispute = _dispute(request, dispute_id)
        operations.withdraw(dispute_id=dispute.id, actor=actor(request._request), now=timezone.now())
        return _response(dispute.id)


class Decide(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.NewDecisionSerializer,
        responses=serializers.DisputeSerializer,
        operation_id="dispute_decide",
    )
    @idempotent
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Staff decide the dispute, with reasons that both sides can read."""
        policies.check_is_staff(actor(request._request))
        dispute = _dispute(request, dispute_id)
        serializer = serializers.NewDecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        operations.decide(
            dispute_id=dispute.id,
            freelancer_part=to_money(serializer.validated_data["freelancer_part"]),
            reasons=serializer.validated_data["reasons"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return _response(dispute.id)
