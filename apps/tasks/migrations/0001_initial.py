import apps.common.ids
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from apps.common.sql_files import sql_files


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("files", "0001_initial"),
        ("skills", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
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
                            ("draft", "Draft"),
                            ("open", "Open for bids"),
                            ("deciding", "Choosing"),
                            ("awarded", "Awarded"),
                            ("completed", "Completed"),
                            ("closed", "Closed without award"),
                            ("expired", "Decision deadline passed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(blank=True, default="", max_length=140, verbose_name="title")),
                ("background", models.TextField(blank=True, default="", max_length=5000, verbose_name="background")),
                ("goal", models.TextField(blank=True, default="", max_length=5000, verbose_name="goal")),
                (
                    "requirements",
                    models.TextField(blank=True, default="", max_length=10000, verbose_name="requirements"),
                ),
                (
                    "payment_terms",
                    models.TextField(blank=True, default="", max_length=3000, verbose_name="payment terms"),
                ),
                ("source_language", models.CharField(default="en", max_length=10, verbose_name="written in")),
                (
                    "budget_kind",
                    models.CharField(
                        choices=[("fixed", "One fixed amount"), ("range", "From … to …")], default="fixed", max_length=5
                    ),
                ),
                ("budget_min_minor", models.BigIntegerField(blank=True, null=True)),
                ("budget_max_minor", models.BigIntegerField(blank=True, null=True)),
                ("currency", models.CharField(default="EUR", max_length=3)),
                ("budget_reference_minor", models.BigIntegerField(blank=True, null=True)),
                ("deadline_at", models.DateTimeField(blank=True, null=True, verbose_name="delivery deadline")),
                ("milestone_plan", models.JSONField(blank=True, default=list)),
                ("revisions_included", models.PositiveSmallIntegerField(default=2)),
                ("deadline_time_zone", models.CharField(default="UTC", max_length=60)),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "Everybody can find and bid"), ("invited", "Only freelancers I invite")],
                        default="public",
                        max_length=8,
                    ),
                ),
                (
                    "bid_window",
                    models.CharField(
                        choices=[
                            ("open", "I see bids as they come in"),
                            ("sealed", "Sealed: nobody reads bids until bidding closes"),
                        ],
                        default="open",
                        max_length=6,
                    ),
                ),
                ("bidding_closes_at", models.DateTimeField(blank=True, null=True, verbose_name="bidding closes")),
                ("decision_due_at", models.DateTimeField(blank=True, null=True, verbose_name="decision deadline")),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                ("hidden_reason", models.CharField(blank=True, default="", max_length=40)),
                ("bid_count", models.PositiveIntegerField(default=0, editable=False)),
                ("award_criteria", models.JSONField(default=list, editable=False)),
                ("search_vector", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="skills.category",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="accounts.organization",
                    ),
                ),
                (
                    "posted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("asked_at", models.DateTimeField()),
                ("text", models.TextField(max_length=2000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("answer", models.TextField(blank=True, default="", max_length=4000)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="tasks.task"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Addendum",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("text", models.TextField(max_length=5000)),
                ("changes", models.JSONField(default=dict)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="addenda", to="tasks.task"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AcceptanceCriterion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=400)),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="criteria", to="tasks.task"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskAttachment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="tasks.task"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TaskTemplate",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=80)),
                ("brief", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="task_templates",
                        to="accounts.organization",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "name"), name="tasks_template_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskInvitation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("message", models.CharField(blank=True, default="", max_length=1000)),
                ("source_language", models.CharField(default="en", max_length=10)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="task_invitations",
                        to="accounts.organization",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="tasks.task"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskSkill",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "skill",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="skills.skill"),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="skills", to="tasks.task"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=80)),
                ("query", models.CharField(max_length=600)),
                ("last_seen_at", models.DateTimeField()),
                (
                    "pace",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("daily", "Once a day"),
                            ("weekly", "Once a week"),
                            ("off", "Never"),
                        ],
                        default="daily",
                        max_length=8,
                        verbose_name="Alerts",
                    ),
                ),
                ("looked_until", models.DateTimeField(blank=True, null=True)),
                ("next_look_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("pace", "off"), _negated=True),
                        fields=["next_look_at"],
                        name="tasks_savedsearch_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "name"), name="tasks_savedsearch_name"),
                    models.CheckConstraint(
                        condition=models.Q(("pace__in", ["at_once", "daily", "weekly", "off"])),
                        name="tasks_savedsearch_pace_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pace", "off"),
                            models.Q(("looked_until__isnull", False), ("next_look_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="tasks_savedsearch_looks_from_a_time",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="task",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("status", "open")), fields=["search_vector"], name="tasks_task_search"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["-published_at", "-id"], name="tasks_task_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["bidding_closes_at", "id"], name="tasks_task_closing"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["employer", "-created_at", "-id"], name="tasks_task_of_employer"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("status__in", ["open", "deciding"])),
                fields=["employer", "status", "decision_due_at"],
                name="tasks_task_waiting_of_employer",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("status", "open"), ("visibility", "invited")),
                fields=["employer"],
                name="tasks_task_invited",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["category", "-published_at", "-id"], name="tasks_task_of_category"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["source_language", "-published_at", "-id"], name="tasks_task_of_language"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.OrderBy(models.F("budget_reference_minor"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "open")),
                name="tasks_task_budget",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("status__in", ["open", "deciding"])),
                fields=["decision_due_at"],
                name="tasks_task_decision_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["draft", "open", "deciding", "awarded", "completed", "closed", "expired", "cancelled"],
                    )
                ),
                name="tasks_task_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget_min_minor__isnull", True), ("budget_min_minor__gt", 0), _connector="OR"),
                name="tasks_task_budget_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("budget_max_minor__isnull", True),
                    ("budget_max_minor__gte", models.F("budget_min_minor")),
                    _connector="OR",
                ),
                name="tasks_task_budget_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "cancelled"]),
                    models.Q(
                        ("budget_min_minor__isnull", False),
                        ("category__isnull", False),
                        ("published_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="tasks_task_published_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "cancelled"]),
                    models.Q(("bidding_closes_at__isnull", False), ("decision_due_at__isnull", False)),
                    models.Q(
                        ("bidding_closes_at", None),
                        ("decision_due_at", None),
                        ("status__in", ["awarded", "completed", "closed"]),
                        ("visibility", "invited"),
                    ),
                    _connector="OR",
                ),
                name="tasks_task_open_has_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decision_due_at__isnull", True),
                    ("decision_due_at__gte", models.F("bidding_closes_at")),
                    _connector="OR",
                ),
                name="tasks_task_decision_after_bidding",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptancecriterion",
            constraint=models.UniqueConstraint(fields=("task", "position"), name="tasks_criterion_position"),
        ),
        migrations.AddConstraint(
            model_name="taskinvitation",
            constraint=models.UniqueConstraint(fields=("task", "organization"), name="tasks_invitation_once"),
        ),
        migrations.AddConstraint(
            model_name="taskinvitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("declined_at", None), ("sent_at__isnull", False), _connector="OR"),
                name="tasks_invitation_declined_was_sent",
            ),
        ),
        migrations.AddIndex(
            model_name="taskinvitation",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", False)),
                fields=["organization", "-sent_at", "-id"],
                name="tasks_invitation_newest",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskskill",
            constraint=models.UniqueConstraint(fields=("task", "skill"), name="tasks_taskskill_once"),
        ),
        migrations.AddIndex(
            model_name="taskskill",
            index=models.Index(fields=["skill", "-task"], name="tasks_taskskill_newest"),
        ),
        *sql_files(__file__),
    ]
