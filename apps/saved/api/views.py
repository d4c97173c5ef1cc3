"""People and tasks that the user of the key or session keeps for later."""

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
from apps.common.api.pagination import KeysetPagination
from apps.saved import operations, queries
from apps.saved.api.serializers import DescriptionSerializer, SavedPersonSerializer, SavedTaskSerializer
from apps.saved.models import SavedPerson, SavedTask


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _description(request: Request) -> dict[str, str]:
    serializer = DescriptionSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class NewestFirst(KeysetPagination):
    ordering = ("-saved_at", "-id")  # type: ignore[assignment]


class SavedPeople(ListAPIView[SavedPerson]):
    serializer_class = SavedPersonSerializer  # type: ignore[assignment]
    pagination_class = NewestFirst
    filter_backends: list[Any] = []

    @extend_schema(operation_id="saved_people")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the people whom the user saved, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[SavedPerson]:
        if getattr(self, "swagger_fake_view", False):
            return SavedPerson.objects.none()
        return queries.saved_people(_user(self.request))


class OnePerson(APIView):
    @extend_schema(request=DescriptionSerializer, responses=SavedPersonSerializer, operation_id="saved_person_save")
    def put(self, request: Request, organization_id: UUID) -> Response:
        """Save a person, with a note and in a list."""
        description = _description(request)
        user = _user(request)
        operations.save_person(
            organization_id=organization_id, user=user, actor=actor(request._request), now=timezone.now()
        )
        saved = operations.describe_person(organization_id=organization_id, user=user, **description)
        return Response(SavedPersonSerializer(saved).data)

    @extend_schema(responses={204: None}, operation_id="saved_person_forget")
    def delete(self, request: Request, organization_id: UUID) -> Response:
        """Save a person no longer."""
        operations.forget_person(organization_id=organization_id, user=_user(request))
        return Response(status=204)


class SavedTasks(ListAPIView[SavedTask]):
    serializer_class = SavedTaskSerializer  # type: ignore[assignment]
    pagination_class = NewestFirst
    filter_backends: list[Any] = []

    @extend_schema(operation_id="saved_tasks")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the tasks that the user saved and may see, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[SavedTask]:
        if getattr(self, "swagger_fake_view", False):
            return SavedTask.objects.none()
        return queries.saved_tasks(_user(self.request), actor(self.request._request))


class OneTask(APIView):
    @extend_schema(request=DescriptionSerializer, responses=SavedTaskSerializer, operation_id="saved_task_save")
    def put(self, request: Request, task_id: UUID) -> Response:
        """Save a task, with a note and in a list."""
        description = _description(request)
        user = _user(request)
        operations.save_task(task_id=task_id, user=user, actor=actor(request._request), now=timezone.now())
        saved = operations.describe_task(task_id=task_id, user=user, **description)
        return Response(SavedTaskSerializer(saved).data)

    @extend_schema(responses={204: None}, operation_id="saved_task_forget")
    def delete(self, request: Request, task_id: UUID) -> Response:
        """Save a task no longer."""
        operations.forget_task(task_id=task_id, user=_user(request))
        return Response(status=204)
