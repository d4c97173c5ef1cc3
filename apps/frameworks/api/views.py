"""Endpoints of framework agreements, for the two sides: everybody else gets 404."""

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
from apps.accounts.queries import profiles
from apps.accounts.rules import Side
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.pagination import KeysetPagination
from apps.common.api.serializers import check_no_body
from apps.common.errors import NotAllowed
from apps.frameworks import operations, policies
from apps.frameworks.api import serializers
from apps.frameworks.models import Framework
from apps.frameworks.queries import frameworks


def _framework(request: Request, framework_id: UUID) -> Framework:
    return get_object_or_404(frameworks.frameworks_visible_to(actor(request._request)), id=framework_id)


def _response(framework: Framework, status: int = 200) -> Response:
    return Response(serializers.FrameworkSerializer(framework).data, status=status)


class NewestFirst(KeysetPagination):
    ordering = ("-proposed_at", "-id")  # type: ignore[assignment]


class Frameworks(ListAPIView[Framework]):
    serializer_class = serializers.FrameworkRowSerializer  # type: ignore[assignment]
    pagination_class = NewestFirst
    filter_backends: list[Any] = []

    @extend_schema(operation_id="frameworks")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the framework agreements of the organization, on either side, the last proposed first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        request=serializers.ProposeFrameworkSerializer,
        responses={201: serializers.FrameworkSerializer},
        operation_id="framework_propose",
    )
    def post(self, request: Request) -> Response:
        """Propose terms to somebody you hire or work for. Nothing applies until they accept."""
        asker = actor(request._request)
        serializer = serializers.ProposeFrameworkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        if not policies.may_propose_as(asker, Side(values["side"])):
            raise NotAllowed
        profile = get_object_or_404(profiles.profiles_visible_to(asker), organization__handle=values["other_side"])
        own, other = asker.side_id, profile.organization_id
        employer_id, freelancer_id = (own, other) if values["side"] == Side.EMPLOYER else (other, own)
        framework = operations.propose(
            employer_id=employer_id,
            freelancer_id=freelancer_id,
            draft=serializers.draft_of(values),
            actor=asker,
            now=timezone.now(),
        )
        return _response(framework, 201)

    def get_queryset(self) -> QuerySet[Framework]:
        if getattr(self, "swagger_fake_view", False):
            return Framework.objects.none()
        return frameworks.frameworks_visible_to(actor(self.request._request))


class OneFramework(APIView):
    @extend_schema(responses=serializers.FrameworkSerializer, operation_id="framework")
    def get(self, request: Request, framework_id: UUID) -> Response:
        """Return a framework agreement with its versions."""
        return _response(_framework(request, framework_id))


class Counter(APIView):
    @extend_schema(
        request=serializers.CounterFrameworkSerializer,
        responses={201: serializers.FrameworkSerializer},
        operation_id="framework_counter",
    )
    def post(self, request: Request, framework_id: UUID) -> Response:
        """Answer a proposal with other terms, which the other side then answers."""
        framework = _framework(request, framework_id)
        serializer = serializers.CounterFrameworkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        framework = operations.counter(
            framework_id=framework.id,
            number=serializer.validated_data["version"],
            draft=serializers.draft_of(serializer.validated_data),
            actor=actor(request._request),
            now=timezone.now(),
        )
        return _response(framework, 201)


class Accept(APIView):
    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.AcceptFrameworkSerializer,
        responses=serializers.FrameworkSerializer,
        operation_id="framework_accept",
    )
    @idempotent
    def post(self, request: Request, framework_id: UUID) -> Response:
        """Accept the newest version: the employer can make offers under its terms."""
        framework = _framework(request, framework_id)
        serializer = serializers.AcceptFrameworkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        number = serializer.validated_data["version"]
        return _response(
            operations.accept(
                framework_id=framework.id, number=number, actor=actor(request._request), now=timezone.now()
            )
        )


class Decline(APIView):
    @extend_schema(
        request=serializers.DeclineFrameworkSerializer,
        responses=serializers.FrameworkSerializer,
        operation_id="framework_decline",
    )
    def post(self, request: Request, framework_id: UUID) -> Response:
        framework = _framework(request, framework_id)
        serializer = serializers.DeclineFrameworkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return _response(
            operations.decline(framework_id=framework.id, actor=actor(request._request), now=timezone.now(), **values)
        )


class Withdraw(APIView):
    @extend_schema(request=None, responses=serializers.FrameworkSerializer, operation_id="framework_withdraw")
    def post(self, request: Request, framework_id: UUID) -> Response:
        """Withdraw one's own proposal before it is answered."""
        check_no_body(request)
        framework = _framework(request, framework_id)
        return _response(
            operations.withdraw(framework_id=framework.id, actor=actor(request._request), now=timezone.now())
        )


class End(APIView):
    @extend_schema(
        request=serializers.EndFrameworkSerializer,
        responses=serializers.FrameworkSerializer,
        operation_id="framework_end",
    )
    def post(self, request: Request, framework_id: UUID) -> Response:
        """Give notice: it ends after its notice period. Running contracts go on."""
        framework = _framework(request, framework_id)
        serializer = serializers.EndFrameworkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return _response(
            operations.give_notice(
                framework_id=framework.id, actor=actor(request._request), now=timezone.now(), **values
            )
        )
