import apps.common.ids
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.common.sql_files import sql_files


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_initial"),
        ("accounts", "0001_initial"),
        ("skills", "0001_initial"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CandidateChange",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.organization",
                    ),
                ),
                ("changed_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="FairnessReport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("week", models.DateField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("figures", models.JSONField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CandidateIndexDatabase",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("name", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="matching_candidateindexdatabase_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Experiment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("name", models.SlugField(max_length=60, unique=True)),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("people", "Freelancers for a task (the reader is the employer)"),
                            ("tasks", "Tasks for a freelancer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(max_length=1000)),
                ("arms", models.JSONField()),
                ("guardrails", models.JSONField(default=dict)),
                ("share", models.PositiveSmallIntegerField(default=100)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MatchImpression",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("list_id", models.UUIDField()),
                (
                    "list_kind",
                    models.CharField(
                        choices=[
                            ("recommended", "Recommended for you"),
                            ("home", "Home page of a freelancer"),
                            ("own_order", "In the reader's own order"),
                            ("mail", "Notified of a new task"),
                            ("task", "Page of a task"),
                            ("people", "Recommended freelancers"),
                            ("people_mail", "Notified of who suits a task"),
                        ],
                        max_length=12,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("ranked", models.PositiveSmallIntegerField()),
                ("score", models.FloatField()),
                ("components", models.JSONField()),
                ("reasons", models.JSONField()),
                ("ranker_version", models.CharField(max_length=40)),
                ("arm", models.CharField(blank=True, default="", max_length=30)),
                ("propensity", models.FloatField(default=1.0)),
                ("is_newcomer", models.BooleanField(default=False)),
                ("in_newcomer_slot", models.BooleanField(default=False)),
                ("is_swapped", models.BooleanField(default=False)),
                ("shown_at", models.DateTimeField()),
                (
                    "experiment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.experiment",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tasks.task"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MatchEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("open", "opened"),
                            ("invite", "invited"),
                            ("bid", "bid"),
                            ("shortlist", "shortlisted"),
                            ("award", "awarded"),
                            ("accept", "accepted"),
                            ("complete", "completed"),
                            ("decline", "declined"),
                            ("not_for_me", "not for me"),
                        ],
                        max_length=12,
                    ),
                ),
                ("happened_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tasks.task"),
                ),
                (
                    "impression",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="events",
                        to="matching.matchimpression",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MatchRefusal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("people", "Freelancers for a task (the reader is the employer)"),
                            ("tasks", "Tasks for a freelancer"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("pay", "It pays too little"),
                            ("skill", "It is not my skill"),
                            ("time", "I have no time"),
                            ("language", "Language"),
                            ("trust", "I do not trust it"),
                            ("lacks_skill", "A skill is missing"),
                            ("price", "Too expensive"),
                            ("known", "We have worked together and I would not again"),
                            ("other", "Another reason"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.CharField(blank=True, default="", max_length=500)),
                ("said_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tasks.task"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MatchRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "subject_kind",
                    models.CharField(choices=[("task", "Task"), ("organization", "Organization")], max_length=12),
                ),
                ("subject_id", models.UUIDField()),
                ("requested_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["requested_at"], name="matching_matchrequest_oldest")],
                "constraints": [
                    models.UniqueConstraint(fields=("subject_kind", "subject_id"), name="matching_matchrequest_once"),
                    models.CheckConstraint(
                        condition=models.Q(("subject_kind__in", ["task", "organization"])),
                        name="matching_matchrequest_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchResult",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("score", models.FloatField()),
                ("components", models.JSONField()),
                ("reasons", models.JSONField()),
                ("inputs", models.JSONField(default=dict)),
                ("learned", models.FloatField(blank=True, null=True)),
                ("is_newcomer", models.BooleanField(default=False)),
                ("ranker_version", models.CharField(max_length=20)),
                ("computed_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tasks.task"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ranker",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("people", "Freelancers for a task (the reader is the employer)"),
                            ("tasks", "Tasks for a freelancer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_better", models.BooleanField()),
                ("model", models.JSONField()),
                ("card", models.JSONField()),
                ("trained_at", models.DateTimeField()),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="skills.category"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RankerChoice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("people", "Freelancers for a task (the reader is the employer)"),
                            ("tasks", "Tasks for a freelancer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField()),
                ("chosen_at", models.DateTimeField()),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="skills.category"
                    ),
                ),
                (
                    "chosen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ranker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="choices",
                        to="matching.ranker",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RankingWeights",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("skill", models.FloatField()),
                ("pay", models.FloatField()),
                ("growth", models.FloatField()),
                ("note", models.TextField()),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["people", "tasks"])), name="matching_experiment_side_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__gte", 1), ("share__lte", 100)), name="matching_experiment_share_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="matching_experiment_ends_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stopped_at__isnull", True)),
                fields=("side",),
                name="matching_experiment_one_running",
            ),
        ),
        migrations.AddIndex(
            model_name="matchimpression",
            index=models.Index(fields=["reader", "list_kind", "-shown_at"], name="matching_impression_reader"),
        ),
        migrations.AddIndex(
            model_name="matchimpression",
            index=models.Index(fields=["task", "organization", "-shown_at"], name="matching_impression_pair"),
        ),
        migrations.AddIndex(
            model_name="matchimpression",
            index=models.Index(fields=["organization", "-shown_at"], name="matching_impression_org"),
        ),
        migrations.AddIndex(
            model_name="matchimpression",
            index=models.Index(fields=["shown_at"], name="matching_impression_age"),
        ),
        migrations.AddConstraint(
            model_name="matchimpression",
            constraint=models.UniqueConstraint(
                fields=("list_id", "task", "organization"), name="matching_matchimpression_once_in_a_list"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchimpression",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("list_kind__in", ["recommended", "home", "own_order", "mail", "task", "people", "people_mail"])
                ),
                name="matching_matchimpression_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchimpression",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1), ("ranked__gte", 1)),
                name="matching_matchimpression_places_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchimpression",
            constraint=models.CheckConstraint(
                condition=models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                name="matching_matchimpression_chance",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchimpression",
            constraint=models.CheckConstraint(
                condition=models.Q(("experiment__isnull", False), ("arm", ""), _connector="OR"),
                name="matching_matchimpression_arm_of_an_experiment",
            ),
        ),
        migrations.AddIndex(
            model_name="matchevent",
            index=models.Index(fields=["kind", "happened_at"], name="matching_event_kind"),
        ),
        migrations.AddConstraint(
            model_name="matchevent",
            constraint=models.UniqueConstraint(
                fields=("task", "organization", "kind"), name="matching_matchevent_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["open", "invite", "bid", "shortlist", "award", "accept", "complete", "decline", "not_for_me"],
                    )
                ),
                name="matching_matchevent_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchrefusal",
            constraint=models.UniqueConstraint(
                fields=("task", "organization", "side"), name="matching_matchrefusal_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchrefusal",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["people", "tasks"])), name="matching_matchrefusal_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchrefusal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        ["pay", "skill", "time", "language", "trust", "lacks_skill", "price", "known", "other"],
                    )
                ),
                name="matching_matchrefusal_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchrefusal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", "other"), _negated=True), models.Q(("text", ""), _negated=True), _connector="OR"
                ),
                name="matching_matchrefusal_other_says",
            ),
        ),
        migrations.AddIndex(
            model_name="matchresult",
            index=models.Index(fields=["task", "-score"], name="matching_matchresult_task"),
        ),
        migrations.AddIndex(
            model_name="matchresult",
            index=models.Index(fields=["organization", "-score"], name="matching_matchresult_org"),
        ),
        migrations.AddConstraint(
            model_name="matchresult",
            constraint=models.UniqueConstraint(fields=("task", "organization"), name="matching_matchresult_once"),
        ),
        migrations.AddConstraint(
            model_name="matchresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 100)), name="matching_matchresult_score_range"
            ),
        ),
        migrations.AddIndex(
            model_name="ranker",
            index=models.Index(fields=["category", "side", "-id"], name="matching_ranker_newest"),
        ),
        migrations.AddConstraint(
            model_name="ranker",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["people", "tasks"])), name="matching_ranker_side_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="ranker",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_better", False), models.Q(("model", {}), _negated=True), _connector="OR"),
                name="matching_ranker_better_has_model",
            ),
        ),
        migrations.AddIndex(
            model_name="rankerchoice",
            index=models.Index(fields=["category", "side", "-id"], name="matching_choice_newest"),
        ),
        migrations.AddConstraint(
            model_name="rankerchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["people", "tasks"])), name="matching_rankerchoice_side_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="rankerchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), _negated=True), name="matching_rankerchoice_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="rankingweights",
            constraint=models.CheckConstraint(
                condition=models.Q(("growth__gte", 0), ("pay__gte", 0), ("skill__gte", 0)),
                name="matching_rankingweights_no_negatives",
            ),
        ),
        *sql_files(__file__),
    ]
