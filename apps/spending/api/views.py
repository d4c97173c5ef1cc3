"""Endpoints of limits, budgets and approvals."""

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
from apps.accounts.queries import organizations
from apps.common.api.serializers import check_no_body
from apps.common.errors import NotFound
from apps.common.models import money_or_none
from apps.common.money import Money
from apps.spending import operations, policies, queries, rules
from apps.spending.api import serializers
from apps.spending.models import Approval, Spend


def _organization_id(request: Request) -> UUID:
    organization_id = actor(request._request).organization_id
    if organization_id is None:
        raise NotFound
    policies.check_can_see(actor(request._request), organization_id)
    return organization_id


class Limits(APIView):
    """Return the organization's spending limits."""

    @extend_schema(responses=serializers.LimitsInForceSerializer, operation_id="spending_limits")
    def get(self, request: Request) -> Response:
        organization_id = _organization_id(request)
        return _shown_limits(organization_id)

    @extend_schema(
        request=serializers.LimitsSerializer,
        responses=serializers.LimitsInForceSerializer,
        operation_id="spending_limits_set",
    )
    def put(self, request: Request) -> Response:
        organization_id = _organization_id(request)
        serializer = serializers.LimitsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        currency = organizations.organization(organization_id).currency
        limits = {
            name.removesuffix("_minor"): money_or_none(value, currency)
            for name, value in serializer.validated_data.items()
        }
        operations.set_rule(
            organization_id=organization_id, actor=actor(request._request), now=timezone.now(), **limits
        )
        return _shown_limits(organization_id)


def _shown_limits(organization_id: UUID) -> Response:
    now = timezone.now()
    rule = queries.rule_of(organization_id, now)
    body: dict[str, Any] = {name: getattr(rule, name, None) for name in rules.LIMITS}
    body["currency"] = rule.currency if rule else organizations.organization(organization_id).currency
    body["pending"] = queries.pending_change(organization_id, now)
    return Response(serializers.LimitsInForceSerializer(body).data)


class RuleChange(APIView):
    @extend_schema(
        request=serializers.RuleChangeStepSerializer,
        responses=serializers.LimitsInForceSerializer,
        operation_id="spending_limits_change_step",
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        """The second person approves limits that are to be loosened, or rejects the change."""
        organization_id = _organization_id(request)
        serializer = serializers.RuleChangeStepSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        change = get_object_or_404(queries.changes_of(organization_id), id=change_id)
        is_agreed = serializer.validated_data["step"] == "agree"
        step = operations.agree_to_loosen if is_agreed else operations.withdraw_loosening
        step(change_id=change.id, actor=actor(request._request), now=timezone.now())
        return _shown_limits(organization_id)


class Budgets(APIView):
    """List open budgets with their remaining amounts."""

    @extend_schema(responses=serializers.BudgetUseSerializer(many=True), operation_id="budgets")
    def get(self, request: Request) -> Response:
        uses = queries.uses_of(queries.open_budgets(_organization_id(request)))
        return Response(serializers.BudgetUseSerializer(uses, many=True).data)

    @extend_schema(
        request=serializers.NewBudgetSerializer,
        responses={201: serializers.BudgetSerializer},
        operation_id="budget_open",
    )
    def post(self, request: Request) -> Response:
        organization_id = _organization_id(request)
        serializer = serializers.NewBudgetSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        budget = operations.open_budget(
            organization_id=organization_id,
            name=serializer.validated_data["name"],
            amount=Money(
                serializer.validated_data["amount_minor"], organizations.organization(organization_id).currency
            ),
            purchase_order=serializer.validated_data["purchase_order"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.BudgetSerializer(budget).data, status=201)


class CloseBudget(APIView):
    @extend_schema(request=None, responses=serializers.BudgetSerializer, operation_id="budget_close")
    def post(self, request: Request, budget_id: UUID) -> Response:
        check_no_body(request)
        _organization_id(request)
        closed = operations.close_budget(budget_id=budget_id, actor=actor(request._request), now=timezone.now())
        return Response(serializers.BudgetSerializer(closed).data)


class Approvals(ListAPIView[Approval]):
    """List payments for which a second person's approval was requested, newest first."""

    serializer_class = serializers.ApprovalSerializer

    @extend_schema(operation_id="approvals")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Approval]:
        if getattr(self, "swagger_fake_view", False):
            return Approval.objects.none()
        return queries.approvals_of(_organization_id(self.request))


class Decide(APIView):
    @extend_schema(
        request=serializers.ApprovalDecisionSerializer,
        responses=serializers.ApprovalSerializer,
        operation_id="approval_decide",
    )
    def post(self, request: Request, approval_id: UUID) -> Response:
        """The second person approves, or refuses with a reason."""
        result = queries.approvals_of(_organization_id(request)).filter(id=approval_id).first()
        if result is None:
            raise NotFound
        serializer = serializers.ApprovalDecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        decided = operations.decide(
            approval_id=approval_id,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return Response(serializers.ApprovalSerializer(decided).data)


class Spends(ListAPIView[Spend]):
    """List all payments with budget and purchase order, newest first."""

    serializer_class = serializers.SpendSerializer

    @extend_schema(operation_id="spends")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Spend]:
        if getattr(self, "swagger_fake_view", False):
            return Spend.objects.none()
        return queries.spends_of(_organization_id(self.request))
