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
            name="BankStatement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=160)),
                ("closing_minor", models.BigIntegerField(blank=True, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("imported_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("body", models.TextField()),
                ("payment_id", models.CharField(blank=True, db_index=True, default="", max_length=35)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BankOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("key", models.UUIDField(unique=True)),
                ("document_id", models.UUIDField()),
                ("type", models.CharField(max_length=10)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ordered", "To be sent to the bank"),
                            ("exported", "In a file for the bank"),
                            ("executed", "Executed"),
                            ("rejected", "Rejected by the bank"),
                        ],
                        default="ordered",
                        max_length=12,
                    ),
                ),
                ("holder_name", models.CharField(max_length=160)),
                ("iban", models.CharField(max_length=34)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("ordered_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("failure_code", models.CharField(blank=True, default="", max_length=60)),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="banking.bankfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankRecipient",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("key", models.UUIDField(unique=True)),
                ("holder_name", models.CharField(max_length=160)),
                ("iban", models.CharField(max_length=34)),
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
            name="BankStatementLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("line_ref", models.CharField(max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("booked_on", models.DateField()),
                ("reference", models.CharField(blank=True, default="", max_length=140)),
                ("end_to_end_id", models.CharField(blank=True, default="", max_length=40)),
                ("counterparty_name", models.CharField(blank=True, default="", max_length=160)),
                ("counterparty_iban", models.CharField(blank=True, default="", max_length=34)),
                ("return_code", models.CharField(blank=True, default="", max_length=12)),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="banking.bankfile",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="banking.bankorder",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="banking.bankstatement"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="bankorder",
            index=models.Index(fields=["document_id"], name="banking_bankorder_document"),
        ),
        migrations.AddConstraint(
            model_name="bankorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["ordered", "exported", "executed", "rejected"])),
                name="banking_bankorder_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="banking_bankorder_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("type__in", ["transfer", "refund"])), name="banking_bankorder_type_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "rejected"), _negated=True),
                fields=("document_id",),
                name="banking_bankorder_one_alive",
            ),
        ),
        migrations.AddIndex(
            model_name="bankstatementline",
            index=models.Index(fields=["reference"], name="banking_bankline_reference"),
        ),
        migrations.AddConstraint(
            model_name="bankstatementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True), name="banking_bankline_amount_not_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankstatementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("order", None), ("file", None), _connector="OR"),
                name="banking_bankline_order_or_file",
            ),
        ),
    ]
