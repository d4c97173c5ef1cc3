"""Jobs of money look at a few rows each time, fairly, give up early at a silent processor, and end in time."""

from datetime import timedelta

import pytest

from apps.common.models import SkippedRow
from apps.gateways.errors import GatewayUnavailable
from apps.gateways.operations import lookups
from apps.payments.models import Charge
from apps.payments.operations import charges
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db
STALE = timedelta(minutes=10)


@pytest.fixture
def open_charges(make):
    created = [make.charge_of(make.escrow(status="funding")) for _ in range(5)]
    Charge.objects.update(created_at=NOON - timedelta(hours=1))
    return sorted(item.id for item in created)


@pytest.fixture
def looked_at(monkeypatch):
    seen = []
    monkeypatch.setattr(charges, "refresh_charge", lambda *, charge_id, now: seen.append(charge_id))
    return seen


def refresh(minutes: int) -> int:
    return dispatch.refresh_stale(older_than=STALE, clock=lambda: NOON + timedelta(minutes=minutes))


def test_what_was_looked_at_longest_ago_comes_first(open_charges, looked_at, monkeypatch):
    monkeypatch.setattr(lookups, "STALE_MAX", 1)
    for minutes in range(10):
        assert refresh(minutes) == 1
    assert looked_at == open_charges * 2


def test_a_silent_processor_ends_the_run_and_the_next_begins_with_others(open_charges, monkeypatch):
    seen = []

    def silent(*, charge_id, now):
        seen.append(charge_id)
        raise GatewayUnavailable("nobody")

    monkeypatch.setattr(charges, "refresh_charge", silent)
    assert refresh(0) == 0
    assert len(seen) == lookups.UNANSWERED_MAX
    refresh(1)
    assert set(seen) == set(open_charges)
    assert not SkippedRow.objects.exists()  # the rows are not to blame


def test_one_bad_charge_is_recorded_and_rests(open_charges, monkeypatch):
    def broken(*, charge_id, now):
        if charge_id == open_charges[0]:
            raise ValueError("broken")

    monkeypatch.setattr(charges, "refresh_charge", broken)
    assert refresh(0) == 4
    assert SkippedRow.objects.get().row_id == open_charges[0]


def test_a_job_ends_before_its_lease_and_the_lease_before_the_broker_gives_the_message_again(settings):
    from apps.gateways.operations.dispatch import LEASE

    broker = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert settings.CELERY_TASK_TIME_LIMIT < LEASE.total_seconds() < broker["visibility_timeout"]
    assert (settings.CELERY_TASK_ACKS_LATE, settings.CELERY_TASK_REJECT_ON_WORKER_LOST) == (True, True)
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT >= 30
    assert (broker["unacked_restore_interval"], broker["unacked_restore_throttle"]) == (10, 1)
