import apps.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bid",
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
                            ("submitted", "Submitted"),
                            ("shortlisted", "Shortlisted"),
                            ("awarded", "Offer made"),
                            ("accepted", "Won"),
                            ("declined", "Declined"),
                            ("replaced", "Contract ended, offered to another"),
                            ("not_taken", "Not taken"),
                            ("refused", "Offer declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="submitted",
                        max_length=12,
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("binding_amount_minor", models.BigIntegerField()),
                ("binding_currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(blank=True, decimal_places=12, max_digits=24, null=True)),
                ("rate_date", models.DateField(blank=True, null=True)),
                (
                    "exchange_bearer",
                    models.CharField(
                        choices=[
                            ("freelancer", "I bear it: it is taken when I withdraw"),
                            ("employer", "The employer bears it: it is added to my price"),
                        ],
                        default="freelancer",
                        max_length=10,
                    ),
                ),
                ("exchange_minor", models.BigIntegerField(default=0)),
                ("days", models.PositiveSmallIntegerField(verbose_name="days to deliver")),
                ("cover_note", models.TextField(max_length=5000, verbose_name="cover note")),
                ("source_language", models.CharField(default="en", max_length=10)),
                (
                    "decline_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("price", "The price does not fit the budget"),
                            ("time", "The delivery date does not fit"),
                            ("skills", "Other skills or experience are needed"),
                            ("understanding", "The bid does not answer the brief"),
                            ("communication", "Communication would be difficult"),
                            ("another", "Another bid fits the brief better"),
                            ("task_changed", "The task has changed or is no longer needed"),
                            ("other", "Another reason"),
                        ],
                        default="",
                        max_length=15,
                    ),
                ),
                ("decline_note", models.TextField(blank=True, default="", max_length=1000)),
                ("submitted_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "bidder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bids",
                        to="accounts.organization",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bids", to="tasks.task"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CriterionAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("will_meet", models.BooleanField()),
                ("note", models.CharField(blank=True, default="", max_length=600)),
                (
                    "bid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="bidding.bid"
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tasks.acceptancecriterion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProposedMilestone",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("position", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=140)),
                ("amount_minor", models.BigIntegerField()),
                ("binding_amount_minor", models.BigIntegerField()),
                ("days", models.PositiveSmallIntegerField()),
                (
                    "bid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="milestones", to="bidding.bid"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="bid",
            index=models.Index(fields=["bidder", "-submitted_at", "-id"], name="bidding_bid_of_bidder"),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("submitted", "shortlisted", "awarded", "accepted"))),
                fields=("task", "bidder"),
                name="bidding_bid_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["awarded", "accepted"])),
                fields=("task",),
                name="bidding_bid_one_awarded",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "submitted",
                            "shortlisted",
                            "awarded",
                            "accepted",
                            "declined",
                            "replaced",
                            "not_taken",
                            "refused",
                            "withdrawn",
                        ],
                    )
                ),
                name="bidding_bid_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("binding_amount_minor__gt", 0)),
                name="bidding_bid_amount_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(condition=models.Q(("days__gte", 1)), name="bidding_bid_days_positive"),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("currency", models.F("binding_currency")), ("rate__isnull", True)),
                    models.Q(("rate__isnull", False), ("rate_date__isnull", False)),
                    _connector="OR",
                ),
                name="bidding_bid_rate_when_converted",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exchange_minor", 0),
                    models.Q(
                        ("exchange_bearer", "employer"),
                        ("exchange_minor__gt", 0),
                        ("exchange_minor__lt", models.F("binding_amount_minor")),
                    ),
                    _connector="OR",
                ),
                name="bidding_bid_exchange_borne_by_employer",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(
                condition=models.Q(("exchange_bearer__in", ["freelancer", "employer"])), name="bidding_bid_bearer_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="criterionanswer",
            constraint=models.UniqueConstraint(fields=("bid", "criterion"), name="bidding_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="proposedmilestone",
            constraint=models.UniqueConstraint(fields=("bid", "position"), name="bidding_milestone_position"),
        ),
        migrations.AddConstraint(
            model_name="proposedmilestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("binding_amount_minor__gt", 0)),
                name="bidding_milestone_amount_positive",
            ),
        ),
    ]
