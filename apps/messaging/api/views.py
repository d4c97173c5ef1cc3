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
from apps.accounts.models import User
from apps.messaging import operations, queries
from apps.messaging.api.serializers import MessageSerializer, NewMessageSerializer
from apps.messaging.models import Message


class Thread(ListAPIView[Message]):
    """List a contract's messages, newest first; for its parties."""

    serializer_class = MessageSerializer

    def get_queryset(self) -> QuerySet[Message]:
        if getattr(self, "swagger_fake_view", False):
            return Message.objects.none()
        who = actor(self.request._request)
        get_object_or_404(queries.contracts_of(who), id=self.kwargs["contract_id"])
        return queries.thread(self.kwargs["contract_id"], who)

    @extend_schema(operation_id="messages_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewMessageSerializer, responses={201: MessageSerializer}, operation_id="message_send")
    def post(self, request: Request, contract_id: UUID) -> Response:
        """Send a message to the other party."""
        assert isinstance(request.user, User)
        who = actor(request._request)
        get_object_or_404(queries.contracts_of(who), id=contract_id)
        serializer = NewMessageSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        message = operations.send(
            contract_id=contract_id,
            text=serializer.validated_data["text"],
            source_language=serializer.validated_data.get("source_language") or request.user.language,
            actor=who,
            now=timezone.now(),
        )
        return Response(MessageSerializer(message).data, status=201)


class ThreadRead(APIView):
    @extend_schema(request=None, responses={204: None}, operation_id="messages_mark_read")
    def post(self, request: Request, contract_id: UUID) -> Response:
        """Mark all messages so far as read."""
        assert isinstance(request.user, User)
        who = actor(request._request)
        get_object_or_404(queries.contracts_of(who), id=contract_id)
        operations.mark_read(contract_id=contract_id, user=request.user, actor=who, now=timezone.now())
        return Response(status=204)
