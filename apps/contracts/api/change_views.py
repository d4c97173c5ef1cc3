"""Endpoints of change requests and of a contract's versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import check_no_body
from apps.contracts.api import change_serializers as serializers
from apps.contracts.models import ChangeRequest, Contract, Milestone
from apps.contracts.operations import changes
from apps.contracts.queries import changes as queries
from apps.contracts.queries import contracts, milestones


def _contract(request: Request, contract_id: UUID) -> Contract:
    return get_object_or_404(contracts.contracts_visible_to(actor(request._request)), id=contract_id)


def _milestone(request: Request, milestone_id: UUID) -> Milestone:
    return get_object_or_404(milestones.milestones_visible_to(actor(request._request)), id=milestone_id)


def _change(request: Request, change_id: UUID) -> ChangeRequest:
    return get_object_or_404(queries.changes_visible_to(actor(request._request)), id=change_id)


def _response(change_id: UUID, status: int = 200) -> Response:
    change = ChangeRequest.objects.select_related("contract", "version").get(id=change_id)
    return Response(serializers.ChangeSerializer(change).data, status=status)


class Changes(APIView):
    @extend_schema(responses=serializers.ChangeSerializer(many=True), operation_id="contract_changes")
    def get(self, request: Request, contract_id: UUID) -> Response:
        """List the contract's change requests, oldest first."""
        contract = _contract(request, contract_id)
        rows = queries.changes_of(contract.id)
        for row in rows:
            row.contract = contract
        return Response(serializers.ChangeSerializer(rows, many=True).data)

    @extend_schema(
        request=serializers.DraftSerializer,
        responses={201: serializers.ChangeSerializer},
        operation_id="contract_propose_change",
    )
    def post(self, request: Request, contract_id: UUID) -> Response:
        """Propose new terms. Nothing changes until the other side accepts them."""
        contract = _contract(request, contract_id)
        serializer = serializers.DraftSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        result = changes.propose_change(
            contract_id=contract.id,
            draft=serializers.draft_of(serializer.validated_data),
            reason=serializer.validated_data["reason"],
            source_language=serializer.validated_data["source_language"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return _response(result.id, 201)


class OneChange(APIView):
    @extend_schema(responses=serializers.ChangeSerializer, operation_id="change")
    def get(self, request: Request, change_id: UUID) -> Response:
        return Response(serializers.ChangeSerializer(_change(request, change_id)).data)


class CounterChange(APIView):
    @extend_schema(
        request=serializers.DraftSerializer,
        responses={201: serializers.ChangeSerializer},
        operation_id="change_counter",
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        """Answer a proposal with other terms, which the other side then answers."""
        change = _change(request, change_id)
        serializer = serializers.DraftSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        result = changes.counter_change(
            change_id=change.id,
            draft=serializers.draft_of(serializer.validated_data),
            reason=serializer.validated_data["reason"],
            source_language=serializer.validated_data["source_language"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return _response(result.id, 201)


class AcceptChange(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY], request=None, responses=serializers.ChangeSerializer, operation_id="change_accept"
    )
    @idempotent
    def post(self, request: Request, change_id: UUID) -> Response:
        """Accept the terms. If held money goes back, this needs the permission to decide about money."""
        check_no_body(request)
        change = _change(request, change_id)
        changes.accept_change(change_id=change.id, actor=actor(request._request), now=timezone.now())
        return _response(change.id)


class DeclineChange(APIView):
    @extend_schema(
        request=serializers.DeclineChangeSerializer,
        responses=serializers.ChangeSerializer,
        operation_id="change_decline",
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        change = _change(request, change_id)
        serializer = serializers.DeclineChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        changes.decline_change(change_id=change.id, actor=actor(request._request), now=timezone.now(), **values)
        return _response(change.id)


class WithdrawChange(APIView):
    @extend_schema(request=None, responses=serializers.ChangeSerializer, operation_id="change_withdraw")
    def post(self, request: Request, change_id: UUID) -> Response:
        check_no_body(request)
        change = _change(request, change_id)
        changes.withdraw_change(change_id=change.id, actor=actor(request._request), now=timezone.now())
        return _response(change.id)


class Extend(APIView):
    @extend_schema(
        request=serializers.ExtensionSerializer,
        responses={201: serializers.ChangeSerializer},
        operation_id="milestone_extend",
    )
    def post(self, request: Request, milestone_id: UUID) -> Response:
        """Propose another date for a funded milestone."""
        milestone = _milestone(request, milestone_id)
        serializer = serializers.ExtensionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        result = changes.propose_extension(
            milestone_id=milestone.id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return _response(result.id, 201)


class Versions(APIView):
    @extend_schema(responses=serializers.VersionSerializer(many=True), operation_id="contract_versions")
    def get(self, request: Request, contract_id: UUID) -> Response:
        """List the versions that both sides accepted, the newest first. Each hash is the SHA-256 of its terms."""
        rows = queries.versions(_contract(request, contract_id).id)
        return Response(serializers.VersionSerializer(rows, many=True).data)
