import apps.common.ids
from django.db import migrations, models

from apps.common.sql_files import sql_files


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SignOfLife",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("version", models.CharField(blank=True, default="", max_length=40)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("user_id", models.UUIDField()),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status_code", models.SmallIntegerField(null=True)),
                ("body", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="common_idempotency_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "key"), name="common_idempotencyrecord_user_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="SkippedRow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("job", models.CharField(max_length=60)),
                ("row_id", models.UUIDField()),
                ("error", models.TextField()),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_failed_at", models.DateTimeField()),
                ("failed_at", models.DateTimeField()),
                ("retry_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("job", "row_id"), name="common_skippedrow_once")],
            },
        ),
        migrations.CreateModel(
            name="StatusChange",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.UUIDField()),
                ("verb", models.CharField(max_length=40)),
                ("source", models.CharField(max_length=40)),
                ("target", models.CharField(max_length=40)),
                ("actor_user_id", models.UUIDField(null=True)),
                ("actor_organization_id", models.UUIDField(null=True)),
                ("by_system", models.BooleanField(default=False)),
                ("reason", models.TextField(blank=True, default="")),
                ("happened_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["subject_type", "subject_id", "happened_at"], name="common_statuschange_subject"
                    )
                ],
            },
        ),
        *sql_files(__file__),
    ]
