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
from apps.accounts.models import User
from apps.moderation import operations, policies, queries
from apps.moderation.api.serializers import (
    CaseSerializer,
    NewObjectionSerializer,
    NewReportSerializer,
    ObjectionSerializer,
    ReportDecisionSerializer,
    ReportSerializer,
    StatementOfReasonsSerializer,
)
from apps.moderation.models import Report, Statement


class Reports(ListAPIView[Report]):
    """List the reports the user has made."""

    serializer_class = ReportSerializer

    def get_queryset(self) -> QuerySet[Report]:
        if getattr(self, "swagger_fake_view", False):
            return Report.objects.none()
        assert isinstance(self.request.user, User)
        return queries.reports_of(self.request.user)

    @extend_schema(operation_id="reports")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewReportSerializer, responses={201: ReportSerializer}, operation_id="report")
    def post(self, request: Request) -> Response:
        """Report a task, a profile or a message to staff."""
        assert isinstance(request.user, User)
        serializer = NewReportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        report = operations.report(
            source_language=request.user.language,
            actor=actor(request._request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        return Response(ReportSerializer(report).data, status=201)


class Queue(ListAPIView[Report]):
    """List open cases; for staff."""

    serializer_class = CaseSerializer

    def get_queryset(self) -> QuerySet[Report]:
        if getattr(self, "swagger_fake_view", False):
            return Report.objects.none()
        policies.check_is_staff(actor(self.request._request))
        return queries.open_reports()

    @extend_schema(operation_id="moderation_queue")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Decide(APIView):
    @extend_schema(request=ReportDecisionSerializer, responses={200: CaseSerializer}, operation_id="moderation_decide")
    def post(self, request: Request, report_id: UUID) -> Response:
        """Take down or dismiss, with the reason; for staff."""
        serializer = ReportDecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        who = actor(request._request)
        policies.check_is_staff(who)
        operations.decide(report_id=report_id, actor=who, now=timezone.now(), **serializer.validated_data)
        return Response(CaseSerializer(Report.objects.get(id=report_id)).data)


class Statements(ListAPIView[Statement]):
    """List the statements of reasons the caller's organization received."""

    serializer_class = StatementOfReasonsSerializer

    def get_queryset(self) -> QuerySet[Statement]:
        if getattr(self, "swagger_fake_view", False):
            return Statement.objects.none()
        return queries.statements_of(actor(self.request._request).organization_id)

    @extend_schema(operation_id="statements")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ObjectTo(APIView):
    @extend_schema(
        request=NewObjectionSerializer, responses={201: ObjectionSerializer}, operation_id="statement_object"
    )
    def post(self, request: Request, statement_id: UUID) -> Response:
        """Object to a take-down, once; it is answered by a member of staff who did not decide."""
        assert isinstance(request.user, User)
        serializer = NewObjectionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        objection = operations.object_to(
            statement_id=statement_id,
            text=serializer.validated_data["text"],
            source_language=request.user.language,
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(ObjectionSerializer(objection).data, status=201)
