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
            name="CommissionTax",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("platform_country", models.CharField(max_length=2)),
                ("payee_country", models.CharField(max_length=2)),
                ("rate_bps", models.PositiveIntegerField()),
                ("jurisdiction", models.CharField(max_length=2)),
                ("is_illustrative", models.BooleanField(default=True)),
                ("source", models.CharField(max_length=300)),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform_country", "payee_country", "effective_from"),
                        name="pricing_commissiontax_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to", None), ("effective_to__gt", models.F("effective_from")), _connector="OR"
                        ),
                        name="pricing_commissiontax_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate_bps__lte", 5000)), name="pricing_commissiontax_share"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeeSchedule",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("payer_country", models.CharField(default="*", max_length=2)),
                ("payee_country", models.CharField(default="*", max_length=2)),
                (
                    "contract_type",
                    models.CharField(
                        choices=[("*", "Any"), ("milestones", "Fixed price, in milestones")], default="*", max_length=20
                    ),
                ),
                ("paid_before_min", models.PositiveIntegerField(default=0)),
                ("commission_bps", models.PositiveIntegerField()),
                ("employer_fee_bps", models.PositiveIntegerField()),
                ("fx_margin_bps", models.PositiveIntegerField()),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("payer_country", "payee_country", "contract_type", "paid_before_min", "effective_from"),
                        name="pricing_feeschedule_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to", None), ("effective_to__gt", models.F("effective_from")), _connector="OR"
                        ),
                        name="pricing_feeschedule_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("commission_bps__lte", 5000), ("employer_fee_bps__lte", 5000), ("fx_margin_bps__lte", 1000)
                        ),
                        name="pricing_feeschedule_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("contract_type__in", ["*", "milestones"])),
                        name="pricing_feeschedule_type_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FxRate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rate_date", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=12, max_digits=24)),
                ("source", models.CharField(max_length=20)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("currency", "rate_date"), name="pricing_fxrate_once_a_day"),
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="pricing_fxrate_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaidWork",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("work_id", models.UUIDField(unique=True)),
                ("paid_at", models.DateTimeField()),
                ("counts", models.BooleanField(default=True)),
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
            options={
                "indexes": [models.Index(fields=["payer", "payee"], name="pricing_paidwork_between")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("payer", models.F("payee")), _negated=True),
                        name="pricing_paidwork_two_parties",
                    )
                ],
            },
        ),
    ]
