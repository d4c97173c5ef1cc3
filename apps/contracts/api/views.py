"""Endpoints of contracts. Those that move money require an Idempotency-Key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.states import KeyScope
from apps.bidding import queries as bids
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import check_no_body, to_money
from apps.contracts import policies
from apps.contracts.api import serializers
from apps.contracts.models import CancellationProposal, Contract, Milestone
from apps.contracts.operations import cancellations, leaving, milestones, offers
from apps.contracts.operations.milestones import Check
from apps.contracts.queries import contracts, timeline
from apps.contracts.queries import milestones as milestone_queries
from apps.invoicing.queries import documents
from apps.payments.queries import methods


def _contract(request: Request, contract_id: UUID) -> Contract:
    return get_object_or_404(contracts.contracts_visible_to(actor(request._request)), id=contract_id)


def _milestone(request: Request, milestone_id: UUID) -> Milestone:
    return get_object_or_404(milestone_queries.milestones_visible_to(actor(request._request)), id=milestone_id)


def _response(contract_id: UUID, status: int = 200) -> Response:
    return Response(serializers.ContractSerializer(Contract.objects.get(id=contract_id)).data, status=status)


def _milestone_response(milestone_id: UUID) -> Response:
    milestone = Milestone.objects.select_related("escrow").get(id=milestone_id)
    return Response(serializers.MilestoneSerializer(milestone).data)


class Contracts(ListAPIView[Contract]):
    serializer_class = serializers.ContractSerializer

    @extend_schema(operation_id="contracts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Contract]:
        if getattr(self, "swagger_fake_view", False):
            return Contract.objects.none()
        return contracts.contracts_visible_to(actor(self.request._request))

    @extend_schema(
        request=serializers.AwardSerializer,
        responses={201: serializers.ContractSerializer},
        operation_id="contract_offer",
    )
    def post(self, request: Request) -> Response:
        """Offer a contract to a bidder."""
        serializer = serializers.AwardSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        readable = bids.bids_readable_by(actor(request._request), timezone.now())
        bid = get_object_or_404(readable, id=serializer.validated_data["bid_id"])
        contract = offers.award(bid_id=bid.id, actor=actor(request._request), now=timezone.now())
        return _response(contract.id, 201)


class OfferAgain(APIView):
    @extend_schema(
        request=serializers.AwardSerializer,
        responses={201: serializers.ContractSerializer},
        operation_id="contract_offer_again",
    )
    def post(self, request: Request, contract_id: UUID) -> Response:
        """After this contract ended without being completed, offer one to another bidder of the task."""
        contract = _contract(request, contract_id)
        serializer = serializers.AwardSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        readable = bids.bids_readable_by(actor(request._request), timezone.now()).filter(task_id=contract.task_id)
        bid = get_object_or_404(readable, id=serializer.validated_data["bid_id"])
        offer = offers.offer_to_other_bidder(
            contract_id=contract.id, bid_id=bid.id, actor=actor(request._request), now=timezone.now()
        )
        return _response(offer.id, 201)


class OneContract(APIView):
    @extend_schema(responses=serializers.ContractSerializer, operation_id="contract")
    def get(self, request: Request, contract_id: UUID) -> Response:
        return Response(serializers.ContractSerializer(_contract(request, contract_id)).data)


class Accept(APIView):
    @extend_schema(request=None, responses=serializers.ContractSerializer, operation_id="contract_accept")
    def post(self, request: Request, contract_id: UUID) -> Response:
        check_no_body(request)
        contract = _contract(request, contract_id)
        offers.accept_offer(contract_id=contract.id, actor=actor(request._request), now=timezone.now())
        return _response(contract.id)


class Decline(APIView):
    @extend_schema(
        request=serializers.ReasonSerializer, responses=serializers.ContractSerializer, operation_id="contract_decline"
    )
    def post(self, request: Request, contract_id: UUID) -> Response:
        contract = _contract(request, contract_id)
        serializer = serializers.ReasonSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        offers.decline_offer(
            contract_id=contract.id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return _response(contract.id)


class Leave(APIView):
    @extend_schema(
        request=serializers.ReasonSerializer, responses=serializers.ContractSerializer, operation_id="contract_leave"
    )
    def post(self, request: Request, contract_id: UUID) -> Response:
        """The freelancer leaves a contract of which nothing was ever paid in. Needs a reason."""
        contract = _contract(request, contract_id)
        serializer = serializers.ReasonSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        leaving.leave_contract(
            contract_id=contract.id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return _response(contract.id)


class TakeBack(APIView):
    @extend_schema(request=None, responses=serializers.ContractSerializer, operation_id="contract_take_back")
    def post(self, request: Request, contract_id: UUID) -> Response:
        check_no_body(request)
        contract = _contract(request, contract_id)
        offers.take_back_offer(contract_id=contract.id, actor=actor(request._request), now=timezone.now())
        return _response(contract.id)


class HireAgain(APIView):
    @extend_schema(request=None, responses={201: serializers.DraftSerializer}, operation_id="contract_hire_again")
    def post(self, request: Request, contract_id: UUID) -> Response:
        """Create a draft of the same work, on which only this freelancer may bid. Publish it as any other task."""
        check_no_body(request)
        contract = _contract(request, contract_id)
        draft = offers.hire_again(contract_id=contract.id, actor=actor(request._request), now=timezone.now())
        return Response({"task_id": str(draft.id)}, status=201)


class Timeline(APIView):
    @extend_schema(responses=serializers.TimelineItemSerializer(many=True), operation_id="contract_timeline")
    def get(self, request: Request, contract_id: UUID) -> Response:
        """List everything that happened, oldest first."""
        items = timeline.timeline(_contract(request, contract_id))
        return Response(serializers.TimelineItemSerializer(items, many=True).data)


class Fund(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.FundSerializer,
        responses={201: serializers.CheckoutSerializer},
        operation_id="milestone_fund",
    )
    @idempotent
    def post(self, request: Request, milestone_id: UUID) -> Response:
        """Open a checkout. The milestone is funded when the payment processor confirms the payment."""
        milestone = _milestone(request, milestone_id)
        serializer = serializers.FundSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        back = serializer.validated_data["return_url"]
        if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            back = settings.SITE_URL
        asker = actor(request._request)
        if policies.can_fund(asker, milestone) and documents.needs_billing_details(milestone.contract.employer):
            raise policies.BillingDetailsMissing
        charge = milestones.fund_milestone(
            milestone_id=milestone.id,
            actor=actor(request._request),
            now=timezone.now(),
            return_url=back,
            use_credit=serializer.validated_data["use_credit"],
            budget_id=serializer.validated_data["budget_id"],
            purchase_order=serializer.validated_data["purchase_order"],
            method=serializer.validated_data["method"],
            despite_pending=serializer.validated_data["despite_pending"],
        )
        body = {
            "charge_id": charge.id if charge else None,
            "checkout_url": charge.checkout_url if charge else None,
            "method": charge.gateway if charge else None,
        }
        return Response(serializers.CheckoutSerializer(body).data, status=201)


class PaymentMethods(APIView):
    @extend_schema(responses=serializers.PaymentMethodSerializer(many=True), operation_id="milestone_payment_methods")
    def get(self, request: Request, milestone_id: UUID) -> Response:
        """List the payment methods the employer can use for this milestone today, the preferred one first."""
        milestone = _milestone(request, milestone_id)
        result = methods.methods_for(
            country=milestone.contract.employer.country, currency=milestone.currency, on=timezone.now().date()
        )
        return Response(serializers.PaymentMethodSerializer(result, many=True).data)


class AskApproval(APIView):
    @extend_schema(
        request=serializers.AskApprovalSerializer,
        responses={201: serializers.AskedSerializer},
        operation_id="milestone_ask_approval",
    )
    def post(self, request: Request, milestone_id: UUID) -> Response:
        """Request a second person's approval, within the employer, to fund this milestone."""
        milestone = _milestone(request, milestone_id)
        serializer = serializers.AskApprovalSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        approval = milestones.request_approval(
            milestone_id=milestone.id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return Response(
            serializers.AskedSerializer({"approval_id": approval.id, "status": approval.status}).data,
            status=201,
        )


class Deliver(APIView):
    @extend_schema(
        request=serializers.NewDeliverableSerializer,
        responses={201: serializers.DeliverableSerializer},
        operation_id="milestone_deliver",
    )
    def post(self, request: Request, milestone_id: UUID) -> Response:
        milestone = _milestone(request, milestone_id)
        serializer = serializers.NewDeliverableSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        result = milestones.deliver(
            milestone_id=milestone.id,
            note=serializer.validated_data["note"],
            source_language=serializer.validated_data["source_language"],
            checks=[Check(**item) for item in serializer.validated_data.get("checks", [])],
            file_ids=serializer.validated_data["file_ids"],
            links=serializer.validated_data["links"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.DeliverableSerializer(result).data, status=201)


class RequestRevision(APIView):
    @extend_schema(
        request=serializers.RevisionSerializer,
        responses=serializers.MilestoneSerializer,
        operation_id="milestone_request_revision",
    )
    def post(self, request: Request, milestone_id: UUID) -> Response:
        milestone = _milestone(request, milestone_id)
        serializer = serializers.RevisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        milestones.request_revision(
            milestone_id=milestone.id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return _milestone_response(milestone.id)


class Approve(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.ApprovalSerializer,
        responses=serializers.MilestoneSerializer,
        operation_id="milestone_approve",
    )
    @idempotent
    def post(self, request: Request, milestone_id: UUID) -> Response:
        """Release all or part of the held money."""
        milestone = _milestone(request, milestone_id)
        serializer = serializers.ApprovalSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        amount = serializer.validated_data.get("amount")
        milestones.approve_milestone(
            milestone_id=milestone.id,
            amount=to_money(amount) if amount else None,
            actor=actor(request._request),
            now=timezone.now(),
        )
        return _milestone_response(milestone.id)


class Proposals(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        request=serializers.NewProposalSerializer,
        responses={201: serializers.ProposalSerializer},
        operation_id="contract_propose_stop",
    )
    def post(self, request: Request, contract_id: UUID) -> Response:
        """Propose to stop the contract and how to split the held money."""
        contract = _contract(request, contract_id)
        serializer = serializers.NewProposalSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        cancellation = cancellations.propose_cancellation(
            contract_id=contract.id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return Response(serializers.ProposalSerializer(cancellation).data, status=201)


class _Answer(APIView):
    key_scope = KeyScope.MONEY

    verb: Any

    def _answer(self, request: Request, proposal_id: UUID) -> Response:
        visible = contracts.contracts_visible_to(actor(request._request))
        proposal = get_object_or_404(CancellationProposal, contract__in=visible, id=proposal_id)
        type(self).verb(proposal_id=proposal.id, actor=actor(request._request), now=timezone.now())
        proposal.refresh_from_db()
        return Response(serializers.ProposalSerializer(proposal).data)


class AcceptProposal(_Answer):
    verb = staticmethod(cancellations.accept_cancellation)

    @extend_schema(
        parameters=[NEEDS_KEY], request=None, responses=serializers.ProposalSerializer, operation_id="stop_accept"
    )
    @idempotent
    def post(self, request: Request, proposal_id: UUID) -> Response:
        check_no_body(request)
        return self._answer(request, proposal_id)


class DeclineProposal(_Answer):
    verb = staticmethod(cancellations.decline_cancellation)

    @extend_schema(request=None, responses=serializers.ProposalSerializer, operation_id="stop_decline")
    def post(self, request: Request, proposal_id: UUID) -> Response:
        check_no_body(request)
        return self._answer(request, proposal_id)


class WithdrawProposal(_Answer):
    verb = staticmethod(cancellations.withdraw_cancellation)

    @extend_schema(request=None, responses=serializers.ProposalSerializer, operation_id="stop_withdraw")
    def post(self, request: Request, proposal_id: UUID) -> Response:
        check_no_body(request)
        return self._answer(request, proposal_id)
