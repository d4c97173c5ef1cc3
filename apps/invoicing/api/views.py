"""Endpoints of documents and monthly statements; all are read-only."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.errors import NotFound
from apps.invoicing import policies
from apps.invoicing.api import serializers
from apps.invoicing.models import Document
from apps.invoicing.queries import documents, statements


def _organization_id(request: Request) -> UUID:
    who = actor(request._request)
    if who.organization_id is None:
        raise NotFound
    policies.check_can_see_documents(who, who.organization_id)
    return who.organization_id


class Documents(ListAPIView[Document]):
    """List documents received by, or issued in the name of, the caller's organization; newest first."""

    serializer_class = serializers.DocumentSerializer

    @extend_schema(parameters=[serializers.DocumentFilterSerializer], operation_id="documents")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Document]:
        if getattr(self, "swagger_fake_view", False):
            return Document.objects.none()
        serializer = serializers.DocumentFilterSerializer(data=self.request.query_params)
        serializer.is_valid(raise_exception=True)
        year, kind = (
            serializer.validated_data.get("year"),
            serializer.validated_data.get("kind", ""),
        )
        return documents.filtered(documents.documents_of(_organization_id(self.request)), year=year, kind=kind)


class OneDocument(APIView):
    @extend_schema(responses=serializers.DocumentDetailSerializer, operation_id="document")
    def get(self, request: Request, document_id: UUID) -> Response:
        """Return a document with both parties, its lines, and the electronic form if there is one."""
        document = documents.document_visible_to(actor(request._request), document_id)
        return Response(serializers.DocumentDetailSerializer(document).data)


class MonthlyStatement(APIView):
    @extend_schema(
        parameters=[serializers.MonthSerializer],
        responses=serializers.MonthlyStatementSerializer,
        operation_id="monthly_statement",
    )
    def get(self, request: Request) -> Response:
        """
        Return a calendar month (UTC): opening balance, every line and closing balance by currency, in minor units.
        """
        serializer = serializers.MonthSerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        month = date(serializer.validated_data["year"], serializer.validated_data["month"], 1)
        organization_id = _organization_id(request)
        monthly_statement = statements.monthly_statement(organization_id, month)
        body = statements.statement_as_json(organization_id, month, monthly_statement)
        return Response(serializers.MonthlyStatementSerializer(body).data)
