"""A clock's work: one bad row stops no other, is recorded, rests, and is forgotten once it succeeds."""

import inspect
from datetime import timedelta

import psycopg2
import pytest
from django.db import OperationalError, connection

from apps.accounts.models import Organization
from apps.common.errors import Conflict
from apps.common.models import SkippedRow
from apps.common.work_queue import Step, each_id, each_row, one_at_a_time, run_steps
from apps.contracts import jobs as contract_jobs
from apps.escrow import jobs as escrow_jobs
from apps.reviews import jobs as review_jobs
from apps.tasks import jobs as task_jobs
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def rows():
    return Organization.objects.order_by("id")


def failing(*bad, error=None):
    done = []

    def work(row_id):
        if row_id in bad:
            raise error or ValueError("broken")
        done.append(row_id)

    return work, done


def test_one_bad_row_is_skipped_and_recorded_and_the_others_are_done(make):
    first, bad, last = (make.freelancer() for _ in range(3))
    work, done = failing(bad.id)

    assert each_row("t", rows(), work, now=NOON) == 2

    assert done == [first.id, last.id]
    skipped = SkippedRow.objects.get()
    assert (skipped.job, skipped.row_id, skipped.error) == ("t", bad.id, "ValueError: broken")
    assert skipped.retry_at == NOON + MINUTE


def test_bad_rows_rest_longer_each_time_and_leave_their_place_to_others(make):
    bad, good = make.freelancer(), make.freelancer()
    work, done = failing(bad.id)
    each_row("t", rows(), work, now=NOON, limit=1)
    assert done == []

    each_row("t", rows(), work, now=NOON, limit=1)
    assert done == [good.id]  # although the bad one comes first

    each_row("t", rows(), work, now=NOON + MINUTE)
    skipped = SkippedRow.objects.get()
    assert (skipped.times, skipped.retry_at) == (2, NOON + 3 * MINUTE)
    for _ in range(20):
        SkippedRow.objects.update(retry_at=NOON)
        each_row("t", rows(), work, now=NOON)
    assert SkippedRow.objects.get().retry_at == NOON + timedelta(hours=1)


def test_a_row_that_succeeds_is_forgotten(make):
    row = make.freelancer()
    each_row("t", rows(), failing(row.id)[0], now=NOON)
    each_row("other", rows(), failing(row.id)[0], now=NOON)

    assert each_row("t", rows(), failing()[0], now=NOON + MINUTE) == 1

    assert SkippedRow.objects.get().job == "other"


def test_a_refusal_is_recorded_by_its_code(make):
    row = make.freelancer()
    each_row("t", rows(), failing(row.id, error=Conflict())[0], now=NOON)
    assert SkippedRow.objects.get().error.startswith("conflict: ")


def test_without_a_database_nothing_is_blamed_on_a_row(make):
    row = make.freelancer()
    with pytest.raises(OperationalError):
        each_row("t", rows(), failing(row.id, error=OperationalError("gone"))[0], now=NOON)
    assert not SkippedRow.objects.exists()


def test_a_slow_run_ends_between_two_rows(make):
    make.freelancer(), make.freelancer()
    work, done = failing()
    each_row("t", rows(), work, now=NOON, seconds_max=-1)
    assert done == []


def test_ids_are_done_once_each_and_in_their_order(make):
    item, two = make.freelancer().id, make.freelancer().id
    work, done = failing()
    assert each_id("t", [two, item, two], work, now=NOON) == 2
    assert done == [two, item]


def test_two_runs_of_a_job_never_overlap_and_a_dead_one_leaves_no_lock():
    parameters = connection.get_connection_params()
    existing = ("host", "port", "user", "password", "dbname")
    other = psycopg2.connect(**{name: parameters[name] for name in existing if parameters.get(name)})
    theirs = other.cursor()
    with one_at_a_time("t") as is_ours:
        assert is_ours
        theirs.execute("SELECT pg_try_advisory_lock(hashtext('job'), hashtext('t'))")
        assert theirs.fetchone() == (False,)
    theirs.execute("SELECT pg_advisory_lock(hashtext('job'), hashtext('t'))")
    with one_at_a_time("t") as is_ours:
        assert not is_ours
    other.close()
    ours = connection.cursor()
    ours.execute("SELECT pg_advisory_lock(hashtext('job'), hashtext('t'))")  # waits until the server has noticed
    ours.execute("SELECT pg_advisory_unlock(hashtext('job'), hashtext('t'))")
    with one_at_a_time("t") as is_ours:
        assert is_ours


def test_the_steps_of_a_job_go_on_after_a_bad_row_and_count_what_was_done(make):
    bad, good = make.freelancer().id, make.freelancer().id
    done = []

    def work(*, organization_id, now):
        if organization_id == bad:
            raise ValueError("broken")
        done.append(organization_id)

    def due(now):
        return rows().filter(id__in=[bad, good])

    count = run_steps(
        "t", Step("t.first", due, work, "organization_id"), Step("t.second", due, work, "organization_id")
    )

    assert (count, done) == (2, [good, good])
    assert sorted(SkippedRow.objects.values_list("job", flat=True)) == ["t.first", "t.second"]


JOBS = [
    contract_jobs.keep_deadlines, escrow_jobs.confirm_recoveries, escrow_jobs.keep_hold_limits,
    review_jobs.publish_due, task_jobs.keep_deadlines,
]  # fmt: skip


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_the_steps_of_every_job_ask_the_database_and_name_what_their_operation_takes(job, monkeypatch):
    steps = []
    monkeypatch.setattr(
        inspect.getmodule(inspect.unwrap(job.run)), "run_steps", lambda name, *arguments: steps.extend(arguments)
    )
    job.run()
    assert steps
    for step in steps:
        assert list(step.rows(NOON)) == []
        inspect.signature(step.work).bind(**{step.row: None}, now=NOON)
