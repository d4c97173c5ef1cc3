"""Endpoints of tasks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.common.api.pagination import ranked_response
from apps.common.api.serializers import check_no_body
from apps.common.api.strangers import same_for_strangers
from apps.files.views import serve
from apps.tasks import operations, queries, saved_searches
from apps.tasks.api import serializers
from apps.tasks.models import Question, SavedSearch, Task, TaskAttachment, TaskInvitation
from apps.tasks.queries import TaskFilter


def _visible(request: Request, task_id: UUID) -> Task:
    tasks = queries.tasks_visible_to(actor(request._request)).prefetch_related("skills", "criteria")
    return get_object_or_404(tasks, id=task_id)


def _response(task_id: UUID, status: int = 200) -> Response:
    task = Task.objects.select_related("category", "employer").prefetch_related("skills", "criteria").get(id=task_id)
    return Response(serializers.TaskSerializer(task).data, status=status)


class Tasks(ListAPIView[Task]):
    """List open tasks, newest first."""

    permission_classes = [AllowAny]
    serializer_class = serializers.TaskSerializer

    def get_permissions(self) -> Any:
        return (
            super().get_permissions()
            if self.request.method == "GET"
            else [permission() for permission in APIView.permission_classes]
        )

    @extend_schema(parameters=[serializers.TaskQuerySerializer], operation_id="tasks_find")
    @same_for_strangers
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        filters = self._filters()
        if filters.order != queries.RELEVANCE:
            return self.list(request, *args, **kwargs)
        matching = queries.search(actor(request._request), filters, timezone.now())
        page = queries.search_page(matching, filters, request.query_params.get("cursor", ""))
        task_ids = [task.id for task in page.rows]
        by_id = {task.id: task for task in _whole(Task.objects.filter(id__in=task_ids))}
        shown = [by_id[task_id] for task_id in task_ids if task_id in by_id]
        return ranked_response(request, list(serializers.TaskSerializer(shown, many=True).data), page.next_cursor)

    def get_queryset(self) -> QuerySet[Task]:
        if getattr(self, "swagger_fake_view", False):
            return Task.objects.none()
        return _whole(queries.search(actor(self.request._request), self._filters(), timezone.now()))

    def _filters(self) -> TaskFilter:
        parameters = self.request.query_params
        values: dict[str, Any] = {name: parameters[name] for name in parameters if name != "skill"}
        serializer = serializers.TaskQuerySerializer(data=values | {"skill": parameters.getlist("skill")})
        serializer.is_valid(raise_exception=True)
        filters = dict(serializer.validated_data)
        text, skill_ids = filters.pop("q"), tuple(filters.pop("skill"))
        return TaskFilter(text=text, skill_ids=skill_ids, **filters)

    @extend_schema(
        request=serializers.BriefSerializer, responses={201: serializers.TaskSerializer}, operation_id="task_draft"
    )
    def post(self, request: Request) -> Response:
        """Create a draft."""
        serializer = serializers.BriefSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        task = operations.start_draft(actor=actor(request._request), brief=serializer.brief(), now=timezone.now())
        return _response(task.id, 201)


def _whole(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("category", "employer").prefetch_related("skills", "criteria")


class MyTasks(ListAPIView[Task]):
    """List the organization's own tasks, including drafts."""

    serializer_class = serializers.TaskSerializer

    @extend_schema(operation_id="tasks_mine")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Task]:
        organization_id = (
            None if getattr(self, "swagger_fake_view", False) else actor(self.request._request).organization_id
        )
        if organization_id is None:
            return Task.objects.none()
        return queries.tasks_of(organization_id).select_related("employer").prefetch_related("skills", "criteria")


class OneTask(APIView):
    permission_classes = [AllowAny]

    def get_permissions(self) -> Any:
        return (
            super().get_permissions()
            if self.request.method == "GET"
            else [permission() for permission in APIView.permission_classes]
        )

    @extend_schema(responses=serializers.TaskSerializer, operation_id="task")
    @same_for_strangers
    def get(self, request: Request, task_id: UUID) -> Response:
        return Response(serializers.TaskSerializer(_visible(request, task_id)).data)

    @extend_schema(
        request=serializers.BriefSerializer, responses=serializers.TaskSerializer, operation_id="task_save_draft"
    )
    def put(self, request: Request, task_id: UUID) -> Response:
        """Replace a draft's content."""
        task = _visible(request, task_id)
        serializer = serializers.BriefSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        operations.save_draft(
            task_id=task.id, actor=actor(request._request), brief=serializer.brief(), now=timezone.now()
        )
        return _response(task.id)

    @extend_schema(responses={204: None}, operation_id="task_discard")
    def delete(self, request: Request, task_id: UUID) -> Response:
        """Delete a draft."""
        task = _visible(request, task_id)
        operations.discard_draft(task_id=task.id, actor=actor(request._request), now=timezone.now())
        return Response(status=204)


class Publish(APIView):
    @extend_schema(request=None, responses=serializers.TaskSerializer, operation_id="task_publish")
    def post(self, request: Request, task_id: UUID) -> Response:
        """Publish a complete brief, open for bids."""
        task = _visible(request, task_id)
        operations.publish(task_id=task.id, actor=actor(request._request), now=timezone.now())
        return _response(task.id)


class _Ending(APIView):
    verb: Any

    def _end(self, request: Request, task_id: UUID) -> Response:
        task = _visible(request, task_id)
        serializer = serializers.EndReasonSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        type(self).verb(
            task_id=task.id,
            actor=actor(request._request),
            now=timezone.now(),
            reason=serializer.validated_data["reason"],
        )
        return _response(task.id)


class Copy(APIView):
    @extend_schema(request=None, responses={201: serializers.TaskSerializer}, operation_id="task_copy")
    def post(self, request: Request, task_id: UUID) -> Response:
        """Create a draft with the content of one of the organization's own tasks, with new dates."""
        check_no_body(request)
        task = _visible(request, task_id)
        draft = operations.copy_task(task_id=task.id, actor=actor(request._request), now=timezone.now())
        return _response(draft.id, 201)


class Close(_Ending):
    verb = staticmethod(operations.close)

    @extend_schema(
        request=serializers.EndReasonSerializer, responses=serializers.TaskSerializer, operation_id="task_close"
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        """Close the task without accepting a bid."""
        return self._end(request, task_id)


class Cancel(_Ending):
    verb = staticmethod(operations.cancel)

    @extend_schema(
        request=serializers.EndReasonSerializer, responses=serializers.TaskSerializer, operation_id="task_cancel"
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        """Cancel the task."""
        return self._end(request, task_id)


class Addenda(APIView):
    @extend_schema(responses=serializers.AddendumSerializer(many=True), operation_id="task_addenda")
    def get(self, request: Request, task_id: UUID) -> Response:
        addenda = _visible(request, task_id).addenda.order_by("added_at")
        return Response(serializers.AddendumSerializer(addenda, many=True).data)

    @extend_schema(
        request=serializers.NewAddendumSerializer,
        responses={201: serializers.AddendumSerializer},
        operation_id="task_addendum_add",
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        task = _visible(request, task_id)
        serializer = serializers.NewAddendumSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        addendum = operations.add_addendum(
            task_id=task.id, actor=actor(request._request), now=timezone.now(), **serializer.validated_data
        )
        return Response(serializers.AddendumSerializer(addendum).data, status=201)


class Attachments(APIView):
    @extend_schema(responses=serializers.AttachmentSerializer(many=True), operation_id="task_attachments")
    def get(self, request: Request, task_id: UUID) -> Response:
        attachments = _visible(request, task_id).attachments.select_related("file")
        return Response(serializers.AttachmentSerializer(attachments, many=True).data)

    @extend_schema(
        request=serializers.AttachmentSerializer,
        responses={201: serializers.AttachmentSerializer},
        operation_id="task_attach",
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        """Attach one of the user's own uploads (see /files/)."""
        task = _visible(request, task_id)
        serializer = serializers.AttachmentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        attachment = operations.attach_file(
            task_id=task.id,
            file_id=serializer.validated_data["file_id"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.AttachmentSerializer(attachment).data, status=201)


class Attachment(APIView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="task_attachment")
    def get(self, request: Request, attachment_id: UUID) -> HttpResponseBase:
        """Download the attachment, for users who may see the task."""
        visible = queries.tasks_visible_to(actor(request._request))
        attachment = get_object_or_404(
            TaskAttachment.objects.select_related("file"), id=attachment_id, task__in=visible
        )
        return serve(attachment.file)


class Questions(APIView):
    @extend_schema(responses=serializers.QuestionSerializer(many=True), operation_id="task_questions")
    def get(self, request: Request, task_id: UUID) -> Response:
        questions = queries.questions(_visible(request, task_id), actor(request._request))
        return Response(serializers.QuestionSerializer(questions, many=True).data)

    @extend_schema(
        request=serializers.NewQuestionSerializer,
        responses={201: serializers.QuestionSerializer},
        operation_id="task_question_ask",
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        task = _visible(request, task_id)
        serializer = serializers.NewQuestionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        question = operations.ask_question(
            task_id=task.id, actor=actor(request._request), now=timezone.now(), **serializer.validated_data
        )
        question.shown_asker = question.asked_by
        return Response(serializers.QuestionSerializer(question).data, status=201)


class Answer(APIView):
    @extend_schema(
        request=serializers.AnswerSerializer, responses=serializers.QuestionSerializer, operation_id="question_answer"
    )
    def post(self, request: Request, question_id: UUID) -> Response:
        visible = queries.tasks_visible_to(actor(request._request))
        question = get_object_or_404(Question.objects.filter(task__in=visible), id=question_id)
        serializer = serializers.AnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        answered = operations.answer_question(
            question_id=question.id,
            answer=serializer.validated_data["answer"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        answered.shown_asker = answered.asked_by
        return Response(serializers.QuestionSerializer(answered).data)


class DeclineInvitation(APIView):
    @extend_schema(request=None, responses=serializers.InvitationSerializer, operation_id="invitation_decline")
    def post(self, request: Request, invitation_id: UUID) -> Response:
        asker = actor(request._request)
        invitation = get_object_or_404(
            TaskInvitation, id=invitation_id, organization_id=asker.organization_id or UUID(int=0)
        )
        declined = operations.decline_invitation(invitation_id=invitation.id, actor=asker, now=timezone.now())
        return Response(serializers.InvitationSerializer(declined).data)


class SavedSearches(ListAPIView[SavedSearch]):
    serializer_class = serializers.SavedSearchSerializer

    @extend_schema(operation_id="saved_searches")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[SavedSearch]:
        if getattr(self, "swagger_fake_view", False):
            return SavedSearch.objects.none()
        return queries.saved_searches(actor(self.request._request).person_id)

    @extend_schema(
        request=serializers.SavedSearchSerializer,
        responses={201: serializers.SavedSearchSerializer},
        operation_id="saved_search_save",
    )
    def post(self, request: Request) -> Response:
        serializer = serializers.SavedSearchSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        assert isinstance(request.user, User)
        saved = saved_searches.save_search(user=request.user, now=timezone.now(), **serializer.validated_data)
        return Response(serializers.SavedSearchSerializer(saved).data, status=201)
