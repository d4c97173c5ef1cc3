import apps.common.ids
import django.db.models.deletion
from django.db import migrations, models

from apps.common.sql_files import sql_files


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_initial"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("night", models.DateField(unique=True)),
                ("taken_at", models.DateTimeField()),
                ("gateway", models.CharField(max_length=20)),
                ("processor", models.JSONField(null=True)),
                ("trial_balance", models.JSONField()),
                ("chain_links", models.BigIntegerField()),
                ("chain_head", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Tree",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("currency", models.CharField(max_length=3)),
                ("root_hash", models.CharField(max_length=64)),
                ("total_minor", models.BigIntegerField()),
                ("leaf_count", models.PositiveIntegerField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="trees", to="assurance.report"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Level",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("height", models.PositiveSmallIntegerField()),
                ("width", models.PositiveIntegerField()),
                ("nodes", models.BinaryField()),
                (
                    "tree",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="levels", to="assurance.tree"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("account_code", models.CharField(max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("nonce", models.BinaryField()),
                (
                    "beneficiary",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "tree",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leaves", to="assurance.tree"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="tree",
            constraint=models.UniqueConstraint(fields=("report", "currency"), name="assurance_tree_one_per_currency"),
        ),
        migrations.AddConstraint(
            model_name="tree",
            constraint=models.CheckConstraint(
                condition=models.Q(("total_minor__gt", 0)), name="assurance_tree_owes_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="level",
            constraint=models.UniqueConstraint(fields=("tree", "height"), name="assurance_level_once"),
        ),
        migrations.AddIndex(
            model_name="leaf",
            index=models.Index(fields=["organization", "tree"], name="assurance_leaf_of_org"),
        ),
        migrations.AddIndex(
            model_name="leaf",
            index=models.Index(fields=["beneficiary", "tree"], name="assurance_leaf_for_org"),
        ),
        migrations.AddConstraint(
            model_name="leaf",
            constraint=models.UniqueConstraint(fields=("tree", "position"), name="assurance_leaf_position_once"),
        ),
        migrations.AddConstraint(
            model_name="leaf",
            constraint=models.UniqueConstraint(fields=("tree", "account_code"), name="assurance_leaf_account_once"),
        ),
        migrations.AddConstraint(
            model_name="leaf",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="assurance_leaf_owes_something"
            ),
        ),
        *sql_files(__file__),
    ]
