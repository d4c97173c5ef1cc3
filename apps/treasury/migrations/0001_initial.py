import apps.common.ids
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
            name="ReconciliationRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("gateway", models.CharField(max_length=20)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("is_clean", models.BooleanField()),
                ("lines_read", models.PositiveIntegerField()),
                ("items_opened", models.PositiveIntegerField()),
                ("summary", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["gateway", "-started_at"], name="treasury_run_newest")],
            },
        ),
        migrations.CreateModel(
            name="SuspenseItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("gateway", models.CharField(max_length=20)),
                ("reference", models.CharField(max_length=120)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "To be looked at"),
                            ("proposed", "A booking is proposed"),
                            ("resolved", "Resolved"),
                            ("cleared", "Explained automatically"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("unknown_type", "The processor names a kind of movement that we do not know"),
                            ("no_entry", "The processor moved money that is not in our books"),
                            ("no_line", "Our books say that money moved; the processor knows nothing of it"),
                            ("amount_differs", "Processor and books name different amounts"),
                        ],
                        max_length=20,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("opened_at", models.DateTimeField()),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("expense:processor", "Our cost: the processor"),
                            ("expense:chargeback", "Our cost: chargebacks"),
                            ("fx:gain_loss", "Exchange difference"),
                            ("equity:operator", "Our own capital"),
                            ("bank", "Our bank account"),
                            ("credit:employer", "Credit of the employer who paid"),
                        ],
                        default="",
                        max_length=30,
                    ),
                ),
                ("explanation", models.TextField(blank=True, default="", max_length=1000)),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "target_organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProcessorLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("gateway", models.CharField(max_length=20)),
                ("line_id", models.CharField(max_length=120)),
                ("type", models.CharField(max_length=40)),
                ("reference", models.CharField(blank=True, default="", max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("net_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("booked_at", models.DateTimeField()),
                ("available_at", models.DateTimeField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for its counterpart"),
                            ("matched", "Matched"),
                            ("suspense", "In suspense"),
                            ("resolved", "Resolved by two people"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("journal_id", models.UUIDField(blank=True, null=True)),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="treasury.suspenseitem",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BookLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("gateway", models.CharField(max_length=20)),
                ("journal_id", models.UUIDField()),
                ("event", models.CharField(max_length=60)),
                ("reference", models.CharField(blank=True, default="", max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("booked_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for its counterpart"),
                            ("matched", "Matched"),
                            ("suspense", "In suspense"),
                            ("resolved", "Resolved by two people"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="book_lines",
                        to="treasury.suspenseitem",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TopUp",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("gateway", models.CharField(max_length=20)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("submitted", "On its way"),
                            ("succeeded", "Arrived"),
                            ("failed", "Failed"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.TextField(max_length=1000)),
                ("remote_id", models.CharField(blank=True, default="", max_length=120)),
                ("failure_code", models.CharField(blank=True, default="", max_length=60)),
                ("requested_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TreasuryOperation",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tax_withheld", "Withheld tax remitted"),
                            ("tax_collected", "Tax on our commission remitted"),
                            ("sweep", "Own money moved to the bank"),
                            ("reserve", "Reserved for chargebacks"),
                            ("top_up", "Own money brought to the processor"),
                        ],
                        max_length=15,
                    ),
                ),
                ("subject", models.CharField(blank=True, default="", max_length=20)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.TextField(blank=True, max_length=1000)),
                ("acted_at", models.DateTimeField()),
                (
                    "acted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InternalTransfer",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("source", models.CharField(max_length=20)),
                ("target", models.CharField(max_length=20)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for a second person"),
                            ("agreed", "To be made by hand"),
                            ("left", "On its way"),
                            ("arrived", "Arrived"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.TextField(max_length=1000)),
                ("proposed_at", models.DateTimeField()),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "source_line",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cash_left",
                        to="treasury.processorline",
                    ),
                ),
                (
                    "target_line",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cash_arrived",
                        to="treasury.processorline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "agreed", "left", "arrived", "cancelled"])),
                        name="treasury_cashmove_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="treasury_cashmove_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="treasury_cashmove_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="treasury_internaltransfer_two_gateways",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed_by", None),
                            models.Q(("agreed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="treasury_cashmove_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["agreed", "left", "arrived"]), _negated=True),
                            ("agreed_by__isnull", False),
                            _connector="OR",
                        ),
                        name="treasury_cashmove_agreed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["left", "arrived"]), ("source_line", None), _connector="XOR"
                        ),
                        name="treasury_cashmove_left_has_a_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "arrived"), ("target_line", None), _connector="XOR"),
                        name="treasury_cashmove_arrived_has_a_line",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="suspenseitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "proposed", "resolved", "cleared"])),
                name="treasury_suspenseitem_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["unknown_type", "no_entry", "no_line", "amount_differs"])),
                name="treasury_suspenseitem_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True), name="treasury_suspenseitem_amount_not_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["open", "proposed"])),
                fields=("gateway", "reference", "currency"),
                name="treasury_suspenseitem_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="treasury_suspenseitem_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "proposed"), _negated=True),
                    models.Q(
                        models.Q(("target", ""), _negated=True),
                        models.Q(("explanation", ""), _negated=True),
                        ("proposed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="treasury_suspenseitem_proposed_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "resolved"), _negated=True),
                    models.Q(
                        ("closed_at__isnull", False), ("confirmed_by__isnull", False), ("proposed_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="treasury_suspenseitem_resolved_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("target", "credit:employer"), _negated=True),
                    ("target_organization__isnull", False),
                    _connector="OR",
                ),
                name="treasury_suspenseitem_credit_has_an_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="processorline",
            index=models.Index(fields=["gateway", "reference"], name="treasury_pline_reference"),
        ),
        migrations.AddIndex(
            model_name="processorline",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["gateway", "status"], name="treasury_pline_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="processorline",
            constraint=models.UniqueConstraint(fields=("gateway", "line_id"), name="treasury_processorline_once"),
        ),
        migrations.AddConstraint(
            model_name="processorline",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["waiting", "matched", "suspense", "resolved"])),
                name="treasury_processorline_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="processorline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "net_minor",
                        django.db.models.expressions.CombinedExpression(
                            models.F("amount_minor"), "-", models.F("fee_minor")
                        ),
                    )
                ),
                name="treasury_processorline_net",
            ),
        ),
        migrations.AddConstraint(
            model_name="processorline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "suspense"), _negated=True), ("item__isnull", False), _connector="OR"
                ),
                name="treasury_processorline_suspense_has_item",
            ),
        ),
        migrations.AddIndex(
            model_name="bookline",
            index=models.Index(fields=["gateway", "reference"], name="treasury_bline_reference"),
        ),
        migrations.AddIndex(
            model_name="bookline",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["gateway", "status"], name="treasury_bline_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="bookline",
            constraint=models.UniqueConstraint(
                fields=("gateway", "journal_id", "currency"), name="treasury_bookline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bookline",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["waiting", "matched", "suspense", "resolved"])),
                name="treasury_bookline_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["requested", "submitted", "succeeded", "failed"])),
                name="treasury_topup_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="treasury_topup_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="treasury_topup_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["submitted", "succeeded"]), _negated=True),
                    models.Q(("remote_id", ""), _negated=True),
                    _connector="OR",
                ),
                name="treasury_topup_submitted_is_remote",
            ),
        ),
        migrations.AddConstraint(
            model_name="treasuryoperation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["tax_withheld", "tax_collected", "sweep", "reserve", "top_up"])),
                name="treasury_treasuryact_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="treasuryoperation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="treasury_treasuryact_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="treasuryoperation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("acted_by__isnull", False), models.Q(("reason", ""), _negated=True)),
                    models.Q(("acted_by__isnull", True), ("kind", "reserve")),
                    _connector="OR",
                ),
                name="treasury_treasuryact_has_a_reason",
            ),
        ),
    ]
