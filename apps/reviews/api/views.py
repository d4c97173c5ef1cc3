from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.accounts.queries import profiles
from apps.contracts.queries import contracts
from apps.reviews import operations, queries
from apps.reviews.api.serializers import NewReviewSerializer, RatingSerializer, ReplySerializer, ReviewSerializer
from apps.reviews.models import Review


def _language(request: Request, chosen: str | None) -> str:
    assert isinstance(request.user, User)
    return chosen or request.user.language


class OfOrganization(ListAPIView[Review]):
    """List the published reviews of an organization, newest first."""

    permission_classes = [AllowAny]
    serializer_class = ReviewSerializer

    def get_queryset(self) -> QuerySet[Review]:
        if getattr(self, "swagger_fake_view", False):
            return Review.objects.none()
        visible = profiles.profiles_visible_to(actor(self.request._request))
        profile = get_object_or_404(visible, organization_id=self.kwargs["organization_id"])
        return queries.published_reviews(profile.organization_id)

    @extend_schema(operation_id="reviews_of_organization")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class RatingOf(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=RatingSerializer, operation_id="rating_of_organization")
    def get(self, request: Request, organization_id: UUID) -> Response:
        """Return the totals and means of the published reviews."""
        visible = profiles.profiles_visible_to(actor(request._request))
        profile = get_object_or_404(visible, organization_id=organization_id)
        return Response(RatingSerializer(queries.rating(profile.organization_id)).data)


class OfContract(APIView):
    @extend_schema(responses=ReviewSerializer(many=True), operation_id="reviews_of_contract")
    def get(self, request: Request, contract_id: UUID) -> Response:
        """Return the caller's own review, and the other side's once both are published."""
        who = actor(request._request)
        contract = get_object_or_404(contracts.contracts_visible_to(who), id=contract_id)
        return Response(ReviewSerializer(queries.reviews_of_contract(contract.id, who), many=True).data)

    @extend_schema(request=NewReviewSerializer, responses={201: ReviewSerializer}, operation_id="review_submit")
    def post(self, request: Request, contract_id: UUID) -> Response:
        """Review the other party; sealed until both have written or 14 days have passed."""
        who = actor(request._request)
        contract = get_object_or_404(contracts.contracts_visible_to(who), id=contract_id)
        serializer = NewReviewSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        language = _language(request, fields.pop("source_language", None))
        review = operations.submit(
            contract_id=contract.id, source_language=language, actor=who, now=timezone.now(), **fields
        )
        return Response(ReviewSerializer(review).data, status=201)


class Reply(APIView):
    @extend_schema(request=ReplySerializer, responses=ReviewSerializer, operation_id="review_reply")
    def post(self, request: Request, review_id: UUID) -> Response:
        """Reply to a review of the caller's organization, once."""
        who = actor(request._request)
        review = get_object_or_404(queries.reviews_visible_to(who), id=review_id)
        serializer = ReplySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        answered = operations.reply(
            review_id=review.id,
            text=serializer.validated_data["text"],
            language=_language(request, serializer.validated_data.get("language")),
            actor=who,
            now=timezone.now(),
        )
        return Response(ReviewSerializer(answered).data)
