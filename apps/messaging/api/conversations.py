"""Conversations before and during a contract."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.accounts.queries import profiles
from apps.common.api.pagination import KeysetPagination
from apps.messaging import models, operations, queries
from apps.messaging.api.serializers import (
    ArchiveSerializer,
    BlockSerializer,
    ConversationSerializer,
    NewConversationSerializer,
    NewMessageSerializer,
    ShownMessageSerializer,
)
from apps.messaging.models import ConversationSide, Message
from apps.messaging.states import Show
from apps.tasks import queries as tasks


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _side(request: Request, conversation_id: UUID) -> ConversationSide:
    sides = queries.inbox_sides(actor(request._request), _user(request), timezone.now(), show=None)
    return get_object_or_404(sides, conversation_id=conversation_id)


def _shown(side: ConversationSide, organization_id: UUID | None) -> dict[str, Any]:
    conversation = side.conversation
    return {
        "id": conversation.id,
        "kind": conversation.kind,
        "contract_id": conversation.contract_id,
        "task_id": conversation.task_id,
        "title": conversation.title,
        "other": queries.other_side(conversation, organization_id, timezone.now()),
        "unread": side.unread,  # type: ignore[attr-defined]
        "last_at": side.last_at,
        "is_archived": side.archived_at is not None,
        "is_closed": conversation.hidden_at is not None,
    }


class NewestFirst(KeysetPagination):
    ordering = ("-last_at", "-id")  # type: ignore[assignment]


class NewestMessageFirst(KeysetPagination):
    ordering = ("-id",)  # type: ignore[assignment]


class Inbox(ListAPIView[ConversationSide]):
    serializer_class = ConversationSerializer  # type: ignore[assignment]
    pagination_class = NewestFirst
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[ConversationSide]:
        if getattr(self, "swagger_fake_view", False):
            return ConversationSide.objects.none()
        part = self.request.query_params.get("show", "")
        return queries.inbox_sides(
            actor(self.request._request),
            _user(self.request),
            timezone.now(),
            show=part if part in Show.values else "",
            text=self.request.query_params.get("q", "")[:100].replace("\x00", ""),
        )

    @extend_schema(
        operation_id="conversations_list",
        parameters=[
            OpenApiParameter("show", enum=[value for value in Show.values if value], description="Default: current."),
            OpenApiParameter("q", description="Words of a name, a title or a message."),
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the organization's conversations, the one with the newest message first."""
        page = self.paginate_queryset(self.get_queryset())
        own_id = actor(request._request).organization_id
        rows = [_shown(side, own_id) for side in page or []]
        return self.get_paginated_response(ConversationSerializer(rows, many=True).data)

    @extend_schema(
        request=NewConversationSerializer, responses={201: ShownMessageSerializer}, operation_id="conversation_open"
    )
    def post(self, request: Request) -> Response:
        """Write about a task before a contract, or to an organization from its profile. Uses an open conversation."""
        asker = actor(request._request)
        serializer = NewConversationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        words = {
            "text": values["text"],
            "source_language": values.get("source_language") or _user(request).language,
            "actor": asker,
            "now": timezone.now(),
        }
        if values.get("task_id"):
            task = get_object_or_404(tasks.tasks_visible_to(asker), id=values["task_id"])
            message = operations.write_about_task(task_id=task.id, other_id=values["organization_id"], **words)
        else:
            visible = profiles.profiles_visible_to(asker)
            other = get_object_or_404(visible, organization_id=values["organization_id"])
            message = operations.enquire(organization_id=other.organization_id, **words)
        shown = queries.shown_messages([message], message.conversation, asker, timezone.now())
        return Response(ShownMessageSerializer(shown[0]).data, status=201)


class One(APIView):
    @extend_schema(responses=ConversationSerializer, operation_id="conversation_read")
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Return a conversation of the organization."""
        side = _side(request, conversation_id)
        return Response(ConversationSerializer(_shown(side, actor(request._request).organization_id)).data)


class Messages(ListAPIView[Message]):
    serializer_class = ShownMessageSerializer  # type: ignore[assignment]
    pagination_class = NewestMessageFirst
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Message]:
        if getattr(self, "swagger_fake_view", False):
            return Message.objects.none()
        return queries.messages_in(self.kwargs["conversation_id"])

    @extend_schema(operation_id="conversation_messages")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a conversation's messages, newest first."""
        side = _side(request, kwargs["conversation_id"])
        page = self.paginate_queryset(self.get_queryset())
        shown = queries.shown_messages(page or [], side.conversation, actor(request._request), timezone.now())
        return self.get_paginated_response(ShownMessageSerializer(shown, many=True).data)

    @extend_schema(
        request=NewMessageSerializer, responses={201: ShownMessageSerializer}, operation_id="conversation_message_send"
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Send a message in a conversation."""
        side, asker = _side(request, conversation_id), actor(request._request)
        serializer = NewMessageSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        message = operations.send_in(
            conversation_id=conversation_id,
            text=serializer.validated_data["text"],
            source_language=serializer.validated_data.get("source_language") or _user(request).language,
            actor=asker,
            now=timezone.now(),
        )
        shown = queries.shown_messages([message], side.conversation, asker, timezone.now())
        return Response(ShownMessageSerializer(shown[0]).data, status=201)


class Read(APIView):
    @extend_schema(request=None, responses={204: None}, operation_id="conversation_mark_read")
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Mark all messages so far as read."""
        _side(request, conversation_id)
        operations.mark_conversation_read(
            conversation_id=conversation_id,
            user=_user(request),
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(status=204)


class Archive(APIView):
    @extend_schema(request=ArchiveSerializer, responses={204: None}, operation_id="conversation_archive")
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Move a conversation to the archive, or back. A new message brings it back too."""
        serializer = ArchiveSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        operations.archive(
            conversation_id=conversation_id,
            actor=actor(request._request),
            now=timezone.now(),
            is_archived=serializer.validated_data["is_archived"],
        )
        return Response(status=204)


class Block(APIView):
    @extend_schema(request=None, responses={201: BlockSerializer}, operation_id="conversation_block")
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Take no more messages from the other side, and archive the conversation."""
        blocked = operations.block(conversation_id=conversation_id, actor=actor(request._request), now=timezone.now())
        return Response(BlockSerializer(blocked).data, status=201)


class Blocks(ListAPIView[models.Block]):
    serializer_class = BlockSerializer  # type: ignore[assignment]
    pagination_class = NewestMessageFirst
    filter_backends: list[Any] = []

    @extend_schema(operation_id="blocks_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the organizations that may not write to the organization."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[models.Block]:
        if getattr(self, "swagger_fake_view", False):
            return models.Block.objects.none()
        return queries.blocks_of(actor(self.request._request))


class OneBlock(APIView):
    @extend_schema(responses={204: None}, operation_id="block_remove")
    def delete(self, request: Request, block_id: UUID) -> Response:
        """Let an organization write again."""
        operations.unblock(block_id=block_id, actor=actor(request._request))
        return Response(status=204)
