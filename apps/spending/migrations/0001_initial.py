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
            name="Budget",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=120)),
                ("purchase_order", models.CharField(blank=True, default="", max_length=60)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("is_closed", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("reference_id", models.UUIDField()),
                ("memo", models.CharField(max_length=300)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("purchase_order", models.CharField(blank=True, default="", max_length=60)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for a second person"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("used", "Paid"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, default="")),
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
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spending.budget",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Spend",
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
                        choices=[("reserved", "Being paid"), ("spent", "Paid"), ("lapsed", "Not paid")],
                        default="reserved",
                        max_length=10,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("counted_minor", models.BigIntegerField(blank=True, null=True)),
                ("counted_currency", models.CharField(max_length=3)),
                ("returned_minor", models.BigIntegerField(default=0)),
                ("purchase_order", models.CharField(blank=True, default="", max_length=60)),
                ("spent_on", models.DateField()),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spending.approval",
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spends",
                        to="spending.budget",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "spent_by",
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
            name="SpendingRule",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("currency", models.CharField(max_length=3)),
                ("approval_above_minor", models.BigIntegerField(blank=True, null=True)),
                ("monthly_limit_minor", models.BigIntegerField(blank=True, null=True)),
                ("member_limit_minor", models.BigIntegerField(blank=True, null=True)),
                ("set_at", models.DateTimeField()),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SpendingRuleChange",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("currency", models.CharField(max_length=3)),
                ("approval_above_minor", models.BigIntegerField(blank=True, null=True)),
                ("monthly_limit_minor", models.BigIntegerField(blank=True, null=True)),
                ("member_limit_minor", models.BigIntegerField(blank=True, null=True)),
                ("before", models.JSONField()),
                ("is_loosening", models.BooleanField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for a second person"),
                            ("agreed", "Agreed, not in force yet"),
                            ("in_force", "In force"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("effective_at", models.DateTimeField(blank=True, null=True)),
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
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="spending_budget_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_closed", False)),
                fields=("organization", "name"),
                name="spending_budget_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["asked", "approved", "refused", "withdrawn", "used"])),
                name="spending_approval_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="spending_approval_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="spending_approval_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "used", "refused"]), _negated=True),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="spending_approval_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["asked", "approved"])),
                fields=("reference_id",),
                name="spending_approval_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="spend",
            index=models.Index(fields=["organization", "-spent_on"], name="spending_spend_of_org"),
        ),
        migrations.AddConstraint(
            model_name="spend",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["reserved", "spent", "lapsed"])), name="spending_spend_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="spend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    ("returned_minor__gte", 0),
                    ("returned_minor__lte", models.F("amount_minor")),
                ),
                name="spending_spend_returns_at_most_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="spendingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approval_above_minor", None), ("approval_above_minor__gte", 0), _connector="OR"),
                    models.Q(("monthly_limit_minor", None), ("monthly_limit_minor__gte", 0), _connector="OR"),
                    models.Q(("member_limit_minor", None), ("member_limit_minor__gte", 0), _connector="OR"),
                ),
                name="spending_spendingrule_no_negatives",
            ),
        ),
        migrations.AddIndex(
            model_name="spendingrulechange",
            index=models.Index(fields=["organization", "-proposed_at"], name="spending_rulechange_of_org"),
        ),
        migrations.AddConstraint(
            model_name="spendingrulechange",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["proposed", "agreed", "in_force", "withdrawn"])),
                name="spending_rulechange_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="spendingrulechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agreed_by", None),
                    models.Q(("agreed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="spending_rulechange_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="spendingrulechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["agreed", "in_force"]), _negated=True),
                    ("effective_at__isnull", False),
                    _connector="OR",
                ),
                name="spending_rulechange_effective",
            ),
        ),
        migrations.AddConstraint(
            model_name="spendingrulechange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["proposed", "agreed"])),
                fields=("organization",),
                name="spending_rulechange_one_open",
            ),
        ),
    ]
