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

from apps.accounts.models import User
from apps.common.api.pagination import KeysetPagination
from apps.common.errors import NotFound
from apps.notifications import devices, operations, queries
from apps.notifications.api.serializers import (
    CountSerializer,
    DeviceSerializer,
    DevicesSerializer,
    MailHoursSerializer,
    NotificationSerializer,
    PreferenceSerializer,
    SubscriptionSerializer,
)
from apps.notifications.gateways import push_services
from apps.notifications.models import Notification
from apps.notifications.queries import Channels


def _reader(request: Request) -> UUID:
    assert isinstance(request.user, User)
    return request.user.pk


class NewestFirst(KeysetPagination):
    ordering = ("-happened_at", "-id")  # type: ignore[assignment]


class Notifications(ListAPIView[Notification]):
    """List the user's notifications, newest first, in the language of the request."""

    serializer_class = NotificationSerializer
    pagination_class = NewestFirst
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Notification]:
        if getattr(self, "swagger_fake_view", False):
            return Notification.objects.none()
        return queries.notifications_of(_reader(self.request))


class Unread(APIView):
    @extend_schema(responses=CountSerializer)
    def get(self, request: Request) -> Response:
        """Return the number of unread notifications, up to 99."""
        return Response({"count": queries.unread_count(_reader(request))})


class ReadAll(APIView):
    @extend_schema(request=None, responses=CountSerializer, operation_id="v1_notifications_read_all")
    def post(self, request: Request) -> Response:
        """Mark all as read."""
        return Response({"count": operations.mark_all_read(user_id=_reader(request), now=timezone.now())})


class Read(APIView):
    @extend_schema(request=None, responses=NotificationSerializer)
    def post(self, request: Request, notification_id: UUID) -> Response:
        """Mark one as read."""
        if not queries.notifications_of(_reader(request)).filter(id=notification_id).exists():
            raise NotFound
        operations.mark_read(user_id=_reader(request), notification_id=notification_id, now=timezone.now())
        return Response(NotificationSerializer(Notification.objects.get(id=notification_id)).data)


class Preferences(APIView):
    @extend_schema(responses=PreferenceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return how the user is notified of each group."""
        return Response(PreferenceSerializer(queries.preferences(_reader(request)), many=True).data)

    @extend_schema(request=PreferenceSerializer(many=True), responses=PreferenceSerializer(many=True))
    def put(self, request: Request) -> Response:
        """Change the settings of some groups; mandatory groups do not change."""
        serializer = PreferenceSerializer(data=request.data, many=True)
        serializer.is_valid(raise_exception=True)
        preferences = {
            row["group"]: Channels(row["is_in_app"], row["pace"], row.get("is_pushed"))
            for row in serializer.validated_data
        }
        operations.set_preferences(user_id=_reader(request), preferences=preferences, now=timezone.now())
        return self.get(request)


class Hours(APIView):
    @extend_schema(responses=MailHoursSerializer, operation_id="v1_notifications_hours")
    def get(self, request: Request) -> Response:
        """Return when the user gets e-mail: quiet hours, and the time of digests."""
        assert isinstance(request.user, User)
        return Response(MailHoursSerializer(queries.mail_hours(request.user)).data)

    @extend_schema(
        request=MailHoursSerializer, responses=MailHoursSerializer, operation_id="v1_notifications_hours_change"
    )
    def put(self, request: Request) -> Response:
        """Change it. In quiet hours only urgent mail is sent, and what concerns the safety of the account."""
        assert isinstance(request.user, User)
        serializer = MailHoursSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        start, end = values.pop("quiet_from_hour"), values.pop("quiet_to_hour")
        quiet = None if start is None else (start, end)
        operations.set_mail_hours(user=request.user, quiet=quiet, now=timezone.now(), **values)
        return self.get(request)


class Devices(APIView):
    """Where push notifications are on. 404 `push_not_offered` if the site sends none."""

    @extend_schema(responses=DevicesSerializer)
    def get(self, request: Request) -> Response:
        """List the user's devices, and the key that a browser subscribes with."""
        if not push_services.is_offered():
            raise devices.PushNotOffered
        rows = list(queries.push_devices(_reader(request)))
        content = {"application_server_key": push_services.public_key(), "devices": rows}
        return Response(DevicesSerializer(content).data)

    @extend_schema(request=SubscriptionSerializer, responses={201: DeviceSerializer})
    def post(self, request: Request) -> Response:
        """Turn push notifications on for a device, with the subscription that its browser made."""
        assert isinstance(request.user, User)
        serializer = SubscriptionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        keys = serializer.validated_data["keys"]
        device = devices.add(
            user=request.user,
            endpoint=serializer.validated_data["endpoint"],
            public_key=keys["p256dh"],
            auth_secret=keys["auth"],
            token="",
            user_agent=request.headers.get("User-Agent", ""),
            now=timezone.now(),
        )
        return Response(DeviceSerializer(device).data, status=201)


class Device(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, device_id: UUID) -> Response:
        """Turn push notifications off for one device."""
        devices.remove(user_id=_reader(request), device_id=device_id, now=timezone.now())
        return Response(status=204)


class DeviceTest(APIView):
    @extend_schema(request=None, responses={202: CountSerializer})
    def post(self, request: Request) -> Response:
        """Send a test to all of the user's devices. Returns their number."""
        assert isinstance(request.user, User)
        return Response({"count": devices.send_test(user=request.user, now=timezone.now())}, status=202)
