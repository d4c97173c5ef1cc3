import apps.common.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Country",
            fields=[
                ("code", models.CharField(max_length=2, primary_key=True, serialize=False)),
                (
                    "sanction_level",
                    models.CharField(
                        choices=[("none", "None"), ("restricted", "Restricted"), ("blocked", "Blocked")],
                        default="none",
                        max_length=10,
                    ),
                ),
                ("payout_currencies", models.JSONField(default=list)),
                ("source", models.CharField(max_length=300)),
                ("effective_from", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Corridor",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("payer_country", models.CharField(max_length=2)),
                ("payee_country", models.CharField(max_length=2)),
                ("is_open", models.BooleanField()),
                (
                    "rail",
                    models.CharField(
                        choices=[
                            ("connect", "Connected account"),
                            ("global_payouts", "International bank payout"),
                            ("sandbox", "Sandbox"),
                            ("unsupported", "Not reachable"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason_code", models.CharField(blank=True, default="", max_length=40)),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(blank=True, null=True)),
                ("source", models.CharField(max_length=300)),
                ("source_url", models.URLField(blank=True, default="", max_length=300)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("payer_country", "payee_country", "effective_from"), name="compliance_corridor_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to", None), ("effective_to__gt", models.F("effective_from")), _connector="OR"
                        ),
                        name="compliance_corridor_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_open", True), models.Q(("reason_code", ""), _negated=True), _connector="OR"
                        ),
                        name="compliance_corridor_refusal_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Withholding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("payer_country", models.CharField(max_length=2)),
                ("payee_country", models.CharField(max_length=2)),
                ("rate_bps", models.PositiveIntegerField()),
                ("jurisdiction", models.CharField(max_length=2)),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(blank=True, null=True)),
                ("source", models.CharField(max_length=300)),
                ("source_url", models.URLField(blank=True, default="", max_length=300)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("payer_country", "payee_country", "effective_from"), name="compliance_withholding_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate_bps__lte", 10000)), name="compliance_withholding_share"
                    ),
                ],
            },
        ),
    ]
