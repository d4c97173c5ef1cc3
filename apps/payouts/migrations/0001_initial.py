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
            name="FxQuote",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("amount_from_minor", models.BigIntegerField()),
                ("currency_from", models.CharField(max_length=3)),
                ("amount_to_minor", models.BigIntegerField()),
                ("currency_to", models.CharField(max_length=3)),
                ("amount_mid_minor", models.BigIntegerField()),
                ("mid", models.DecimalField(decimal_places=12, max_digits=24)),
                ("customer_rate", models.DecimalField(decimal_places=12, max_digits=24)),
                ("margin_bps", models.PositiveIntegerField()),
                ("rate_date", models.DateField()),
                ("source", models.CharField(max_length=20)),
                ("expires_at", models.DateTimeField()),
                ("quoted_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LiquidityShortage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("gateway", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("missing_minor", models.BigIntegerField()),
                ("recorded_on", models.DateField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("gateway", "currency", "recorded_on"), name="payouts_liquidityshortage_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("missing_minor__gt", 0)), name="payouts_liquidityshortage_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Being set up"),
                            ("onboarding", "To be completed at the payment processor"),
                            ("active", "Ready"),
                            ("refused", "Refused"),
                            ("replaced", "Replaced"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("holder_name", models.CharField(max_length=160)),
                ("rail", models.CharField(max_length=20)),
                ("gateway", models.CharField(max_length=20)),
                ("open_key", models.UUIDField(default=apps.common.ids.uuid7, unique=True)),
                ("remote_account_id", models.CharField(blank=True, default="", max_length=80)),
                ("last4", models.CharField(blank=True, default="", max_length=4)),
                ("bank_name", models.CharField(blank=True, default="", max_length=80)),
                ("remote_payout_method_id", models.CharField(blank=True, default="", max_length=80)),
                ("refusal_code", models.CharField(blank=True, default="", max_length=60)),
                ("is_automatic", models.BooleanField(default=False)),
                ("automatic_agreed_at", models.DateTimeField(blank=True, null=True)),
                ("automatic_agreed_by_id", models.UUIDField(blank=True, null=True)),
                ("set_by_id", models.UUIDField(blank=True, null=True)),
                ("number_digest", models.CharField(blank=True, db_index=True, default="", max_length=64)),
                ("payable_from", models.DateTimeField(blank=True, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payout",
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
                            ("requested", "Requested"),
                            ("sending", "Being sent"),
                            ("submitted", "On its way to the bank"),
                            ("paid", "Paid out"),
                            ("failed", "Failed"),
                            ("returned", "Returned by the bank"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("gateway", models.CharField(max_length=20)),
                ("is_automatic", models.BooleanField(default=False)),
                ("transfer_key", models.UUIDField(default=apps.common.ids.uuid7, unique=True)),
                ("payout_key", models.UUIDField(default=apps.common.ids.uuid7, unique=True)),
                ("needs_transfer", models.BooleanField(default=True)),
                ("source_currency", models.CharField(blank=True, default="", max_length=3)),
                ("remote_transfer_id", models.CharField(blank=True, default="", max_length=120)),
                ("remote_payout_id", models.CharField(blank=True, default="", max_length=120)),
                ("remote_reversal_id", models.CharField(blank=True, default="", max_length=120)),
                ("failure_code", models.CharField(blank=True, default="", max_length=60)),
                ("attempts_made", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("next_attempt_at", models.DateTimeField()),
                ("requested_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "quote",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payout", to="payouts.fxquote"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="payouts.payoutaccount"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="fxquote",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="quotes", to="payouts.payoutaccount"
            ),
        ),
        migrations.CreateModel(
            name="PayoutAttempt",
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
                    "payout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="payouts.payout"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TransferReversal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("sending", "Being asked for"),
                            ("succeeded", "Taken back"),
                            ("failed", "Refused"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("key", models.UUIDField(default=apps.common.ids.uuid7, unique=True)),
                ("remote_id", models.CharField(blank=True, default="", max_length=120)),
                ("failure_code", models.CharField(blank=True, default="", max_length=60)),
                ("attempts_made", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("next_attempt_at", models.DateTimeField()),
                ("requested_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "payout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversals", to="payouts.payout"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReversalAttempt",
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
                    "reversal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="payouts.transferreversal",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "onboarding", "active", "refused", "replaced"])),
                name="payouts_payoutaccount_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "active")),
                fields=("organization",),
                name="payouts_payoutaccount_one_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "active"), _negated=True),
                    models.Q(("remote_account_id", ""), _negated=True),
                    _connector="OR",
                ),
                name="payouts_payoutaccount_active_is_remote",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_automatic", False), ("automatic_agreed_at__isnull", False), _connector="OR"),
                name="payouts_payoutaccount_automatic_was_agreed",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(fields=["organization", "-requested_at"], name="payouts_payout_of_org"),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("status__in", ["requested", "sending"])),
                fields=["next_attempt_at"],
                name="payouts_payout_due",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                models.OrderBy(models.F("looked_at"), nulls_first=True),
                models.F("id"),
                condition=models.Q(("status", "submitted")),
                name="payouts_payout_stale",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["requested", "sending", "submitted", "paid", "failed", "returned"])),
                name="payouts_payout_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payouts_payout_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["submitted", "paid", "returned"]), _negated=True),
                    models.Q(("remote_payout_id", ""), _negated=True),
                    _connector="OR",
                ),
                name="payouts_payout_submitted_is_remote",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(
                condition=models.Q(("remote_payout_id", ""), _negated=True),
                fields=("gateway", "remote_payout_id"),
                name="payouts_payout_remote_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="fxquote",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("quoted_at"))), name="payouts_fxquote_expires_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="fxquote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_from_minor__gt", 0),
                    ("amount_mid_minor__gte", models.F("amount_to_minor")),
                    ("amount_to_minor__gt", 0),
                ),
                name="payouts_fxquote_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="fxquote",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer_rate__gt", 0), ("mid__gt", 0)), name="payouts_fxquote_rates"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["pending", "taken", "unknown", "refused"])),
                name="payouts_payoutattempt_payout_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutattempt",
            constraint=models.UniqueConstraint(fields=("payout", "nth"), name="payouts_payoutattempt_payout_nth"),
        ),
        migrations.AddIndex(
            model_name="transferreversal",
            index=models.Index(
                condition=models.Q(("status__in", ["requested", "sending"])),
                fields=["next_attempt_at"],
                name="payouts_transferreversal_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["requested", "sending", "succeeded", "failed"])),
                name="payouts_transferreversal_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "failed"), _negated=True),
                fields=("payout",),
                name="payouts_transferreversal_one_alive",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "succeeded"), ("remote_id", ""), _connector="XOR"),
                name="payouts_transferreversal_done_is_remote",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversalattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["pending", "taken", "unknown", "refused"])),
                name="payouts_reversalattempt_reversal_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversalattempt",
            constraint=models.UniqueConstraint(fields=("reversal", "nth"), name="payouts_reversalattempt_reversal_nth"),
        ),
    ]
