"""Published draws, for everybody; drawn deliveries, for staff."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.api.serializers import StrictBooleanField, StrictSerializer
from apps.quality import operations, policies, queries
from apps.quality.models import Draw, Sample

DRAWS_MAX = 90


class DrawSerializer(StrictSerializer):
    """`SHA-256(seed)` is `seed_sha256`, published before the period. Read `apps/quality/rules.py` for the rule."""

    id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    drawn_at = serializers.DateTimeField(allow_null=True)
    is_drawn = serializers.BooleanField()
    seed = serializers.CharField(allow_blank=True, help_text="Empty until the draw is made.")
    seed_sha256 = serializers.CharField()
    share_bps = serializers.IntegerField()


class WholeDrawSerializer(DrawSerializer):
    population = serializers.JSONField(help_text="[SHA-256 of the delivery's id, stratum] of every delivery.")
    before = serializers.JSONField(help_text="By stratum: deliveries and drawn deliveries before this draw.")
    chosen = serializers.JSONField(help_text="The drawn ones: by the SHA-256 of `seed:key`, the smallest first.")


class SampleSerializer(serializers.ModelSerializer[Sample]):
    milestone_id = serializers.UUIDField(source="deliverable.milestone_id")
    contract_id = serializers.UUIDField(source="deliverable.milestone.contract_id")

    class Meta:
        model = Sample
        fields = (
            "id", "draw_id", "deliverable_id", "milestone_id", "contract_id", "stratum", "status", "drawn_at", "note",
            "seen_at",
        )  # fmt: skip
        read_only_fields = fields


class JudgementSerializer(StrictSerializer):
    is_fine = StrictBooleanField()
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class Draws(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=DrawSerializer(many=True), operation_id="quality_draws")
    def get(self, request: Request) -> Response:
        """List the last draws of deliveries that our staff looks at, the newest first."""
        rows = queries.draws().defer("population", "before", "chosen")[:DRAWS_MAX]
        return Response(DrawSerializer([queries.heading(row) for row in rows], many=True).data)


class OneDraw(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=WholeDrawSerializer, operation_id="quality_draw")
    def get(self, request: Request, draw_id: UUID) -> Response:
        """Return everything that is needed to repeat a draw."""
        return Response(WholeDrawSerializer(queries.published(get_object_or_404(Draw, id=draw_id))).data)


class Samples(ListAPIView[Sample]):
    serializer_class = SampleSerializer

    @extend_schema(operation_id="quality_samples")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the drawn deliveries that wait for our staff. Staff only."""
        policies.check_can_see(actor(request._request))
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Sample]:
        return queries.waiting()


class Judge(APIView):
    @extend_schema(request=JudgementSerializer, responses=SampleSerializer, operation_id="quality_judge")
    def post(self, request: Request, sample_id: UUID) -> Response:
        """Note that a drawn delivery is fine, or a concern. Staff only."""
        asker = actor(request._request)
        policies.check_can_see(asker)
        serializer = JudgementSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sample = operations.judge(sample_id=sample_id, actor=asker, now=timezone.now(), **serializer.validated_data)
        return Response(SampleSerializer(sample).data)
