"""Endpoints of the proof of liabilities. The report is public; a proof is visible only to its owner."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.queries import organizations
from apps.assurance import queries
from apps.assurance.api import serializers
from apps.assurance.models import Report
from apps.common.errors import NotFound
from apps.payments import policies as payments


def _report(request: Request) -> Report:
    serializer = serializers.NightSerializer(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    night = serializer.validated_data.get("night")
    latest_report = queries.latest_report() if night is None else queries.report_of(night)
    if latest_report is None:
        raise NotFound
    return latest_report


class LiabilityReport(APIView):
    """Return the liabilities and the money that covered them on one night; public."""

    permission_classes = [AllowAny]

    @extend_schema(
        parameters=[serializers.NightSerializer],
        responses=serializers.LiabilityReportSerializer,
        operation_id="liability_report",
    )
    def get(self, request: Request) -> Response:
        return Response(serializers.LiabilityReportSerializer(queries.report_as_json(_report(request))).data)


class Inclusion(APIView):
    """Return the paths of the organization's own balances to the published roots."""

    @extend_schema(
        parameters=[serializers.NightSerializer],
        responses=serializers.ProofSerializer,
        operation_id="liability_proof",
    )
    def get(self, request: Request) -> Response:
        who = actor(request._request)
        if who.organization_id is None:
            raise NotFound
        payments.check_can_see_money(who, who.organization_id)
        report = _report(request)
        organization = organizations.organization(who.organization_id)
        proofs_as_json = queries.proofs_as_json(organization, report, queries.proofs_for(organization.id, report))
        return Response(serializers.ProofSerializer(proofs_as_json).data)
