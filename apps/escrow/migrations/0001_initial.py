import apps.common.ids
import apps.escrow.models
import django.db.models.deletion
import django.db.models.expressions
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
            name="Escrow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("reference_id", models.UUIDField(unique=True)),
                ("memo", models.CharField(max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Not paid in yet"),
                            ("funding", "Payment on its way"),
                            ("funded", "Held"),
                            ("partially_released", "Partly released"),
                            ("disputed", "Frozen by a dispute"),
                            ("released", "Released"),
                            ("refunded", "Refunded"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=20,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("employer_fee_minor", models.BigIntegerField(default=0)),
                ("commission_bps", models.PositiveIntegerField()),
                ("withholding_bps", models.PositiveIntegerField(default=0)),
                ("withholding_country", models.CharField(blank=True, default="", max_length=2)),
                ("tax_bps", models.PositiveIntegerField(default=0)),
                ("tax_country", models.CharField(blank=True, default="", max_length=2)),
                ("fee_tax_bps", models.PositiveIntegerField(default=0)),
                ("fee_tax_country", models.CharField(blank=True, default="", max_length=2)),
                ("credit_minor", models.BigIntegerField(default=0)),
                ("credit_entry_id", models.UUIDField(blank=True, null=True)),
                ("frozen_by_id", models.UUIDField(blank=True, null=True)),
                ("is_owed_back", models.BooleanField(default=apps.escrow.models._is_owed_back)),
                ("released_minor", models.BigIntegerField(default=0)),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("funding_charge_id", models.UUIDField(blank=True, null=True)),
                ("opened_at", models.DateTimeField()),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                ("funded_at", models.DateTimeField(blank=True, null=True)),
                ("hold_until", models.DateTimeField(blank=True, null=True)),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankClaim",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("warning", "Warning of fraud"), ("chargeback", "Chargeback")], max_length=10
                    ),
                ),
                ("source_key", models.CharField(max_length=120)),
                ("opened_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "escrow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="escrow.escrow"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("chargeback_id", models.UUIDField(unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("decided", "Decided, can be appealed"),
                            ("appealed", "Appealed"),
                            ("confirmed", "Claimed back"),
                            ("overturned", "Overturned"),
                        ],
                        default="decided",
                        max_length=10,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reasons", models.TextField(max_length=4000)),
                ("decided_at", models.DateTimeField()),
                ("appeal_by", models.DateTimeField()),
                ("appeal_text", models.TextField(blank=True, default="", max_length=5000)),
                ("appealed_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, default="", max_length=4000)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "escrow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recoveries", to="escrow.escrow"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "recoveries",
            },
        ),
        migrations.CreateModel(
            name="Release",
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
                            ("manual", "Approved"),
                            ("auto", "Approved by the clock"),
                            ("agreement", "Split by agreement"),
                            ("dispute", "Split after a dispute"),
                            ("bonus", "Bonus"),
                        ],
                        max_length=10,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("gross_minor", models.BigIntegerField()),
                ("commission_minor", models.BigIntegerField()),
                ("tax_minor", models.BigIntegerField(default=0)),
                ("withheld_minor", models.BigIntegerField()),
                ("net_minor", models.BigIntegerField()),
                ("employer_fee_minor", models.BigIntegerField(default=0)),
                ("employer_fee_tax_minor", models.BigIntegerField(default=0)),
                ("released_by_id", models.UUIDField(blank=True, null=True)),
                ("released_at", models.DateTimeField()),
                (
                    "escrow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="releases", to="escrow.escrow"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Goodwill",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "to",
                    models.CharField(
                        choices=[("employer", "The employer's credit"), ("freelancer", "The freelancer's balance")],
                        max_length=10,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("tax_minor", models.BigIntegerField()),
                ("reason", models.TextField(max_length=1000)),
                ("given_at", models.DateTimeField()),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="goodwill", to="escrow.release"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "goodwill",
            },
        ),
        migrations.AddIndex(
            model_name="escrow",
            index=models.Index(
                condition=models.Q(("status__in", ["funded", "partially_released", "disputed"])),
                fields=["hold_until"],
                name="escrow_escrow_hold_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "pending",
                            "funding",
                            "funded",
                            "partially_released",
                            "disputed",
                            "released",
                            "refunded",
                            "cancelled",
                        ],
                    )
                ),
                name="escrow_escrow_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("employer_fee_minor__gte", 0)),
                name="escrow_escrow_amount_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refunded_minor__gte", 0),
                    ("released_minor__gte", 0),
                    (
                        "amount_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("released_minor"), "+", models.F("refunded_minor")
                        ),
                    ),
                ),
                name="escrow_escrow_never_overspent",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("payer", models.F("payee")), _negated=True), name="escrow_escrow_two_parties"
            ),
        ),
        migrations.AddConstraint(
            model_name="escrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credit_minor__gte", 0),
                    (
                        "credit_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("amount_minor"), "+", models.F("employer_fee_minor")
                        ),
                    ),
                ),
                name="escrow_escrow_credit_within_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("frozen_by_id__isnull", False), ("status", "disputed")),
                    models.Q(models.Q(("status", "disputed"), _negated=True), ("frozen_by_id__isnull", True)),
                    _connector="OR",
                ),
                name="escrow_escrow_frozen_names_its_dispute",
            ),
        ),
        migrations.AddIndex(
            model_name="bankclaim",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["escrow"], name="escrow_bankclaim_open"),
        ),
        migrations.AddConstraint(
            model_name="bankclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["warning", "chargeback"])), name="escrow_bankclaim_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankclaim",
            constraint=models.UniqueConstraint(fields=("escrow", "source_key"), name="escrow_bankclaim_once"),
        ),
        migrations.AddIndex(
            model_name="recovery",
            index=models.Index(
                condition=models.Q(("status", "decided")), fields=["appeal_by"], name="escrow_recovery_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["decided", "appealed", "confirmed", "overturned"])),
                name="escrow_recovery_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), models.Q(("reasons", ""), _negated=True)),
                name="escrow_recovery_has_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_by", None),
                    models.Q(("answered_by", models.F("decided_by")), _negated=True),
                    _connector="OR",
                ),
                name="escrow_recovery_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "gross_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("commission_minor"), "+", models.F("tax_minor")
                                ),
                                "+",
                                models.F("withheld_minor"),
                            ),
                            "+",
                            models.F("net_minor"),
                        ),
                    )
                ),
                name="escrow_release_parts_sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("commission_minor__gte", 0),
                    ("gross_minor__gt", 0),
                    ("tax_minor__gte", 0),
                    ("net_minor__gte", 0),
                    ("withheld_minor__gte", 0),
                ),
                name="escrow_release_no_negatives",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("employer_fee_tax_minor__gte", 0), ("employer_fee_minor__gte", models.F("employer_fee_tax_minor"))
                ),
                name="escrow_release_tax_within_fee",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodwill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0), ("amount_minor__gte", models.F("tax_minor")), ("tax_minor__gte", 0)
                ),
                name="escrow_goodwill_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodwill",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="escrow_goodwill_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="goodwill",
            constraint=models.CheckConstraint(
                condition=models.Q(("to__in", ["employer", "freelancer"])), name="escrow_goodwill_to_known"
            ),
        ),
    ]
