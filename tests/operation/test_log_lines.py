"""One object a line, with time, level, event and the ids that tie a request, its person and its jobs together."""

import io
import json
import logging
import logging.config

import pytest
import structlog
from django.test import Client
from django.utils import timezone

from marketplace import logs
from marketplace.celery import app


@pytest.fixture
def lines(settings):
    """What a production process would have written, as objects."""
    out = io.StringIO()
    config = logs.logging_config("INFO", "json")
    config["handlers"]["console"]["stream"] = out
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configured = structlog.get_config()
    logging.config.dictConfig(config)
    structlog.configure(**logs.structlog_options("INFO"))
    structlog.contextvars.clear_contextvars()

    def read() -> list[dict]:
        return [json.loads(line) for line in out.getvalue().splitlines()]

    yield read
    structlog.configure(**configured)
    structlog.contextvars.clear_contextvars()
    root.handlers, root.level = before, level
    for name in ("celery", "kombu", "amqp"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_line_of_any_library_is_an_object_with_time_and_level(lines):
    logging.getLogger("some.library").warning("it took %s s\nand more", 3)
    (line,) = lines()
    assert line["event"] == "it took 3 s\nand more"
    assert (line["level"], line["logger"]) == ("warning", "some.library")
    assert line["time"].endswith("Z")


def test_an_exception_is_one_line_without_secrets(lines):
    try:
        raise ValueError("GET /x?token=abcdefgh12345678&a=1")
    except ValueError:
        logging.getLogger("x").exception("failed at /x?token=abcdefgh12345678")
        structlog.get_logger("y").exception("failed", password="hush", url="/x?key=abcdefgh12345678")
    first, second = lines()
    for line in (first, second):
        assert "ValueError" in line["exception"]
        assert "abcdefgh12345678" not in json.dumps(line)
    assert second["password"] == logs.CUT


def finished(lines) -> dict:
    return next(line for line in lines() if line["event"] == "request_finished")


@pytest.mark.django_db
def test_a_request_id_of_the_proxy_is_taken_and_answered(lines):
    answer = Client().get("/en/help/", HTTP_X_REQUEST_ID="4bf92f3577b34da6a3ce929d0e0e4736")
    assert answer["X-Request-Id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert finished(lines)["request_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "short", "a b c d e f g h", 'x"}{"level":"critical', "x" * 400, "ünïcödé-id-12"])
def test_what_is_no_id_is_replaced(lines, value):
    answer = Client().get("/en/help/", HTTP_X_REQUEST_ID=value)
    assert answer["X-Request-Id"] != value
    assert logs.REQUEST_ID.fullmatch(answer["X-Request-Id"])
    assert finished(lines)["request_id"] == answer["X-Request-Id"]


@pytest.mark.django_db
def test_a_line_of_the_framework_about_a_request_has_its_id_too(lines):
    answer = Client().get("/en/nowhere/")
    named = [line for line in lines() if "/en/nowhere/" in json.dumps(line)]
    assert {line["logger"] for line in named} == {"django.request", "django_structlog.middlewares.request"}
    assert {line["request_id"] for line in named} == {answer["X-Request-Id"]}


def test_two_requests_have_two_ids(db):
    assert Client().get("/en/help/")["X-Request-Id"] != Client().get("/en/help/")["X-Request-Id"]


def test_a_line_says_who_it_was_and_for_which_organization(lines, make, client):
    organization = make.employer()
    user = organization.memberships.get().user
    client.force_login(user)
    client.get("/en/settings/")
    line = finished(lines)
    assert (line["user_id"], line["organization_id"]) == (str(user.pk), str(organization.id))


def test_a_line_of_the_api_says_it_for_a_key_too(lines, make, client):
    from apps.accounts.operations import keys
    from apps.accounts.states import KeyScope

    organization = make.employer()
    actor = make.actor(organization)
    user = organization.memberships.get().user
    _key, text = keys.create_token(
        user=user, actor=actor, name="k", scopes=[KeyScope.READ], expires_at=None, now=timezone.now()
    )
    client.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {text}")
    line = finished(lines)
    assert line["organization_id"] == str(organization.id)
    assert text not in json.dumps(lines())


def test_a_job_carries_the_ids_of_the_request_that_asked_for_it(lines):
    from django_structlog.celery.receivers import CeleryReceiver

    structlog.contextvars.bind_contextvars(request_id="request-0001", user_id="u", organization_id="o")
    headers: dict = {"id": "job-1", "task": "x"}
    receiver = CeleryReceiver()
    receiver.receiver_before_task_publish(headers=headers, properties={}, routing_key="celery")
    structlog.contextvars.clear_contextvars()

    @app.task(name="tests.look_around", bind=True)
    def look_around(self):
        logging.getLogger("job").info("at work")

    look_around.push_request(**headers)
    try:
        receiver.receiver_task_prerun("job-1", look_around)
        look_around.run()
    finally:
        look_around.pop_request()
        app.tasks.pop("tests.look_around")
    line = next(line for line in lines() if line["event"] == "at work")
    assert (line["request_id"], line["user_id"], line["organization_id"]) == ("request-0001", "u", "o")
    assert (line["task_id"], line["task"]) == ("job-1", "tests.look_around")


def test_web_and_workers_hand_the_ids_on(settings):
    assert settings.DJANGO_STRUCTLOG_CELERY_ENABLED
    from django_structlog.celery.steps import DjangoStructLogInitStep

    assert DjangoStructLogInitStep in app.steps["worker"]


def test_the_filter_leaves_a_line_of_structlog_to_its_processors():
    """A job's failure with a key in its text was lost: as a text the renderer could not take it."""
    import logging

    from marketplace.logs import SecretsFilter

    values = {"event": "task_failed", "error": "for tw_0123456789abcdefghij"}
    record = logging.LogRecord("x", logging.ERROR, "", 0, values, (), None)
    assert SecretsFilter().filter(record)
    assert record.msg is values
