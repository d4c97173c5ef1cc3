import apps.common.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("reference_id", models.UUIDField()),
                ("memo", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("created", "Prepared"),
                            ("open", "Waiting for payment"),
                            ("processing", "Payment on its way"),
                            ("succeeded", "Paid"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="created",
                        max_length=12,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("gateway", models.CharField(max_length=20)),
                ("idem_key", models.UUIDField(default=apps.common.ids.uuid7, unique=True)),
                ("success_url", models.CharField(max_length=500)),
                ("cancel_url", models.CharField(max_length=500)),
                ("language", models.CharField(default="en", max_length=10)),
                ("checkout_url", models.CharField(blank=True, default="", max_length=1000)),
                ("remote_session_id", models.CharField(blank=True, default="", max_length=120)),
                ("remote_payment_id", models.CharField(blank=True, default="", max_length=120)),
                ("remote_charge_id", models.CharField(blank=True, default="", max_length=120)),
                ("fee_minor", models.BigIntegerField(blank=True, null=True)),
                ("decline_code", models.CharField(blank=True, default="", max_length=60)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("succeeded_at", models.DateTimeField(blank=True, null=True)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Chargeback",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("opened", "Opened by the bank"),
                            ("submitted", "Evidence handed in"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                        ],
                        default="opened",
                        max_length=12,
                    ),
                ),
                ("gateway", models.CharField(max_length=20)),
                ("remote_id", models.CharField(max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("fee_minor", models.BigIntegerField(default=0)),
                ("reason_code", models.CharField(blank=True, default="", max_length=60)),
                ("evidence_due_at", models.DateTimeField(blank=True, null=True)),
                ("evidence_key", models.UUIDField(default=apps.common.ids.uuid7, unique=True)),
                ("evidence_text", models.TextField(blank=True, default="")),
                ("evidence_by_id", models.UUIDField(blank=True, null=True)),
                ("evidence_written_at", models.DateTimeField(blank=True, null=True)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("absorbed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="chargebacks", to="payments.charge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentMethod",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("gateway", models.CharField(max_length=20)),
                (
                    "direction",
                    models.CharField(choices=[("in", "Paid in"), ("out", "Paid out")], default="in", max_length=3),
                ),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("rank", models.PositiveIntegerField()),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("source", models.CharField(max_length=300)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("gateway", "direction", "country", "currency", "valid_from"),
                        name="payments_paymentmethod_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["in", "out"])),
                        name="payments_paymentmethod_direction_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="payments_paymentmethod_ends_later",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("reference_id", models.UUIDField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("sending", "Being sent"),
                            ("submitted", "On its way"),
                            ("succeeded", "Refunded"),
                            ("failed", "Came back"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("idem_key", models.UUIDField(default=apps.common.ids.uuid7, unique=True)),
                ("remote_id", models.CharField(blank=True, default="", max_length=120)),
                ("failure_code", models.CharField(blank=True, default="", max_length=60)),
                ("attempts_made", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("next_attempt_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="payments.charge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefundAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("nth", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "No answer yet"),
                            ("taken", "Taken by the processor"),
                            ("unknown", "Outcome unknown"),
                            ("refused", "Refused"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("detail", models.CharField(blank=True, default="", max_length=300)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="payments.refund"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["payer", "-created_at"], name="payments_charge_of_payer"),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["reference_id"], name="payments_charge_reference"),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                models.OrderBy(models.F("looked_at"), nulls_first=True),
                models.F("id"),
                condition=models.Q(("status__in", ["open", "processing"])),
                name="payments_charge_stale",
            ),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(("remote_charge_id", ""), ("status", "succeeded")),
                fields=["gateway", "created_at"],
                name="payments_charge_nameless",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["created", "open", "processing", "succeeded", "expired", "cancelled"])
                ),
                name="payments_charge_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_charge_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "succeeded"), _negated=True),
                    models.Q(models.Q(("remote_payment_id", ""), _negated=True), ("succeeded_at__isnull", False)),
                    _connector="OR",
                ),
                name="payments_charge_succeeded_is_remote",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("remote_session_id", ""), _negated=True),
                fields=("gateway", "remote_session_id"),
                name="payments_charge_session_once",
            ),
        ),
        migrations.AddIndex(
            model_name="chargeback",
            index=models.Index(
                models.OrderBy(models.F("looked_at"), nulls_first=True),
                models.F("id"),
                condition=models.Q(("status__in", ["opened", "submitted"])),
                name="payments_chargeback_stale",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["opened", "submitted", "won", "lost"])),
                name="payments_chargeback_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.UniqueConstraint(fields=("gateway", "remote_id"), name="payments_chargeback_remote_once"),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("fee_minor__gte", 0)), name="payments_chargeback_amounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(("absorbed_at", None), ("status", "lost"), _connector="OR"),
                name="payments_chargeback_absorbed_is_lost",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["won", "lost"]), _negated=True),
                    ("closed_at__isnull", False),
                    _connector="OR",
                ),
                name="payments_chargeback_closed_has_a_day",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("status__in", ["requested", "sending"])),
                fields=["next_attempt_at"],
                name="payments_refund_due",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                models.OrderBy(models.F("looked_at"), nulls_first=True),
                models.F("id"),
                condition=models.Q(("status", "submitted")),
                name="payments_refund_stale",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["requested", "sending", "submitted", "succeeded", "failed"])),
                name="payments_refund_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_refund_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["submitted", "succeeded"]), _negated=True),
                    models.Q(("remote_id", ""), _negated=True),
                    _connector="OR",
                ),
                name="payments_refund_submitted_is_remote",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["pending", "taken", "unknown", "refused"])),
                name="payments_refundattempt_refund_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundattempt",
            constraint=models.UniqueConstraint(fields=("refund", "nth"), name="payments_refundattempt_refund_nth"),
        ),
    ]
