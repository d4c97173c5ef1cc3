"""What is measured, and that dashboards and alarms ask for nothing else."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings as django_settings
from django.core.cache import cache
from django.utils import timezone

from apps.common.jobs import give_sign, sign_jobs
from apps.common.models import SignOfLife, SkippedRow
from apps.dashboard import jobs
from apps.dashboard.queries import metrics
from apps.gateways.operations import pauses
from apps.ledger.queries import invariants
from apps.outbox.models import Delivery, Event
from marketplace.schedule import QUEUES, SCHEDULE

OPS = Path(django_settings.BASE_DIR) / "ops"
pytestmark = pytest.mark.django_db


def values() -> dict[str, float]:
    result = {}
    for family in metrics.measured(timezone.now()):
        for sample in family.samples:
            label = next(iter(sample.labels.values()), "")
            result[f"{sample.name}{{{label}}}" if label else sample.name] = sample.value
    return result


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.delete(metrics.BOOKS)
    yield
    cache.delete(metrics.BOOKS)


def test_a_quiet_installation(settings):
    result = values()
    assert result["tradewind_measure_failures"] == 0
    assert result["tradewind_payments_paused"] == result["tradewind_outbox_waiting"] == 0
    assert result["tradewind_sign_age_seconds{beat}"] == metrics.AGES_MAX
    assert result["tradewind_redis_up"] == result["tradewind_broker_up"] == 1
    assert f"tradewind_queue_length{{{settings.CELERY_TASK_DEFAULT_QUEUE}}}" in result
    assert set(metrics.SIGNS) == {"beat", "worker.default", *(f"worker.{name}" for name in QUEUES)}


def test_what_waits_is_counted_with_its_age():
    now = timezone.now()
    event = Event.objects.create(name="x", payload={}, happened_at=now)
    for number, (status, age) in enumerate([("pending", 400), ("pending", -3600), ("failed", 9000)]):
        Delivery.objects.create(
            event=event, subscriber=str(number), status=status, next_attempt_at=now - timedelta(seconds=age)
        )
    SkippedRow.objects.create(job="j", row_id=event.id, error="e", first_failed_at=now, failed_at=now, retry_at=now)
    result = values()
    assert (result["tradewind_outbox_waiting"], result["tradewind_outbox_failed"]) == (2, 1)
    assert 399 < result["tradewind_outbox_overdue_seconds"] < 460
    assert result["tradewind_skipped_rows"] == 1


def test_signs_of_life_age():
    give_sign("beat")
    SignOfLife.objects.create(name="worker.money", seen_at=timezone.now() - timedelta(minutes=10))
    result = values()
    assert result["tradewind_sign_age_seconds{beat}"] < 60
    assert result["tradewind_sign_age_seconds{worker.money}"] >= 600


def test_each_queue_gets_a_sign_of_its_own():
    assert set(sign_jobs) == {"default", *QUEUES}
    assert {f"heartbeat.{name}" for name in sign_jobs} <= {job["task"] for job in SCHEDULE.values()}
    sign_jobs["money"]()
    assert SignOfLife.objects.get().name == "worker.money"


def test_the_books_are_checked_by_a_job_and_said(monkeypatch):
    assert "tradewind_ledger_breaches" not in values()
    jobs.check_books()
    result = values()
    assert result["tradewind_ledger_breaches"] == 0
    assert result["tradewind_ledger_check_age_seconds"] < 60
    broken = [invariants.Finding("I1_unbalanced_entries", 2)]
    monkeypatch.setattr("apps.ledger.queries.invariants.check_all", lambda: broken)
    jobs.check_books()
    assert values()["tradewind_ledger_breaches"] == 2


def test_a_pause_is_measured():
    from apps.common.actors import SYSTEM

    pauses.pause(reason="drill", actor=SYSTEM, now=timezone.now())
    assert values()["tradewind_payments_paused"] == 1


def test_one_group_that_fails_takes_no_other_along(monkeypatch):
    def fails(now):
        raise OSError("gone")

    monkeypatch.setattr(metrics, "_FAMILIES", [fails, *metrics._FAMILIES])
    result = values()
    assert result["tradewind_measure_failures"] == 1
    assert "tradewind_payments_paused" in result


def test_without_redis_the_rest_is_measured(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    result = values()
    assert result["tradewind_redis_up"] == 0
    assert "tradewind_outbox_waiting" in result


def test_without_the_broker_the_rest_is_measured(settings):
    settings.CELERY_BROKER_URL = "amqp://127.0.0.1:1"
    result = values()
    assert result["tradewind_broker_up"] == 0
    assert result["tradewind_redis_up"] == 1
    assert not any(name.startswith("tradewind_queue_length") for name in result)


def _named(text: str) -> set[str]:
    return set(re.findall(r"\btradewind_[a-z_]+", text))


def test_dashboards_and_alarms_name_what_is_measured():
    jobs.check_books()
    measured = {name.partition("{")[0] for name in values()}
    rules = yaml.safe_load((OPS / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    union = set().union(*(_named(rule["expr"]) for rule in rules))
    board = json.loads((OPS / "grafana" / "tradewind.json").read_text())
    shown = set().union(*(_named(target["expr"]) for panel in board["panels"] for target in panel["targets"]))
    assert union <= measured
    assert shown == measured
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_labels_that_rules_choose_by_exist():
    text = (OPS / "prometheus" / "alerts.yml").read_text()
    for process in re.findall(r'process="([\w.]+)"', text):
        assert process in metrics.SIGNS
    for status in re.findall(r'status="(\w+)"', text):
        assert status in metrics.OPEN_PAYOUTS


def test_each_alarm_has_its_place_in_the_manual():
    manual = (Path(django_settings.BASE_DIR) / "docs" / "how-to" / "monitor.md").read_text()
    rules = yaml.safe_load((OPS / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    for rule in rules:
        assert f"### {rule['alert']}" in manual, rule["alert"]
        assert rule["annotations"]["runbook"].endswith(f"#{rule['alert'].lower()}")
