import apps.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.common.sql_files import sql_files


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_initial"),
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "subject_type",
                    models.CharField(
                        choices=[("task", "Task"), ("profile", "Profile"), ("message", "Message"), ("thread", "Conversation"), ("picture", "Picture")], max_length=10
                    ),
                ),
                ("subject_id", models.UUIDField()),
                ("title", models.CharField(max_length=200)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("fraud", "Fraud or an attempt to deceive"),
                            ("off_platform", "Asks to pay outside, without protection"),
                            ("illegal", "Illegal goods, services or content"),
                            ("harassment", "Insults, threats or harassment"),
                            ("discrimination", "Discrimination or hatred"),
                            ("private_data", "Private data of somebody"),
                            ("copyright", "Copyright or trade mark of somebody else"),
                            ("spam", "Spam or advertising"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                ("facts", models.TextField(max_length=2000)),
                ("issued_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("action", models.CharField(max_length=60)),
                ("subject_type", models.CharField(blank=True, default="", max_length=60)),
                ("subject_id", models.CharField(blank=True, default="", max_length=60)),
                ("reason", models.TextField(blank=True, default="")),
                ("details", models.JSONField(default=dict)),
                ("happened_at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id"], name="moderation_audit_subject"),
                    models.Index(fields=["-happened_at", "-id"], name="moderation_audit_latest"),
                    models.Index(fields=["action", "-happened_at"], name="moderation_audit_of_act"),
                    models.Index(fields=["actor", "-happened_at"], name="moderation_audit_of_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "subject_type",
                    models.CharField(
                        choices=[("task", "Task"), ("profile", "Profile"), ("message", "Message"), ("thread", "Conversation"), ("picture", "Picture")], max_length=10
                    ),
                ),
                ("subject_id", models.UUIDField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("fraud", "Fraud or an attempt to deceive"),
                            ("off_platform", "Asks to pay outside, without protection"),
                            ("illegal", "Illegal goods, services or content"),
                            ("harassment", "Insults, threats or harassment"),
                            ("discrimination", "Discrimination or hatred"),
                            ("private_data", "Private data of somebody"),
                            ("copyright", "Copyright or trade mark of somebody else"),
                            ("spam", "Spam or advertising"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                ("text", models.TextField(blank=True, default="", max_length=2000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("snapshot", models.JSONField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("upheld", "Taken down"), ("dismissed", "Dismissed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("reported_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.TextField(blank=True, default="", max_length=2000)),
                (
                    "affected",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reporter_organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["subject_type", "subject_id"], name="moderation_report_subject")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("reporter", "subject_type", "subject_id"),
                        name="moderation_report_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "upheld", "dismissed"])),
                        name="moderation_report_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "fraud",
                                    "off_platform",
                                    "illegal",
                                    "harassment",
                                    "discrimination",
                                    "private_data",
                                    "copyright",
                                    "spam",
                                    "other",
                                ],
                            )
                        ),
                        name="moderation_report_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "open"),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decision_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="moderation_report_decided_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("text", models.TextField(max_length=2000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("sent_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Waiting for an answer"), ("granted", "Restored"), ("refused", "Stays down")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True, default="", max_length=2000)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "statement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="objection", to="moderation.statement"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "granted", "refused"])),
                        name="moderation_objection_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "open"),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="moderation_objection_answered_with_reason",
                    ),
                ],
            },
        ),
        *sql_files(__file__),
    ]
