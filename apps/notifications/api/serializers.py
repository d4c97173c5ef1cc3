from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common import fmt
from apps.notifications import rules
from apps.notifications.catalogue.kinds import Group, Pace
from apps.notifications.gateways.push_services import ENDPOINT_MAX
from apps.notifications.models import Notification, PushDevice


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    group = serializers.CharField(read_only=True)
    title = serializers.SerializerMethodField(help_text="In the language of the request.")
    body = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Notification
        fields = ["id", "kind", "group", "title", "body", "url", "params", "organization", "happened_at", "read_at"]
        read_only_fields = fields

    def get_title(self, notification: Notification) -> str:
        return rules.words(notification.kind, notification.params).title

    def get_body(self, notification: Notification) -> str:
        return rules.words(notification.kind, notification.params).body


class PreferenceSerializer(serializers.Serializer[Any]):
    group = serializers.ChoiceField(choices=Group.choices)
    is_in_app = serializers.BooleanField()
    pace = serializers.ChoiceField(choices=Pace.choices)
    is_pushed = serializers.BooleanField(
        required=False, help_text="On the devices where push notifications are on. Left out: as it is."
    )
    is_mandatory = serializers.BooleanField(read_only=True)


class MailHoursSerializer(serializers.Serializer[Any]):
    """Hours 0 to 23 of the user's time zone."""

    quiet_from_hour = serializers.IntegerField(min_value=0, max_value=23, allow_null=True, help_text="Null for none.")
    quiet_to_hour = serializers.IntegerField(
        min_value=0, max_value=23, allow_null=True, help_text="The first hour in which mail is sent again."
    )
    digest_hour = serializers.IntegerField(min_value=0, max_value=23)
    digest_weekday = serializers.IntegerField(min_value=1, max_value=7, help_text="Of the weekly digest; Monday is 1.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if (values["quiet_from_hour"] is None) != (values["quiet_to_hour"] is None):
            raise serializers.ValidationError("Both quiet hours, or neither.")
        return values


class DeviceSerializer(serializers.ModelSerializer[PushDevice]):
    name = serializers.SerializerMethodField(help_text="The browser and system, in the language of the request.")

    class Meta:
        model = PushDevice
        fields = ["id", "name", "added_at", "last_used_at"]
        read_only_fields = fields

    def get_name(self, device: PushDevice) -> str:
        return fmt.device(device.user_agent)


class DevicesSerializer(serializers.Serializer[Any]):
    application_server_key = serializers.CharField(help_text="To subscribe with, as in the Push API of browsers.")
    devices = DeviceSerializer(many=True)


class SubscriptionKeysSerializer(serializers.Serializer[Any]):
    p256dh = serializers.CharField(max_length=90)
    auth = serializers.CharField(max_length=30)


class SubscriptionSerializer(serializers.Serializer[Any]):
    """As `PushSubscription.toJSON()` returns it in a browser."""

    endpoint = serializers.CharField(max_length=ENDPOINT_MAX)
    keys = SubscriptionKeysSerializer()


class CountSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
