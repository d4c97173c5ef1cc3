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
            name="GatewayCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("gateway", models.CharField(max_length=20, unique=True)),
                ("checked_at", models.DateTimeField()),
                ("newest_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("processor", models.CharField(max_length=20)),
                ("external_id", models.CharField(max_length=120)),
                ("type", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=10)),
                ("reference", models.CharField(blank=True, default="", max_length=60)),
                ("payload", models.JSONField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("handled", "Handled"),
                            ("ignored", "Not about us"),
                            ("failed", "Failed"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                ("attempts_made", models.PositiveIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("last_error", models.TextField(blank=True, default="")),
                ("received_at", models.DateTimeField()),
                ("handled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "received")),
                        fields=["next_attempt_at"],
                        name="gateways_webhookevent_due",
                    ),
                    models.Index(fields=["processor", "-received_at"], name="gateways_webhookevent_newest"),
                    models.Index(
                        condition=models.Q(("status", "failed")), fields=["id"], name="gateways_webhookevent_failed"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("processor", "external_id"), name="gateways_webhookevent_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["received", "handled", "ignored", "failed"])),
                        name="gateways_webhookevent_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentPause",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("manual", "By a person"),
                            ("restore", "After a restore"),
                            ("mismatch", "The processor knows more than the books"),
                        ],
                        default="manual",
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField(max_length=1000)),
                ("started_at", models.DateTimeField()),
                ("origin", models.CharField(blank=True, default="", max_length=120)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.TextField(blank=True, default="", max_length=1000)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["manual", "restore", "mismatch"])),
                        name="gateways_paymentpause_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="gateways_paymentpause_has_a_reason"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("ended_at",),
                        name="gateways_paymentpause_one_open",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnbookedObject",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("gateway", models.CharField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("charge", "Payment"),
                            ("transfer", "Transfer to a freelancer's account"),
                            ("payout", "Payout"),
                            ("outbound", "Payout abroad"),
                            ("refund", "Refund"),
                            ("top_up", "Top-up"),
                            ("reversal", "Transfer taken back"),
                            ("bank_files", "Files for the bank"),
                        ],
                        max_length=12,
                    ),
                ),
                ("remote_id", models.CharField(max_length=120)),
                ("own_id", models.UUIDField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("frozen", "Waiting for staff"),
                            ("rebuilt", "Entered into the books"),
                            ("resolved", "Resolved by staff"),
                        ],
                        default="frozen",
                        max_length=12,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("remote_created_at", models.DateTimeField()),
                ("found_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolution", models.TextField(blank=True, default="", max_length=1000)),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "frozen")),
                        fields=["organization"],
                        name="gateways_unbooked_frozen",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("gateway", "kind", "remote_id"), name="gateways_unbooked_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "charge",
                                    "transfer",
                                    "payout",
                                    "outbound",
                                    "refund",
                                    "top_up",
                                    "reversal",
                                    "bank_files",
                                ],
                            )
                        ),
                        name="gateways_unbooked_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["frozen", "rebuilt", "resolved"])),
                        name="gateways_unbooked_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "resolved"), _negated=True),
                            models.Q(("resolution", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="gateways_unbooked_resolved_has_a_reason",
                    ),
                ],
            },
        ),
    ]
