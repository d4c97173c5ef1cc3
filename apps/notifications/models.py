from __future__ import annotations

from datetime import datetime

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel
from apps.notifications import rules
from apps.notifications.catalogue.every_kind import KINDS
from apps.notifications.catalogue.kinds import Group, Pace


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")


class Notification(BaseModel):
    """
    A notification for one person. It stores codes and values, never sentences: the text is made when it is read, in the
    reader's current language.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    route = models.CharField(max_length=80)
    route_args = models.JSONField(default=list)
    anchor = models.CharField(max_length=60, blank=True, default="")
    key = models.CharField(max_length=120)
    is_in_app = models.BooleanField(default=True)
    pace = models.CharField(max_length=8, choices=Pace, default=Pace.OFF)
    happened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    digested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "key"], name="notifications_notification_once"),
            models.CheckConstraint(condition=models.Q(pace__in=Pace.values), name="notifications_notification_pace"),
        ]
        indexes = [
            models.Index(fields=["user", "-happened_at", "-id"], name="notifications_notif_newest"),
            models.Index(
                fields=["user"], condition=models.Q(read_at=None, is_in_app=True), name="notifications_notif_unread"
            ),
            models.Index(
                fields=["user"],
                condition=models.Q(digested_at=None, pace__in=[Pace.DAILY, Pace.WEEKLY]),
                name="notifications_notif_digest",
            ),
        ]

    @property
    def group(self) -> str:
        return KINDS[self.kind].group if self.kind in KINDS else Group.ACCOUNT

    @property
    def icon(self) -> str:
        return KINDS[self.kind].icon if self.kind in KINDS else "bell"

    def get_absolute_url(self) -> str:
        """
        Return the URL of the page it is about, in the active language; the list of notifications if that page is gone.
        """
        try:
            return reverse(self.route, args=self.route_args) + (f"#{self.anchor}" if self.anchor else "")
        except NoReverseMatch:
            return reverse("notifications:list")


class Preference(BaseModel):
    """How one person wants to be notified of one group."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_preferences")
    group = models.CharField(max_length=10, choices=Group)
    is_in_app = models.BooleanField(_("in the app"), default=True)
    pace = models.CharField(_("by e-mail"), max_length=8, choices=Pace, default=Pace.AT_ONCE)
    is_pushed = models.BooleanField(_("push"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="notifications_preference_once"),
            models.CheckConstraint(condition=models.Q(group__in=Group.values), name="notifications_preference_group"),
            models.CheckConstraint(condition=models.Q(pace__in=Pace.values), name="notifications_preference_pace"),
        ]


class MailHours(BaseModel):
    """When one person wants e-mail, in their own time zone: quiet hours, and the time of digests."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    quiet_from_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet_to_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    """The first hour in which mail is sent again; before `quiet_from_hour` it is on the next day."""
    digest_hour = models.PositiveSmallIntegerField(default=rules.DIGEST_HOUR)
    digest_weekday = models.PositiveSmallIntegerField(default=rules.DIGEST_WEEKDAY)
    """Of the weekly digest, as in ISO 8601: Monday is 1."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from_hour=None, quiet_to_hour=None)
                | (
                    models.Q(quiet_from_hour__isnull=False, quiet_to_hour__isnull=False)
                    & models.Q(quiet_from_hour__lte=23, quiet_to_hour__lte=23)
                    & ~models.Q(quiet_from_hour=models.F("quiet_to_hour"))
                ),
                name="notifications_mailhours_quiet",
            ),
            models.CheckConstraint(
                condition=models.Q(digest_hour__lte=23, digest_weekday__gte=1, digest_weekday__lte=7),
                name="notifications_mailhours_digest",
            ),
        ]

    def quiet_until(self, now: datetime) -> datetime | None:
        """The end of the quiet hours; None outside of them."""
        if self.quiet_from_hour is None or self.quiet_to_hour is None:
            return None
        return rules.quiet_until(now, self.user.time_zone, self.quiet_from_hour, self.quiet_to_hour)


class EmailDelivery(BaseModel):
    """One e-mail and its status. `key` is unique, so that requesting the same e-mail again adds no second row."""

    key = models.CharField(max_length=120, unique=True)
    template = models.CharField(max_length=40)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    address = models.EmailField()
    language = models.CharField(max_length=10)
    params = models.JSONField(default=dict)
    subject = models.CharField(max_length=300, blank=True, default="")
    status = models.CharField(max_length=8, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    attempts_made = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=DeliveryStatus.values), name="notifications_emaildelivery_status_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=DeliveryStatus.SENT) | models.Q(sent_at__isnull=False),
                name="notifications_emaildelivery_sent_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(status__in=[DeliveryStatus.PENDING, DeliveryStatus.SENDING]),
                name="notifications_email_due",
            ),
            models.Index(fields=["sent_at"], condition=models.Q(status="sent"), name="notifications_email_sent"),
            models.Index(fields=["id"], condition=models.Q(status="failed"), name="notifications_email_failed"),
        ]


class PushDevice(BaseModel):
    """
    A browser in which one person turned push notifications on. Its address and keys are the browser's subscription
    (W3C Push API): who has them all can show this person notifications.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="push_devices")
    endpoint = models.CharField(max_length=1000, unique=True)
    public_key = models.CharField(max_length=90)
    auth_secret = models.CharField(max_length=30)
    server_key = models.CharField(max_length=90)
    """Our public key it was made for: the push service takes messages signed with that key alone."""
    token_sha256 = models.CharField(max_length=64, blank=True, default="")
    """Of the secret in the browser's cookie, by which it is recognised; "" if it was registered without a browser."""
    user_agent = models.CharField(max_length=300, blank=True, default="")
    added_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)


class PushDelivery(BaseModel):
    """A push message for one device that is still to be sent; the row is deleted when it is sent or has expired."""

    device = models.ForeignKey(PushDevice, on_delete=models.CASCADE, related_name="+")
    notification = models.ForeignKey(Notification, null=True, on_delete=models.CASCADE, related_name="+")
    """None for a test."""
    is_held = models.BooleanField(default=False)
    """Until the end of quiet hours; then what is held for a device becomes one message."""
    others = models.PositiveSmallIntegerField(default=0)
    """How many more notifications the message replaces."""
    attempts_made = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "notification"], name="notifications_pushdelivery_once"),
        ]
        indexes = [models.Index(fields=["next_attempt_at"], name="notifications_push_due")]
