import apps.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.common.sql_files import sql_files


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("bidding", "0001_initial"),
        ("common", "0001_initial"),
        ("escrow", "0001_initial"),
        ("files", "0001_initial"),
        ("frameworks", "0001_initial"),
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
                            ("left", "Left by the freelancer"),
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
                (
                    "offered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("respond_by", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("unfunded_since", models.DateTimeField(blank=True, null=True)),
                ("funding_reminders_sent", models.PositiveSmallIntegerField(default=0)),
                (
                    "bid",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="bidding.bid",
                    ),
                ),
                (
                    "framework_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="frameworks.frameworkversion",
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
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="all_criteria",
                        to="contracts.contract",
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
                ("findings", models.JSONField(default=list)),
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
                ("preview_key", models.CharField(blank=True, default="", max_length=120)),
                ("previewed_at", models.DateTimeField(blank=True, null=True)),
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
                ("given_back_minor", models.BigIntegerField(default=0)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("employer_has_paused", models.BooleanField(default=False)),
                (
                    "extra_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extras",
                        to="contracts.milestone",
                    ),
                ),
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
        migrations.CreateModel(
            name="ContractVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("number", models.PositiveSmallIntegerField()),
                ("terms", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("employer_accepted_at", models.DateTimeField()),
                ("freelancer_accepted_at", models.DateTimeField()),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="contracts.contract",
                    ),
                ),
                (
                    "employer_accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "freelancer_accepted_by",
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
            name="ChangeRequest",
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
                            ("countered", "Answered with a counter-offer"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Not answered in time"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("respond_by", models.DateTimeField()),
                ("reason", models.TextField(blank=True, default="", max_length=2000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("change", models.JSONField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, default="", max_length=2000)),
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
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.contractversion",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_requests",
                        to="contracts.contract",
                    ),
                ),
                (
                    "counters",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="countered_by",
                        to="contracts.changerequest",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "proposed_by_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_request",
                        to="contracts.contractversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Bonus",
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
                            ("planned", "Not paid yet"),
                            ("awaiting_payment", "Waiting for payment"),
                            ("paid", "Paid"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=16,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("note", models.TextField(blank=True, default="", max_length=1000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("given_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bonuses",
                        to="contracts.contract",
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
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "bonuses",
            },
        ),
        migrations.AddIndex(
            model_name="deliverablefile",
            index=models.Index(
                condition=models.Q(("previewed_at", None)),
                fields=["created_at", "id"],
                name="contracts_file_to_preview",
            ),
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
                            "left",
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
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)),
                fields=("contract", "position"),
                name="contracts_criterion_position",
            ),
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
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_back_minor__gte", 0)), name="contracts_milestone_given_back_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("paused_at", None), ("status", "delivered"), _connector="OR"),
                name="contracts_milestone_paused_is_delivered",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractversion",
            constraint=models.UniqueConstraint(fields=("contract", "number"), name="contracts_version_number"),
        ),
        migrations.AddConstraint(
            model_name="contractversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="contracts_version_number_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="contracts_version_sha256_is_hex"
            ),
        ),
        migrations.AddIndex(
            model_name="changerequest",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["respond_by"], name="contracts_change_respond_by"
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")), fields=("contract",), name="contracts_change_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["open", "accepted", "declined", "countered", "withdrawn", "lapsed"])
                ),
                name="contracts_change_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "accepted"), ("version__isnull", False)),
                    models.Q(models.Q(("status", "accepted"), _negated=True), ("version", None)),
                    _connector="OR",
                ),
                name="contracts_change_accepted_has_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("status", "open")),
                    models.Q(models.Q(("status", "open"), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="contracts_change_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="bonus",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="contracts_bonus_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="bonus",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["planned", "awaiting_payment", "paid", "cancelled"])),
                name="contracts_bonus_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bonus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("escrow__isnull", False), ("paid_at__isnull", False), ("status", "paid")),
                    models.Q(models.Q(("status", "paid"), _negated=True), ("paid_at", None)),
                    _connector="OR",
                ),
                name="contracts_bonus_paid_has_escrow",
            ),
        ),
        migrations.CreateModel(
            name="LateNotice",
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
                            ("running", "Last date set"),
                            ("met", "Delivered in time"),
                            ("replaced", "New date agreed"),
                            ("withdrawn", "Withdrawn"),
                            ("closed", "Ended otherwise"),
                            ("enforced", "Ended after a missed deadline"),
                            ("appealed", "Missed deadline, appealed"),
                            ("upheld", "Missed deadline, confirmed by our staff"),
                            ("overturned", "Not the freelancer’s fault, decided by our staff"),
                        ],
                        default="running",
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(blank=True, default="", max_length=2000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("given_at", models.DateTimeField()),
                ("deliver_by", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("appeal", models.TextField(blank=True, default="", max_length=5000)),
                ("appealed_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, default="", max_length=4000)),
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
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="contracts.milestone"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "appealed")),
                        fields=["appealed_at"],
                        name="contracts_notice_appealed",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "running")),
                        fields=("milestone",),
                        name="contracts_notice_one_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "running",
                                    "met",
                                    "replaced",
                                    "withdrawn",
                                    "closed",
                                    "enforced",
                                    "appealed",
                                    "upheld",
                                    "overturned",
                                ],
                            )
                        ),
                        name="contracts_notice_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deliver_by__gt", models.F("given_at"))), name="contracts_notice_has_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["enforced", "appealed", "upheld", "overturned"]), _negated=True),
                            ("ended_at__gte", models.F("deliver_by")),
                            _connector="OR",
                        ),
                        name="contracts_notice_ended_after_its_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["upheld", "overturned"]), _negated=True),
                            models.Q(("answered_by__isnull", False), models.Q(("answer", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="contracts_notice_answer_has_reasons",
                    ),
                ],
            },
        ),
        *sql_files(__file__),
    ]
