"""No statement of a page runs for ever, and what the database stops is said as such."""

from __future__ import annotations

import threading

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, connections, transaction
from django.test import RequestFactory, override_settings

from apps.common import database_errors
from apps.common.errors import Conflict
from apps.common.middleware import DomainErrorMiddleware
from marketplace.processes import process_kind, with_timeouts


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["/srv/.venv/bin/celery", "-A", "marketplace", "worker"], "worker"),
        (["/srv/lib/celery/__main__.py", "-A", "marketplace", "worker", "-B"], "worker"),
        (["/srv/.venv/bin/granian", "marketplace.wsgi:application"], "web"),
        (["manage.py", "runserver"], "web"),
        (["manage.py", "migrate"], "migrate"),
        (["manage.py", "check"], "command"),
        ([""], "command"),
        ([], "command"),
    ],
)
def test_the_kind_of_a_process_is_read_from_its_command(arguments, kind):
    assert process_kind(arguments) == kind


def test_the_limits_are_options_of_the_connection_beside_those_given():
    options = with_timeouts({"options": "-c search_path=x", "sslmode": "require"}, {"statement_timeout": 5, "off": 0})
    assert options == {"options": "-c search_path=x -c statement_timeout=5", "sslmode": "require"}
    assert with_timeouts({}, {"off": 0}) == {}


def _stopped(seconds=5):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "kind"), [("/en/people/", "text/html"), ("/api/v1/people/", "application/problem+json")]
)
def test_a_statement_that_was_stopped_is_a_503_that_says_when_to_try_again(client, monkeypatch, address, kind):
    from apps.accounts.queries import people

    monkeypatch.setattr(people, "people", lambda *args, **named: _stopped())
    response = client.get(address)
    assert response.status_code == 503
    assert kind in response["Content-Type"]
    assert int(response["Retry-After"]) > 0
    assert "took too long" in response.content.decode()


@pytest.mark.django_db
@override_settings(DEBUG=False)
@pytest.mark.parametrize("address", ["/en/people/", "/api/v1/people/"])
def test_an_outage_that_a_middleware_meets_is_a_503_too(client, monkeypatch, address):
    from apps.accounts.middleware import ActorMiddleware

    def away(self, request):
        raise OperationalError("server closed the connection unexpectedly")

    client.raise_request_exception = False
    monkeypatch.setattr(ActorMiddleware, "__call__", away)
    response = client.get(address)
    assert response.status_code == 503
    assert response["Retry-After"]


@pytest.mark.django_db
@override_settings(DEBUG=False)
def test_a_mistake_of_ours_is_problem_details_on_the_api(client, monkeypatch):
    from apps.accounts.queries import people

    client.raise_request_exception = False
    monkeypatch.setattr(people, "people", lambda *args, **named: 1 / 0)
    response = client.get("/api/v1/people/")
    assert response.status_code == 500
    assert response.json()["code"] == "server_error"


@pytest.mark.django_db
def test_what_the_database_refuses_is_a_refusal_and_never_an_error(make):
    from apps.accounts.models import Membership, Profile

    organization = make.freelancer()
    with pytest.raises(DataError) as result, transaction.atomic():
        Profile.objects.filter(organization=organization).update(headline="x" * 200)
    assert isinstance(database_errors.refusal_of(result.value), database_errors.ValueOutOfRange)
    with pytest.raises(IntegrityError) as result, transaction.atomic():
        Membership.objects.create(user=organization.memberships.get().user, organization=organization, role="owner")
    refusal = database_errors.refusal_of(result.value)
    assert isinstance(refusal, Conflict)
    page = DomainErrorMiddleware(lambda request: None).process_exception(RequestFactory().get("/api/x"), result.value)
    assert page.status_code == 409
    with pytest.raises(IntegrityError) as result, transaction.atomic():
        Membership.objects.filter(organization=organization).update(role="nonsense")
    assert database_errors.refusal_of(result.value) is None  # a broken check is our mistake


@pytest.mark.django_db
def test_an_id_of_nothing_is_not_found_wherever_an_operation_meets_it(client, make):
    client.force_login(make.staff())
    assert client.post("/en/money/claims/019a0000-0000-7000-8000-000000000001/dismiss/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_wait_for_a_lock_ends(make):
    from apps.accounts.models import Organization

    organization, held, done = make.freelancer(), threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Organization.objects.select_for_update().get(id=organization.id)
            held.set()
            done.wait(10)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    try:
        with pytest.raises(OperationalError) as result, transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = 50")
            Organization.objects.select_for_update().get(id=organization.id)
        assert isinstance(database_errors.refusal_of(result.value), database_errors.TookTooLong)
    finally:
        done.set()
        thread.join()
