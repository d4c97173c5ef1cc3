"""The database is away: pages and API say so with 503 and when to come again, and ask it nothing more."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture(params=[OperationalError, InterfaceError])
def outage(request):
    def refuse(execute, sql, parameters, many, context):
        raise request.param("server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("path", ["/api/v1/tasks/", "/api/v1/me/"])
def test_the_api_answers_with_a_problem(client, outage, path):
    answer = client.get(path, headers={"authorization": "Bearer twk_unknown"})
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "30"
    assert answer.json()["code"] == "database_unavailable"


def test_pages_answer_with_a_page_in_the_readers_language(client, outage):
    client.cookies["sessionid"] = "somebody"
    answer = client.get("/ar/tasks/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert 'dir="rtl"' in answer.content.decode()


def test_a_bug_is_still_a_bug(client, monkeypatch):
    def broken(*args, **options):
        raise ZeroDivisionError

    monkeypatch.setattr("apps.tasks.views.search.filter_of", broken)
    client.raise_request_exception = False
    assert client.get("/en/tasks/").status_code == 500


def test_readiness_asks_for_the_database_and_not_for_redis(client, monkeypatch):
    monkeypatch.setattr("marketplace.health.is_redis_away", lambda: True)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["cache"]) == (200, "away")


def test_readiness_without_a_database(client, outage):
    assert client.get("/readyz").status_code == 503
