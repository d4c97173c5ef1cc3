import apps.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("contracts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
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
                            ("open", "Waiting for the other side"),
                            ("answered", "Both sides have spoken"),
                            ("settled", "Settled by both"),
                            ("decided", "Decided by our staff"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Ended by the limit of holding"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_delivered", "Nothing was delivered"),
                            ("not_as_agreed", "The work is not as agreed"),
                            ("late", "The work came too late"),
                            ("no_answer", "The other side does not answer"),
                            ("scope_grew", "More was asked than was agreed"),
                            ("not_paid", "The work is done but not approved"),
                            ("other", "Something else"),
                        ],
                        max_length=15,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("opened_at", models.DateTimeField()),
                ("answer_due_at", models.DateTimeField()),
                ("decide_by", models.DateTimeField()),
                ("last_moment", models.DateTimeField(blank=True, null=True)),
                ("freelancer_minor", models.BigIntegerField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reasons", models.TextField(blank=True, default="", max_length=4000)),
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
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="contracts.milestone"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "respondent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DisputeStatement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("text", models.TextField(max_length=5000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("written_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="disputes.dispute"
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
            name="SplitProposal",
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
                            ("open", "Waiting for an answer"),
                            ("replaced", "Replaced by a newer one"),
                            ("accepted", "Accepted"),
                            ("moot", "The dispute ended otherwise"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("freelancer_minor", models.BigIntegerField()),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="disputes.dispute"
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
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("status__in", ("open", "answered"))),
                fields=["opened_at"],
                name="disputes_dispute_queue",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("open", "answered"))),
                fields=("milestone",),
                name="disputes_dispute_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "answered", "settled", "decided", "withdrawn", "lapsed"])),
                name="disputes_dispute_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        ["not_delivered", "not_as_agreed", "late", "no_answer", "scope_grew", "not_paid", "other"],
                    )
                ),
                name="disputes_dispute_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="disputes_dispute_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("freelancer_minor__isnull", True),
                    models.Q(("freelancer_minor__gte", 0), ("freelancer_minor__lte", models.F("amount_minor"))),
                    _connector="OR",
                ),
                name="disputes_dispute_part_of_the_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "decided"), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("freelancer_minor__isnull", False),
                        models.Q(("decision_reasons", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="disputes_dispute_decided_with_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("opened_by", models.F("respondent")), _negated=True),
                name="disputes_dispute_two_sides",
            ),
        ),
        migrations.AddConstraint(
            model_name="disputestatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="disputes_statement_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="splitproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("dispute", "organization"),
                name="disputes_proposal_one_open_a_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="splitproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("freelancer_minor__gte", 0)), name="disputes_proposal_part_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="splitproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "replaced", "accepted", "moot"])),
                name="disputes_proposal_status_known",
            ),
        ),
    ]
