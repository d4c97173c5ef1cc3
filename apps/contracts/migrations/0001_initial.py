import apps.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("bidding", "0001_initial"),
        ("escrow", "0001_initial"),
        ("files", "0001_initial"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
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
                            ("offered", "Offered"),
                            ("active", "At work"),
                            ("completed", "Completed"),
                            ("ended_early", "Ended early, paid"),
                            ("split", "Ended, money split"),
                            ("refunded", "Ended, refunded"),
                            ("cancelled", "Cancelled by agreement"),
                            ("declined", "Declined by the freelancer"),
                            ("taken_back", "Taken back by the employer"),
                            ("lapsed", "Not answered in time"),
                        ],
                        default="offered",
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=140)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("binding_language", models.CharField(max_length=10)),
                ("terms", models.JSONField()),
                ("terms_sha256", models.CharField(max_length=64)),
                ("revisions_included", models.PositiveSmallIntegerField(default=2)),
                ("review_days", models.PositiveSmallIntegerField(default=10)),
                ("offered_at", models.DateTimeField()),
                ("respond_by", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("unfunded_since", models.DateTimeField(blank=True, null=True)),
                ("funding_reminders_sent", models.PositiveSmallIntegerField(default=0)),
                (
                    "bid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="bidding.bid"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts_as_employer",
                        to="accounts.organization",
                    ),
                ),
                (
                    "freelancer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts_as_freelancer",
                        to="accounts.organization",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="tasks.task"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CancellationProposal",
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
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("freelancer_share_bps", models.PositiveIntegerField()),
                ("reason", models.TextField(max_length=2000)),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancellation_proposals",
                        to="contracts.contract",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContractCriterion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=400)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="criteria", to="contracts.contract"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Deliverable",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveSmallIntegerField()),
                ("note", models.TextField(max_length=5000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("links", models.JSONField(default=list)),
                ("submitted_at", models.DateTimeField()),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CriterionCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("is_met", models.BooleanField()),
                ("note", models.CharField(blank=True, default="", max_length=400)),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.contractcriterion"
                    ),
                ),
                (
                    "deliverable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="contracts.deliverable"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeliverableFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "deliverable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="contracts.deliverable"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("position", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=140)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("days", models.PositiveSmallIntegerField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Not funded yet"),
                            ("awaiting_payment", "Waiting for payment"),
                            ("funded", "Funded"),
                            ("delivered", "Delivered"),
                            ("in_revision", "In revision"),
                            ("disputed", "In dispute"),
                            ("approved", "Paid"),
                            ("split", "Split"),
                            ("refunded", "Refunded"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=16,
                    ),
                ),
                ("revisions_used", models.PositiveSmallIntegerField(default=0)),
                ("review_due_at", models.DateTimeField(blank=True, null=True)),
                ("reminders_sent", models.PositiveSmallIntegerField(default=0)),
                ("overdue_notified_at", models.DateTimeField(blank=True, null=True)),
                (
                    "disputed_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("planned", "Not funded yet"),
                            ("awaiting_payment", "Waiting for payment"),
                            ("funded", "Funded"),
                            ("delivered", "Delivered"),
                            ("in_revision", "In revision"),
                            ("disputed", "In dispute"),
                            ("approved", "Paid"),
                            ("split", "Split"),
                            ("refunded", "Refunded"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("disputed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="milestones", to="contracts.contract"
                    ),
                ),
                (
                    "escrow",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="escrow.escrow",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="deliverable",
            name="milestone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="deliverables", to="contracts.milestone"
            ),
        ),
        migrations.CreateModel(
            name="RevisionRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField(max_length=5000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("requested_at", models.DateTimeField()),
                (
                    "deliverable",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revision_request",
                        to="contracts.deliverable",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(
                condition=models.Q(("status", "offered")), fields=["respond_by"], name="contracts_contract_respond_by"
            ),
        ),
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(
                condition=models.Q(("status", "active"), ("unfunded_since__isnull", False)),
                fields=["unfunded_since"],
                name="contracts_contract_unfunded",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["offered", "active"])),
                fields=("task",),
                name="contracts_contract_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "offered",
                            "active",
                            "completed",
                            "ended_early",
                            "split",
                            "refunded",
                            "cancelled",
                            "declined",
                            "taken_back",
                            "lapsed",
                        ],
                    )
                ),
                name="contracts_contract_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="contracts_contract_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("employer", models.F("freelancer")), _negated=True),
                name="contracts_contract_two_parties",
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellationproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")), fields=("contract",), name="contracts_proposal_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellationproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("freelancer_share_bps__lte", 10000)), name="contracts_proposal_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractcriterion",
            constraint=models.UniqueConstraint(fields=("contract", "position"), name="contracts_criterion_position"),
        ),
        migrations.AddConstraint(
            model_name="criterioncheck",
            constraint=models.UniqueConstraint(fields=("deliverable", "criterion"), name="contracts_check_once"),
        ),
        migrations.AddIndex(
            model_name="milestone",
            index=models.Index(
                condition=models.Q(("status", "delivered")),
                fields=["review_due_at"],
                name="contracts_milestone_review_due",
            ),
        ),
        migrations.AddIndex(
            model_name="milestone",
            index=models.Index(
                condition=models.Q(("overdue_notified_at", None), ("status", "funded")),
                fields=["due_at"],
                name="contracts_milestone_overdue",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.UniqueConstraint(fields=("contract", "position"), name="contracts_milestone_position"),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="contracts_milestone_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "planned",
                            "awaiting_payment",
                            "funded",
                            "delivered",
                            "in_revision",
                            "disputed",
                            "approved",
                            "split",
                            "refunded",
                            "cancelled",
                        ],
                    )
                ),
                name="contracts_milestone_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "delivered"), _negated=True), ("review_due_at__isnull", False), _connector="OR"
                ),
                name="contracts_milestone_delivered_has_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "disputed"), _negated=True),
                    models.Q(("disputed_at__isnull", False), models.Q(("disputed_from", ""), _negated=True)),
                    _connector="OR",
                ),
                name="contracts_milestone_disputed_knows_before",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverable",
            constraint=models.UniqueConstraint(fields=("milestone", "version"), name="contracts_deliverable_version"),
        ),
    ]
