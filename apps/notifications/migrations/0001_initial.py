import apps.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmailDelivery",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("key", models.CharField(max_length=120, unique=True)),
                ("template", models.CharField(max_length=40)),
                ("address", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=10)),
                ("params", models.JSONField(default=dict)),
                ("subject", models.CharField(blank=True, default="", max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Given up"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("attempts_made", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True, default="")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["pending", "sending"])),
                        fields=["next_attempt_at"],
                        name="notifications_email_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "sent")), fields=["sent_at"], name="notifications_email_sent"
                    ),
                    models.Index(
                        condition=models.Q(("status", "failed")), fields=["id"], name="notifications_email_failed"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["pending", "sending", "sent", "failed"])),
                        name="notifications_emaildelivery_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="notifications_emaildelivery_sent_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("kind", models.CharField(max_length=40)),
                ("params", models.JSONField(default=dict)),
                ("route", models.CharField(max_length=80)),
                ("route_args", models.JSONField(default=list)),
                ("anchor", models.CharField(blank=True, default="", max_length=60)),
                ("key", models.CharField(max_length=120)),
                ("is_in_app", models.BooleanField(default=True)),
                (
                    "pace",
                    models.CharField(
                        choices=[
                            ("off", "Never"),
                            ("at_once", "At once"),
                            ("daily", "Once a day"),
                            ("weekly", "Once a week"),
                        ],
                        default="off",
                        max_length=8,
                    ),
                ),
                ("happened_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("digested_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-happened_at", "-id"], name="notifications_notif_newest"),
                    models.Index(
                        condition=models.Q(("is_in_app", True), ("read_at", None)),
                        fields=["user"],
                        name="notifications_notif_unread",
                    ),
                    models.Index(
                        condition=models.Q(("digested_at", None), ("pace__in", ["daily", "weekly"])),
                        fields=["user"],
                        name="notifications_notif_digest",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind", "key"), name="notifications_notification_once"),
                    models.CheckConstraint(
                        condition=models.Q(("pace__in", ["off", "at_once", "daily", "weekly"])),
                        name="notifications_notification_pace",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailHours",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("quiet_from_hour", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("quiet_to_hour", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("digest_hour", models.PositiveSmallIntegerField(default=8)),
                ("digest_weekday", models.PositiveSmallIntegerField(default=1)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from_hour", None), ("quiet_to_hour", None)),
                            models.Q(
                                ("quiet_from_hour__isnull", False),
                                ("quiet_to_hour__isnull", False),
                                ("quiet_from_hour__lte", 23),
                                ("quiet_to_hour__lte", 23),
                                models.Q(("quiet_from_hour", models.F("quiet_to_hour")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notifications_mailhours_quiet",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("digest_hour__lte", 23), ("digest_weekday__gte", 1), ("digest_weekday__lte", 7)
                        ),
                        name="notifications_mailhours_digest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("tasks", "Tasks to find"),
                            ("searches", "Saved searches"),
                            ("bids", "Bids"),
                            ("contracts", "Contracts"),
                            ("money", "Money"),
                            ("messages", "Messages"),
                            ("reviews", "Reviews"),
                            ("account", "Account and safety"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_in_app", models.BooleanField(default=True, verbose_name="in the app")),
                (
                    "pace",
                    models.CharField(
                        choices=[
                            ("off", "Never"),
                            ("at_once", "At once"),
                            ("daily", "Once a day"),
                            ("weekly", "Once a week"),
                        ],
                        default="at_once",
                        max_length=8,
                        verbose_name="by e-mail",
                    ),
                ),
                ("is_pushed", models.BooleanField(default=False, verbose_name="push")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notification_preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "group"), name="notifications_preference_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("group__in", ["tasks", "searches", "bids", "contracts", "money", "messages", "reviews", "account"])
                        ),
                        name="notifications_preference_group",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pace__in", ["off", "at_once", "daily", "weekly"])),
                        name="notifications_preference_pace",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PushDevice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("endpoint", models.CharField(max_length=1000, unique=True)),
                ("public_key", models.CharField(max_length=90)),
                ("auth_secret", models.CharField(max_length=30)),
                ("server_key", models.CharField(max_length=90)),
                ("token_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("user_agent", models.CharField(blank=True, default="", max_length=300)),
                ("added_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="push_devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="PushDelivery",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("is_held", models.BooleanField(default=False)),
                ("others", models.PositiveSmallIntegerField(default=0)),
                ("attempts_made", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notifications.pushdevice",
                    ),
                ),
                (
                    "notification",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notifications.notification",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["next_attempt_at"], name="notifications_push_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("device", "notification"), name="notifications_pushdelivery_once"),
                ],
            },
        ),
    ]
