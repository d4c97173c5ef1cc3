"""Endpoints of last dates for late work."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as rest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.states import KeyScope
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import StrictBooleanField, StrictSerializer, check_no_body
from apps.common.forms import CONTENT_LANGUAGES
from apps.contracts.models import LateNotice
from apps.contracts.operations import notices
from apps.contracts.queries import milestones
from apps.contracts.queries import notices as queries


class NoticeSerializer(rest.ModelSerializer[LateNotice]):
    class Meta:
        model = LateNotice
        fields = (
            "id", "milestone_id", "status", "text", "source_language", "given_at", "deliver_by", "ended_at", "appeal",
            "appealed_at", "answer",
        )  # fmt: skip
        read_only_fields = fields


class NewNoticeSerializer(StrictSerializer):
    text = rest.CharField(max_length=2000, required=False, allow_blank=True, default="")
    source_language = rest.ChoiceField(choices=CONTENT_LANGUAGES, default="en")


class EnforceSerializer(StrictSerializer):
    with_unfunded = StrictBooleanField(default=False, help_text="Also cancel the milestones that are not funded yet.")


class LateAppealSerializer(StrictSerializer):
    text = rest.CharField(max_length=5000)


class LateAppealAnswerSerializer(StrictSerializer):
    is_at_fault = StrictBooleanField(help_text="Whether it stays a missed deadline.")
    answer = rest.CharField(max_length=4000, help_text="The reasons. Both sides read them.")


def _notice(request: Request, notice_id: UUID) -> LateNotice:
    return get_object_or_404(queries.notices_visible_to(actor(request._request)), id=notice_id)


def _response(notice_id: UUID, status: int = 200) -> Response:
    return Response(NoticeSerializer(LateNotice.objects.get(id=notice_id)).data, status=status)


class GiveNotice(APIView):
    @extend_schema(request=NewNoticeSerializer, responses={201: NoticeSerializer}, operation_id="milestone_give_notice")
    def post(self, request: Request, milestone_id: UUID) -> Response:
        """Set a last date for late work. Until then it can be delivered; after it you can end it."""
        visible = milestones.milestones_visible_to(actor(request._request))
        milestone = get_object_or_404(visible, id=milestone_id)
        serializer = NewNoticeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        notice = notices.give_notice(
            milestone_id=milestone.id, actor=actor(request._request), now=timezone.now(), **serializer.validated_data
        )
        return _response(notice.id, 201)


class OneNotice(APIView):
    @extend_schema(responses=NoticeSerializer, operation_id="notice")
    def get(self, request: Request, notice_id: UUID) -> Response:
        return Response(NoticeSerializer(_notice(request, notice_id)).data)


class Withdraw(APIView):
    @extend_schema(request=None, responses=NoticeSerializer, operation_id="notice_withdraw")
    def post(self, request: Request, notice_id: UUID) -> Response:
        check_no_body(request)
        notice = _notice(request, notice_id)
        notices.withdraw_notice(notice_id=notice.id, actor=actor(request._request), now=timezone.now())
        return _response(notice.id)


class Enforce(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=EnforceSerializer,
        responses=NoticeSerializer,
        operation_id="notice_enforce",
    )
    @idempotent
    def post(self, request: Request, notice_id: UUID) -> Response:
        """End the late work after the last date: what is held for it is refunded to the employer."""
        notice = _notice(request, notice_id)
        serializer = EnforceSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        notices.enforce_notice(
            notice_id=notice.id, actor=actor(request._request), now=timezone.now(), **serializer.validated_data
        )
        return _response(notice.id)


class Appeal(APIView):
    @extend_schema(request=LateAppealSerializer, responses=NoticeSerializer, operation_id="notice_appeal")
    def post(self, request: Request, notice_id: UUID) -> Response:
        """Appeal, as the freelancer, within 14 days from the end. Money does not move again."""
        notice = _notice(request, notice_id)
        serializer = LateAppealSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        notices.appeal(
            notice_id=notice.id, actor=actor(request._request), now=timezone.now(), **serializer.validated_data
        )
        return _response(notice.id)


class AnswerAppeal(APIView):
    @extend_schema(request=LateAppealAnswerSerializer, responses=NoticeSerializer, operation_id="notice_answer_appeal")
    def post(self, request: Request, notice_id: UUID) -> Response:
        """Answer an appeal, as staff."""
        notice = _notice(request, notice_id)
        serializer = LateAppealAnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        notices.answer_appeal(
            notice_id=notice.id, actor=actor(request._request), now=timezone.now(), **serializer.validated_data
        )
        return _response(notice.id)
