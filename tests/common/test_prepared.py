"""Queries whose SQL is built once: the same rows as the queryset, for every value."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg2
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Count, Q, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Membership, Organization
from apps.common.prepared import SHAPES_MAX, Text, prepared
from apps.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def tasks(make):
    make.now = timezone.now()
    employers = [make.employer(), make.employer()]
    return [make.task(employer=employer, title=f"Task {n}") for n, employer in enumerate(employers * 2)]


def open_tasks_of(employer_id: UUID, before: datetime, status: str = "open") -> QuerySet[Task]:
    tasks = Task.objects.filter(employer_id=employer_id, published_at__lt=before, status=status)
    return tasks.select_related("employer").annotate(skill_count=Count("skills")).order_by("title")[:10]


def test_the_same_rows_for_each_value(tasks):
    quick, later = prepared(open_tasks_of), timezone.now() + timedelta(days=1)
    for task in [*tasks, *tasks]:
        expected = list(open_tasks_of(task.employer_id, later))
        assert [row.__dict__ | {"_state": None} for row in quick(task.employer_id, later)] == [
            row.__dict__ | {"_state": None} for row in expected
        ]
        assert quick(task.employer_id, later)[0].employer.id == task.employer_id
        assert quick(task.employer_id, later)[0].skill_count == expected[0].skill_count
    assert quick(uuid4(), later) == []
    assert quick(tasks[0].employer_id, timezone.now() - timedelta(days=9)) == []


def test_texts_that_decide_are_part_of_the_shape_and_others_are_values(tasks):
    quick, later = prepared(open_tasks_of), timezone.now() + timedelta(days=1)
    by_title = prepared(lambda title: Task.objects.filter(title=title))

    assert quick(tasks[0].employer_id, later, "open")
    assert quick(tasks[0].employer_id, later, "draft") == []
    assert [by_title(Text(task.title))[0] for task in tasks] == tasks
    assert by_title(Text("x' OR 1=1 --")) == []


def test_lists_of_any_length(tasks):
    quick = prepared(lambda ids: Task.objects.filter(id__in=ids).order_by("id").values_list("title", flat=True))
    for ids in ([], [tasks[1].id], [task.id for task in tasks], [task.id for task in reversed(tasks)], []):
        assert quick(ids) == list(Task.objects.filter(id__in=ids).order_by("id").values_list("title", flat=True))


def test_a_union_and_one_statement_each_time(tasks):
    def of_either(first: UUID, second: UUID) -> QuerySet[Task]:
        titles = Task.objects.order_by().values_list("title")
        return titles.filter(employer_id=first).union(titles.filter(employer_id=second), all=True)

    quick = prepared(of_either)
    quick(uuid4(), uuid4())
    with CaptureQueriesContext(connection) as captured:
        rows = quick(tasks[0].employer_id, tasks[1].employer_id)
    assert sorted(rows) == [(f"Task {n}",) for n in range(4)]
    assert len(captured) == 1
    assert str(tasks[0].employer_id) in captured[0]["sql"]


def test_a_value_that_is_not_in_the_statement_is_an_error(tasks):
    def since(moment: datetime) -> QuerySet[Task]:
        return Task.objects.filter(published_at__gt=moment - timedelta(days=1))

    with pytest.raises(TypeError, match="not in the statement"):
        prepared(since)(timezone.now())


def test_rows_of_the_database_are_no_arguments(tasks):
    with pytest.raises(TypeError, match="Organization"):
        prepared(lambda employer: Task.objects.filter(employer=employer))(tasks[0].employer)


def test_ever_new_shapes_are_built_each_time_and_still_right(tasks):
    quick = prepared(lambda title: Task.objects.filter(Q(title=title)))
    for n in range(SHAPES_MAX + 20):
        assert len(quick(f"Task {n}")) == (1 if n < 4 else 0)


def test_rows_are_their_own_objects(make):
    organization = make.employer()
    user = organization.memberships.get().user
    quick = prepared(lambda user_id: Membership.objects.filter(user_id=user_id).select_related("organization"))

    quick(user.pk)[0].organization.display_name = "changed by one request"
    assert quick(user.pk)[0].organization == Organization.objects.get(pk=organization.pk)
    assert quick(user.pk)[0].organization.display_name != "changed by one request"


def test_the_database_plans_it_once_per_connection(tasks):
    quick = prepared(lambda employer_id: Task.objects.filter(employer_id=employer_id).order_by("title"))
    for task in tasks:
        quick(task.employer_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ['%ORDER BY%"title" ASC'])
        assert cursor.fetchone() == (1,)


def test_constants_are_quoted(make):
    make.now = timezone.now()
    odd = make.task(title="100 % of 'it' \\ $1")
    quick = prepared(lambda employer_id: Task.objects.filter(employer_id=employer_id, title=odd.title))
    part = prepared(lambda employer_id: Task.objects.filter(employer_id=employer_id, title__contains="% of 'it' \\ $1"))

    assert quick(odd.employer_id) == part(odd.employer_id) == [odd]
    assert quick(uuid4()) == part(uuid4()) == []


def test_a_failed_transaction_and_a_new_connection_change_nothing(tasks):
    quick = prepared(lambda employer_id: Task.objects.filter(employer_id=employer_id))
    with pytest.raises(DatabaseError), transaction.atomic():
        quick(tasks[0].employer_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
    assert len(quick(tasks[0].employer_id)) == 2


@pytest.mark.django_db(transaction=True)
def test_each_connection_prepares_its_own(make):
    make.now = timezone.now()
    task = make.task()
    quick = prepared(lambda employer_id: Task.objects.filter(employer_id=employer_id))
    assert quick(task.employer_id) == [task]
    connection.close()
    assert quick(task.employer_id) == [task]


def test_behind_a_pool_of_transactions_nothing_is_prepared(tasks, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    quick = prepared(lambda employer_id: Task.objects.filter(employer_id=employer_id))
    with CaptureQueriesContext(connection) as captured:
        assert len(quick(tasks[0].employer_id)) == 2
    assert captured[0]["sql"].startswith("SELECT")


def end_of(connection) -> None:
    """The server ends the connection, as a restart does."""
    pid = connection.connection.info.backend_pid
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    other = psycopg2.connect(**parameters)
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@pytest.mark.django_db(transaction=True)
def test_a_request_after_a_lost_connection_gets_a_new_one():
    quick = prepared(lambda task_id: Task.objects.filter(id=task_id))
    assert quick(uuid4()) == []
    end_of(connection)
    connection.health_check_enabled, connection.health_check_done = True, False  # as at the start of a request
    assert quick(uuid4()) == []


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_in_a_request_is_an_error_of_django():
    quick = prepared(lambda task_id: Task.objects.filter(id=task_id))
    assert not Task.objects.exists()
    end_of(connection)
    with pytest.raises(OperationalError):
        quick(uuid4())
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_changed_table_or_a_discarded_plan_is_planned_again():
    quick = prepared(lambda task_id: Task.objects.filter(id=task_id))
    assert quick(uuid4()) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tasks_task ALTER title TYPE varchar(999)")
    try:
        assert quick(uuid4()) == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tasks_task ALTER title TYPE varchar(140)")
    quick(uuid4())
    with connection.cursor() as cursor:
        cursor.execute("DISCARD ALL")
    assert quick(uuid4()) == []


def test_true_is_not_one(tasks):
    quick = prepared(lambda limit: Task.objects.all()[: 2 if limit is True else 1])
    assert [len(quick(limit)) for limit in (True, 1, True)] == [2, 1, 2]
