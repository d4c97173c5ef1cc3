"""Foreign keys obey the layers that imports obey."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

CONTRACT = "Layers: an app imports only from the layers below it"
WORK = {"tasks", "bidding"}
MONEY = {"gateways", "payments", "payouts", "banking", "treasury", "escrow"}


def layers() -> dict[str, int]:
    """App -> height, from the same table that import-linter reads."""
    config = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["name"] == CONTRACT)
    return {app.strip(): height for height, names in enumerate(reversed(rows)) for app in names.split("|")}


def references():
    for model in apps.get_models():
        if not model.__module__.startswith("apps."):
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model:
                target = field.related_model
                if target.__module__.startswith("apps."):
                    yield model._meta.app_label, target._meta.app_label, f"{model._meta.label}.{field.name}"


def test_every_app_has_a_layer():
    assert set(layers()) == set(settings.AREAS)


def test_foreign_keys_point_down_or_stay():
    height = layers()
    wrong = [name for source, target, name in references() if source != target and height[source] <= height[target]]
    assert not wrong


def test_no_foreign_key_crosses_the_sides():
    wrong = [
        name
        for source, target, name in references()
        if (source in WORK and target in MONEY) or (source in MONEY and target in WORK)
    ]
    assert not wrong


def test_nothing_refers_to_the_ledgers_tables_from_outside():
    assert not [name for source, target, name in references() if target == "ledger" and source != "ledger"]


def test_money_is_never_deleted_by_cascade():
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in {"ledger", "payments", "escrow", "contracts", "bidding"}:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.remote_field and hasattr(field.remote_field, "on_delete"):
                target = field.related_model._meta.app_label
                if field.remote_field.on_delete.__name__ == "CASCADE" and target in {"ledger", "payments", "escrow"}:
                    wrong.append(f"{model._meta.label}.{field.name}")
    assert not wrong


@pytest.mark.parametrize("app", sorted(settings.AREAS))
def test_no_model_orders_by_default(app):
    assert not [model for model in apps.get_app_config(app).get_models() if model._meta.ordering]


def test_celery_and_drf_stay_at_the_edges():
    edges = {"jobs", "api", "views", "apps", "subscribers", "management", "hooks"}
    wrong = []
    for path in Path(settings.BASE_DIR / "apps").glob("*/**/*.py"):
        room = path.relative_to(settings.BASE_DIR / "apps").parts[1].removesuffix(".py")
        text = path.read_text()
        for library in ("celery", "rest_framework"):
            if room not in edges and (f"import {library}" in text or f"from {library}" in text):
                wrong.append(f"{path}: {library}")
    assert not wrong
