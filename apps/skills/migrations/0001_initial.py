import apps.common.ids
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80, null=True)),
                ("name_zh_hans", models.CharField(max_length=80, null=True)),
                ("name_ar", models.CharField(max_length=80, null=True)),
                ("description", models.CharField(blank=True, default="", max_length=300)),
                ("description_en", models.CharField(blank=True, default="", max_length=300, null=True)),
                ("description_zh_hans", models.CharField(blank=True, default="", max_length=300, null=True)),
                ("description_ar", models.CharField(blank=True, default="", max_length=300, null=True)),
                ("requirements_template", models.TextField(blank=True, default="")),
                ("requirements_template_en", models.TextField(blank=True, default="", null=True)),
                ("requirements_template_zh_hans", models.TextField(blank=True, default="", null=True)),
                ("requirements_template_ar", models.TextField(blank=True, default="", null=True)),
                ("criteria_template", models.TextField(blank=True, default="")),
                ("criteria_template_en", models.TextField(blank=True, default="", null=True)),
                ("criteria_template_zh_hans", models.TextField(blank=True, default="", null=True)),
                ("criteria_template_ar", models.TextField(blank=True, default="", null=True)),
                ("milestones_template", models.TextField(blank=True, default="")),
                ("milestones_template_en", models.TextField(blank=True, default="", null=True)),
                ("milestones_template_zh_hans", models.TextField(blank=True, default="", null=True)),
                ("milestones_template_ar", models.TextField(blank=True, default="", null=True)),
                ("icon", models.CharField(blank=True, default="", max_length=40)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="CategoryLabel",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=10)),
                ("text", models.CharField(max_length=80)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="skills.category"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("category", "language", "text"), name="skills_categorylabel_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportProgress",
            fields=[
                ("source", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("fingerprint", models.CharField(max_length=64)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("esco_uri", models.URLField(blank=True, max_length=120, null=True, unique=True)),
                ("slug", models.SlugField(blank=True, max_length=80, null=True, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("skill", "Skill"),
                            ("knowledge", "Knowledge"),
                            ("occupation", "Occupation"),
                            ("core", "Platform skill"),
                            ("group", "Group of skills"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="skills",
                        to="skills.category",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="children",
                        to="skills.skill",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SkillLabel",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=10)),
                ("text", models.CharField(max_length=300)),
                ("norm", models.CharField(max_length=300)),
                ("is_preferred", models.BooleanField(default=False)),
                ("source", models.CharField(max_length=20)),
                (
                    "skill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="skills.skill"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("norm", name="text_pattern_ops"),
                        name="skills_skilllabel_prefix",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("norm", name="gin_trgm_ops"),
                        name="skills_skilllabel_trigram",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("skill", "language", "norm"), name="skills_skilllabel_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_preferred", True)),
                        fields=("skill", "language"),
                        name="skills_skilllabel_one_preferred",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SkillRelation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("related", "Related"),
                            ("broader", "Broader"),
                            ("essential", "Essential for"),
                            ("optional", "Optional for"),
                        ],
                        max_length=20,
                    ),
                ),
                ("weight", models.PositiveSmallIntegerField(default=500)),
                (
                    "a",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="relations", to="skills.skill"
                    ),
                ),
                (
                    "b",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="skills.skill"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("a", "b", "kind"), name="skills_skillrelation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("a", models.F("b")), _negated=True), name="skills_skillrelation_two"
                    ),
                ],
            },
        ),
    ]
