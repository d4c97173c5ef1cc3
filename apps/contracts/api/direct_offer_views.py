"""The endpoint of offers to one person."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor, language
from apps.accounts.queries import profiles
from apps.common import currencies
from apps.common.api.serializers import StrictIntegerField, StrictSerializer
from apps.common.forms import CONTENT_LANGUAGES
from apps.contracts import errors, policies, terms
from apps.contracts.api.serializers import ContractSerializer
from apps.contracts.models import Contract
from apps.contracts.operations import direct_offers
from apps.skills import queries as skills
from apps.tasks.operations import CurrencyUnknown
from apps.tasks.rules import Brief


class OfferedMilestoneSerializer(StrictSerializer):
    title = serializers.CharField(max_length=140)
    amount_minor = StrictIntegerField(min_value=1, max_value=terms.AMOUNT_MAX, help_text="In `currency`.")
    days = StrictIntegerField(min_value=1, max_value=terms.DAYS_MAX, help_text="Calendar days from funding.")


class DirectOfferSerializer(StrictSerializer):
    """The terms of an offer to one person."""

    freelancer = serializers.SlugField(max_length=80, help_text="The handle in the address of their profile.")
    title = serializers.CharField(max_length=140)
    category = serializers.SlugField(max_length=80, help_text="The slug of a category.")
    goal = serializers.CharField(max_length=5000)
    requirements = serializers.CharField(max_length=10000, required=False, allow_blank=True, default="")
    criteria = serializers.ListField(
        child=serializers.CharField(max_length=400), min_length=1, max_length=terms.CRITERIA_MAX
    )
    milestones = serializers.ListField(child=OfferedMilestoneSerializer(), min_length=1, max_length=terms.STEPS_MAX)
    currency = serializers.CharField(max_length=3, help_text="ISO 4217 code, for example EUR.")
    revisions_included = StrictIntegerField(min_value=0, max_value=terms.REVISIONS_MAX, default=2)
    message = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")

    def validate_currency(self, value: str) -> str:
        if value not in currencies.exponents():
            raise serializers.ValidationError(CurrencyUnknown.message)
        return value


class DirectOffers(APIView):
    @extend_schema(
        request=DirectOfferSerializer, responses={201: ContractSerializer}, operation_id="contract_offer_directly"
    )
    def post(self, request: Request) -> Response:
        """Offer a contract to one person without a public task. Nothing is paid before it is accepted."""
        asker = actor(request._request)
        policies.check_can_offer_directly(asker)
        serializer = DirectOfferSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        profile = get_object_or_404(profiles.profiles_visible_to(asker), organization__handle=values["freelancer"])
        categories = {row.slug: row.id for row in skills.categories(language(request._request))}
        if values["category"] not in categories:
            raise errors.BriefMissing(field="category")
        contract = direct_offers.offer_directly(
            freelancer_id=profile.organization_id,
            brief=Brief(
                title=values["title"],
                category_id=categories[values["category"]],
                goal=values["goal"],
                requirements=values["requirements"],
                source_language=values["source_language"],
                currency=values["currency"],
            ),
            draft=terms.Draft(
                steps=tuple(terms.Wanted(None, **step) for step in values["milestones"]),
                criteria=tuple(values["criteria"]),
                revisions=values["revisions_included"],
            ),
            message=values["message"],
            actor=asker,
            now=timezone.now(),
        )
        return Response(ContractSerializer(Contract.objects.get(id=contract.id)).data, status=201)
