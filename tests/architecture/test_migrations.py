"""Migrations since 0.1.0 can be applied while the version before runs; the rules prove themselves on invented ones."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from tests.architecture.migration_rules import findings

ROOT = Path(settings.BASE_DIR)
BASELINE = {
    tuple(line.split()) for line in (Path(__file__).parent / "migrations_of_0_1_0.txt").read_text().splitlines()
}


def test_every_migration_since_the_baseline_keeps_the_rules():
    loader = MigrationLoader(None)
    ours = {key for key, item in loader.disk_migrations.items() if item.__module__.startswith("apps.")}
    assert len(ours) >= len(BASELINE)
    wrong = []
    for app, name in sorted(ours - BASELINE):
        migration = loader.disk_migrations[app, name]
        wrong += findings(app, migration, loader.project_state((app, name), at_end=False))
    assert wrong == []


def test_a_migration_that_was_released_is_not_taken_away():
    ours = {(path.parents[1].name, path.stem) for path in ROOT.glob("apps/*/migrations/0*.py")}
    assert BASELINE - ours == set(), "installations have applied it; a squashed one names it in `replaces`"


# -- the rules on invented migrations


def before() -> ProjectState:
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=40)),
        ("note", models.TextField(null=True)),
        ("count", models.IntegerField(default=0)),
    ]
    state.add_model(ModelState("shop", "Thing", fields, {"db_table": "shop_thing"}))
    return state


def found(*listed, atomic=True, post_deploy="") -> list[str]:
    class Invented(Migration):
        pass

    migration = Invented("0002_invented", "shop")
    migration.operations, migration.atomic = list(listed), atomic
    if post_deploy:
        migration.post_deploy = post_deploy
    return findings("shop", migration, before())


INDEX = models.Index(fields=["count"], name="by_count")
CHECK = models.CheckConstraint(condition=models.Q(count__gte=0), name="positive")
UNIQUE = models.UniqueConstraint(fields=["name"], name="one_name")
NEW_TABLE = operations.CreateModel(
    "Other", [("id", models.BigAutoField(primary_key=True)), ("count", models.IntegerField())]
)

REMOVED = [
    operations.RemoveField("thing", "note"),
    operations.RenameField("thing", "note", "remark"),
    operations.RenameModel("Thing", "Item"),
    operations.DeleteModel("Thing"),
    operations.AlterModelTable("thing", "things"),
    operations.AlterField("thing", "note", models.TextField()),
    operations.AlterField("thing", "count", models.BigIntegerField(default=0)),
    operations.AlterField("thing", "name", models.CharField(max_length=20)),
    operations.RunSQL('ALTER TABLE shop_thing DROP COLUMN "note"'),
    operations.RunSQL("ALTER TABLE shop_thing RENAME COLUMN note TO remark"),
    operations.RunSQL("ALTER TABLE shop_thing ALTER COLUMN note SET NOT NULL"),
    operations.SeparateDatabaseAndState(database_operations=[operations.RemoveField("thing", "note")]),
]


@pytest.mark.parametrize("operation", REMOVED, ids=lambda item: item.describe()[:50])
def test_what_the_version_before_uses_goes_by_a_marked_migration_alone(operation):
    assert any("post_deploy" in sentence for sentence in found(operation))
    assert found(operation, post_deploy="the program does without it since 0.2.0") == []
    assert found(operation, post_deploy="  ") != []


LOCKED = [
    operations.AddIndex("thing", INDEX),
    operations.AddConstraint("thing", CHECK),
    operations.AddConstraint("thing", UNIQUE),
    operations.AlterUniqueTogether("thing", {("name", "count")}),
    operations.AddField("thing", "size", models.IntegerField(default=0)),
    operations.AddField("thing", "code", models.CharField(max_length=9, null=True, unique=True)),
    operations.AddField("thing", "day", models.DateField(null=True, db_index=True)),
    operations.AlterField("thing", "count", models.IntegerField(default=0, db_index=True)),
    operations.RunSQL("CREATE INDEX by_count ON shop_thing (count)"),
    operations.RunSQL(["CREATE UNIQUE INDEX one_name ON shop_thing (name)"]),
    operations.RunSQL("ALTER TABLE shop_thing ADD CONSTRAINT positive CHECK (count >= 0)"),
    operations.SeparateDatabaseAndState(database_operations=[operations.AddIndex("thing", INDEX)]),
]


@pytest.mark.parametrize("operation", LOCKED, ids=lambda item: item.describe()[:50])
def test_what_locks_or_breaks_a_table_in_use_is_refused_marked_or_not(operation):
    assert len(found(operation)) == 1
    assert len(found(operation, post_deploy="since 0.2.0")) == 1


def test_concurrent_indexes_need_a_migration_outside_a_transaction():
    assert found(AddIndexConcurrently("thing", INDEX)) != []
    assert found(AddIndexConcurrently("thing", INDEX), atomic=False) == []


def test_a_constraint_is_added_and_validated_in_two_migrations():
    assert found(AddConstraintNotValid("thing", CHECK), ValidateConstraint("thing", "positive")) != []
    assert found(AddConstraintNotValid("thing", CHECK)) == []
    assert found(ValidateConstraint("thing", "positive")) == []


GOOD = [
    NEW_TABLE,
    operations.AddField("thing", "size", models.IntegerField(null=True)),
    operations.AddField("thing", "size", models.IntegerField(db_default=0)),
    operations.AlterField("thing", "name", models.CharField(max_length=80)),
    operations.AlterField("thing", "count", models.IntegerField(default=1, help_text="how many")),
    operations.AlterField("thing", "name", models.CharField(max_length=40, null=True)),
    operations.RunSQL("CREATE INDEX CONCURRENTLY by_count ON shop_thing (count)"),
    operations.RunSQL("ALTER TABLE shop_thing ADD CONSTRAINT positive CHECK (count >= 0) NOT VALID"),
    operations.RunSQL("ALTER TABLE shop_thing ADD CONSTRAINT one UNIQUE USING INDEX one_name"),
    operations.RunPython(operations.RunPython.noop),
    operations.SeparateDatabaseAndState(state_operations=[operations.RemoveField("thing", "note")]),
]


@pytest.mark.parametrize("operation", GOOD, ids=lambda item: item.describe()[:50])
def test_what_only_adds_passes(operation):
    assert found(operation) == []


def test_a_new_table_gets_its_indexes_and_constraints_at_once():
    index, check = operations.AddIndex("other", INDEX), operations.AddConstraint("other", CHECK)
    sql = operations.RunSQL(
        "CREATE INDEX x ON shop_other (count); ALTER TABLE shop_other ADD CONSTRAINT y CHECK (true)"
    )
    assert found(NEW_TABLE, index, check, sql) == []


# -- how they are applied, and which version they belong to


def test_migrate_does_not_hold_up_a_site_behind_a_lock():
    from marketplace.processes import process_kind

    assert process_kind(["manage.py", "migrate", "--noinput"]) == "migrate"
    assert settings.DATABASE_TIMEOUTS_BY_KIND["migrate"] == (0, 5_000, 0)


def test_the_version_is_named_in_one_place_and_has_a_dated_heading_in_the_changelog():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version == settings.VERSION
    headings = dict(
        re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    )
    assert date.fromisoformat(headings[version])
    for name in (
        "Dockerfile",
        "docker-compose.yml",
        ".env.example",
        "marketplace/settings.py",
        "marketplace/versions.py",
    ):
        assert not re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.])", (ROOT / name).read_text()), name
