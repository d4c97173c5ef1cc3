"""Invitations to bid, as those invited and the employer read them."""

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

from apps.accounts.middleware import actor
from apps.accounts.queries import profiles
from apps.bidding import queries as bids
from apps.common.api.pagination import KeysetPagination
from apps.tasks import operations, queries
from apps.tasks.api import serializers
from apps.tasks.models import Task, TaskInvitation


class NewestFirst(KeysetPagination):
    ordering = ("-sent_at", "-id")  # type: ignore[assignment]


class InOrder(KeysetPagination):
    ordering = ("id",)  # type: ignore[assignment]


class Received(ListAPIView[TaskInvitation]):
    serializer_class = serializers.ListedInvitationSerializer  # type: ignore[assignment]
    pagination_class = NewestFirst
    filter_backends: list[Any] = []

    @extend_schema(operation_id="invitations_received")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the invitations that the organization received, newest first."""
        own_id = actor(request._request).organization_id
        rows = list(self.paginate_queryset(self.get_queryset()) or [])
        tasks = bids.own_bids(own_id, [row.task_id for row in rows]) if own_id else {}
        context = {"with_bids": {row.id for row in rows if row.task_id in tasks}}
        return self.get_paginated_response(self.serializer_class(rows, many=True, context=context).data)

    def get_queryset(self) -> QuerySet[TaskInvitation]:
        if getattr(self, "swagger_fake_view", False):
            return TaskInvitation.objects.none()
        return queries.invitations_of(actor(self.request._request).organization_id)


class OfTask(ListAPIView[TaskInvitation]):
    serializer_class = serializers.ListedInvitationSerializer  # type: ignore[assignment]
    pagination_class = InOrder
    filter_backends: list[Any] = []

    @extend_schema(operation_id="task_invitations")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List those invited to a task of the organization; whether they have bid is hidden while bids are sealed."""
        own_id = actor(request._request).organization_id
        task = get_object_or_404(Task, id=kwargs["task_id"], employer_id=own_id or UUID(int=0))
        rows = list(self.paginate_queryset(self.get_queryset()) or [])
        bidders = set() if bids.is_sealed(task, timezone.now()) else set(bids.bidders(task.id))
        for row in rows:
            row.task = task
        context = {"with_bids": {row.id for row in rows if row.organization_id in bidders}}
        return self.get_paginated_response(self.serializer_class(rows, many=True, context=context).data)

    def get_queryset(self) -> QuerySet[TaskInvitation]:
        if getattr(self, "swagger_fake_view", False):
            return TaskInvitation.objects.none()
        return queries.invitations_to(self.kwargs["task_id"])

    @extend_schema(
        request=serializers.NewInvitationSerializer,
        responses={201: serializers.InvitationSerializer},
        operation_id="task_invite",
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        """Invite a freelancer to bid; for a draft, as soon as it is published."""
        asker = actor(request._request)
        task = get_object_or_404(queries.tasks_visible_to(asker), id=task_id)
        serializer = serializers.NewInvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        organization_id = serializer.validated_data["organization_id"]
        profile = get_object_or_404(profiles.profiles_visible_to(asker), organization_id=organization_id)
        invitation = operations.invite(
            task_id=task.id,
            organization_id=profile.organization_id,
            message=serializer.validated_data["message"],
            actor=asker,
            now=timezone.now(),
        )
        return Response(serializers.InvitationSerializer(invitation).data, status=201)
