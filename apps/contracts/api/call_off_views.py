"""The endpoint of offers under a framework agreement."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor, language
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import StrictIntegerField, StrictSerializer
from apps.common.forms import CONTENT_LANGUAGES
from apps.contracts import errors, terms
from apps.contracts.api.serializers import ContractSerializer
from apps.contracts.models import Contract
from apps.contracts.operations import call_offs
from apps.contracts.operations.call_offs import QUANTITY_DIGITS, Line
from apps.frameworks.queries import frameworks
from apps.frameworks.terms import QUANTITY_MAX, RATES_MAX
from apps.skills import queries as skills
from apps.tasks.rules import Brief


class CallOffLineSerializer(StrictSerializer):
    """One milestone: a quantity of one agreed rate."""

    rate = StrictIntegerField(min_value=1, max_value=RATES_MAX, help_text="Its number in the terms, from 1.")
    quantity = serializers.DecimalField(
        max_digits=9, decimal_places=QUANTITY_DIGITS, min_value=Decimal("0.01"), max_value=QUANTITY_MAX
    )
    days = StrictIntegerField(min_value=1, max_value=terms.DAYS_MAX, help_text="Calendar days from funding.")
    title = serializers.CharField(
        max_length=140, required=False, allow_blank=True, default="", help_text="Default: the rate's description."
    )


class CallOffSerializer(StrictSerializer):
    """Currency, revisions and review window are those of the framework agreement."""

    title = serializers.CharField(max_length=140)
    category = serializers.SlugField(max_length=80, help_text="The slug of a category.")
    goal = serializers.CharField(max_length=5000)
    requirements = serializers.CharField(max_length=10000, required=False, allow_blank=True, default="")
    criteria = serializers.ListField(
        child=serializers.CharField(max_length=400), min_length=1, max_length=terms.CRITERIA_MAX
    )
    lines = serializers.ListField(child=CallOffLineSerializer(), min_length=1, max_length=terms.STEPS_MAX)
    message = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")


class CallOffs(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=CallOffSerializer,
        responses={201: ContractSerializer},
        operation_id="framework_call_off",
    )
    @idempotent
    def post(self, request: Request, framework_id: UUID) -> Response:
        """Offer a contract under the terms of a framework agreement. Nothing is paid before it is accepted."""
        asker = actor(request._request)
        framework = get_object_or_404(frameworks.frameworks_visible_to(asker), id=framework_id)
        serializer = CallOffSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        categories = {row.slug: row.id for row in skills.categories(language(request._request))}
        if values["category"] not in categories:
            raise errors.BriefMissing(field="category")
        contract = call_offs.call_off(
            framework_id=framework.id,
            brief=Brief(
                title=values["title"],
                category_id=categories[values["category"]],
                goal=values["goal"],
                requirements=values["requirements"],
                source_language=values["source_language"],
                currency=framework.currency,
            ),
            lines=[Line(**line) for line in values["lines"]],
            criteria=tuple(values["criteria"]),
            message=values["message"],
            actor=asker,
            now=timezone.now(),
        )
        return Response(ContractSerializer(Contract.objects.get(id=contract.id)).data, status=201)
