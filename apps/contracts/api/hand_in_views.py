"""Endpoints of hand-in checks and deliveries."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.contracts import policies
from apps.contracts.api import serializers
from apps.contracts.models import Deliverable
from apps.contracts.queries import hand_in, milestones


class HandInChecks(APIView):
    @extend_schema(
        request=serializers.HandInSerializer,
        responses=serializers.FindingSerializer(many=True),
        operation_id="milestone_hand_in_checks",
    )
    def post(self, request: Request, milestone_id: UUID) -> Response:
        """Compare files and links with the acceptance criteria, before they are delivered. Delivers nothing."""
        asker = actor(request._request)
        milestone = get_object_or_404(milestones.milestones_visible_to(asker), id=milestone_id)
        policies.check_can_deliver(asker, milestone)
        serializer = serializers.HandInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        findings = hand_in.check(milestone, user_id=asker.user_id, **serializer.validated_data)
        return Response(serializers.FindingSerializer([finding.plain() for finding in findings], many=True).data)


class Deliverables(APIView):
    @extend_schema(responses=serializers.DeliverableSerializer(many=True), operation_id="milestone_deliverables")
    def get(self, request: Request, milestone_id: UUID) -> Response:
        """List the delivered versions with what the hand-in checks said, the first one first."""
        milestone = get_object_or_404(milestones.milestones_visible_to(actor(request._request)), id=milestone_id)
        rows = Deliverable.objects.filter(milestone=milestone).order_by("version")
        return Response(serializers.DeliverableSerializer(rows, many=True).data)
