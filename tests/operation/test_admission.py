"""A web process that is asked for more than it can serve refuses some, and none of those that another one pushes out."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from apps.accounts.operations import keys
from apps.common import traffic
from apps.common.errors import Overloaded
from marketplace import admission
from marketplace.admission import LINES, Admission, Line, RecentLogins, Report, Wait, kind_of
from tests import databases
from tests.conftest import log_in
from tests.operation.test_telemetry import free_port

SESSION = f"{settings.SESSION_COOKIE_NAME}=x"
PATHS = {"machine": "/webhooks/sandbox/", "money": "/en/money/", "member": "/en/tasks/", "stranger": "/en/tasks/"}


def environ(kind: str, **more: Any) -> dict[str, Any]:
    cookie = SESSION if kind in ("money", "member") else ""
    return {"REQUEST_METHOD": "GET", "PATH_INFO": PATHS[kind], "HTTP_COOKIE": cookie, **more}


@pytest.fixture(autouse=True)
def accepted(monkeypatch):
    """The session and the key of these tests were accepted before."""
    logins = RecentLogins()
    for credential in ("x", "Bearer x"):
        logins.add(credential)
    monkeypatch.setattr(admission, "RECENT_LOGINS", logins)
    return logins


class Slow:
    """An application whose requests last until they are allowed to end."""

    def __init__(self, threads: int = 4, lines: dict[str, Line] = LINES) -> None:
        self.admission = Admission(self._serve, threads, lines)
        self.pool = ThreadPoolExecutor(60)
        self.started: list[str] = []
        self._changed, self._ended, self._is_open = threading.Condition(), set[str](), False

    def _serve(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        name = environ["name"]
        with self._changed:
            self.started.append(name)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_open or name in self._ended)
        start_response("200 OK", [("X-Thread", threading.current_thread().name)])
        return [name.encode()]

    def send(self, kind: str, name: str) -> Future[bytes]:
        return self.pool.submit(
            lambda: b"".join(self.admission(environ(kind, name=name), lambda *_response: None)),
        )

    def wait_for_start(self, *names: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: set(names) <= set(self.started), timeout=20), self.started

    def wait_for_line(self, kind: str, length: int) -> None:
        while len(self.admission._waiting[kind]) != length:
            threading.Event().wait(0.001)

    def end(self, *names: str) -> None:
        with self._changed:
            self._ended |= set(names)
            self._changed.notify_all()

    def end_all(self) -> None:
        with self._changed:
            self._is_open = True
            self._changed.notify_all()


PATIENT = {kind: Line(line.weight, Wait(50, 60.0)) for kind, line in LINES.items()}


@pytest.fixture
def slow() -> Iterator[Slow]:
    result = Slow(threads=4, lines=PATIENT)
    yield result
    result.end_all()
    result.pool.shutdown()


@pytest.mark.parametrize("kind", ["member", "stranger", "money"])
def test_no_kind_takes_the_last_threads(slow, kind):
    many = [slow.send(kind, f"{kind}{number}") for number in range(10)]
    slow.wait_for_line(kind, 8)
    other = "member" if kind == "money" else "money"
    served = slow.send(other, "other")
    slow.wait_for_start("other")
    machine = slow.send("machine", "machine")
    slow.wait_for_start("machine")
    slow.end("other", "machine")
    assert (served.result(20), machine.result(20)) == (b"other", b"machine")
    slow.end_all()
    assert len({future.result(20) for future in many}) == 10


def test_machines_are_served_before_all_others(slow):
    first = [slow.send("machine", f"first{number}") for number in range(4)]
    slow.wait_for_start(*(f"first{number}" for number in range(4)))
    later = [slow.send(kind, kind) for kind in ("member", "money", "stranger")]
    for kind in ("member", "money", "stranger"):
        slow.wait_for_line(kind, 1)
    last = slow.send("machine", "last")
    slow.wait_for_line("machine", 1)
    slow.end("first0")
    slow.wait_for_start("last")
    assert slow.started[-1] == "last"
    slow.end_all()
    assert [future.result(20) for future in [*first, *later, last]]


def test_lines_that_wait_are_served_by_their_weights():
    single = Slow(threads=1, lines=PATIENT)
    first = single.send("machine", "first")
    single.wait_for_start("first")
    kinds = ("money", "member", "stranger")
    waiting = [single.send(kind, f"{kind}{number}") for kind in kinds for number in range(16)]
    for kind in kinds:
        single.wait_for_line(kind, 16)
    single.end_all()
    assert all(future.result(20) for future in [first, *waiting])
    served = [name.rstrip("0123456789") for name in single.started[1:17]]
    assert served.count("money") > served.count("member") > served.count("stranger") >= 1


def test_a_full_line_refuses_at_once(slow):
    lines = {**PATIENT, "member": Line(1, Wait(2, 60.0))}
    slow.admission._lines = lines
    running = [slow.send("member", f"running{number}") for number in range(2)]
    slow.wait_for_start("running0", "running1")
    waiting = [slow.send("member", f"waiting{number}") for number in range(2)]
    slow.wait_for_line("member", 2)
    with pytest.raises(Overloaded):
        slow.send("member", "refused").result(20)
    slow.end_all()
    assert all(future.result(20) for future in [*running, *waiting])


def test_who_waits_too_long_is_refused(slow):
    slow.admission._lines = {**PATIENT, "member": Line(1, Wait(2, 0.01))}
    running = [slow.send("member", f"running{number}") for number in range(2)]
    slow.wait_for_start("running0", "running1")
    with pytest.raises(Overloaded):
        slow.send("member", "late").result(20)
    slow.end_all()
    assert all(future.result(20) for future in running)
    assert "late" not in slow.started


def test_an_overloaded_line_serves_the_newest_and_refuses_the_oldest(slow, monkeypatch):
    slow.admission._lines = {**PATIENT, "member": Line(1, Wait(50, 60.0), Wait(2, 60.0))}
    running = [slow.send("member", f"running{number}") for number in range(2)]
    slow.wait_for_start("running0", "running1")
    oldest = slow.send("member", "oldest")
    slow.wait_for_line("member", 1)
    monkeypatch.setattr(admission, "OVERLOADED_AFTER_SECONDS", 0.0)
    middle = slow.send("member", "middle")
    slow.wait_for_line("member", 2)
    newest = slow.send("member", "newest")
    with pytest.raises(Overloaded):
        oldest.result(20)
    slow.end("running0")
    slow.wait_for_start("newest")
    assert "middle" not in slow.started
    slow.end_all()
    assert [future.result(20) for future in (newest, middle)] == [b"newest", b"middle"]
    assert all(future.result(20) for future in running)


def test_a_busy_and_overloaded_process_runs_fewer_requests_at_once(slow, monkeypatch):
    monkeypatch.setattr(slow.admission._cpu, "is_busy", lambda _now: True)
    monkeypatch.setattr(admission, "OVERLOADED_AFTER_SECONDS", 0.0)
    slow.admission._lines = {**PATIENT, "member": Line(1, Wait(50, 60.0), Wait(50, 60.0))}
    many = [slow.send("member", f"member{number}") for number in range(6)]
    slow.wait_for_line("member", 5)
    money = slow.send("money", "money")
    slow.wait_for_start("money")
    assert len(slow.started) == 2
    slow.end_all()
    assert all(future.result(20) for future in [*many, money])


# -- the response


def ask(application: Any, kind: str = "member") -> Any:
    started: list[Any] = []
    body = Admission(application, 2)(environ(kind), lambda *args: started.extend(args))
    return started, body


def test_a_response_is_closed_in_the_thread_that_made_it():
    threads, closed = [], threading.Event()

    class Body(list[bytes]):
        def close(self) -> None:
            threads.append(threading.current_thread())
            closed.set()

    def application(_environ: Any, start_response: Any) -> Any:
        threads.append(threading.current_thread())
        start_response("200 OK", [("Content-Length", "2")])
        return Body([b"a", b"b"])

    started, body = ask(application)
    assert (started[0], body) == ("200 OK", [b"ab"])
    assert closed.wait(20)
    assert threads[0] is threads[1] is not threading.current_thread()


def test_a_large_response_comes_in_pieces():
    def application(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return (bytes([number]) * 1000 for number in range(100))

    _started, body = ask(application)
    pieces = list(body)
    assert len(pieces) == 100
    assert b"".join(pieces)[-1] == 99


def test_a_client_that_goes_away_ends_a_large_response():
    ended = threading.Event()

    def application(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])

        def endless() -> Iterator[bytes]:
            try:
                while True:
                    yield b"x"
            finally:
                ended.set()

        return endless()

    _started, body = ask(application)
    assert next(iter(body)) == b"x"
    body.close()
    assert ended.wait(20)


def test_an_error_reaches_the_web_server_and_the_thread_goes_on():
    answers = iter([ZeroDivisionError("broken"), None])

    def application(_environ: Any, start_response: Any) -> list[bytes]:
        if error := next(answers):
            raise error
        start_response("200 OK", [])
        return [b"fine"]

    single = Admission(application, 1)
    with pytest.raises(ZeroDivisionError):
        single(environ("member"), lambda *_response: None)
    assert single(environ("member"), lambda *_response: None) == [b"fine"]


# -- kinds


def test_the_kind_of_a_request():
    assert kind_of(environ("machine")) == "machine"
    assert kind_of(environ("stranger") | {"PATH_INFO": "/readyz"}) == "machine"
    assert kind_of(environ("member") | {"PATH_INFO": "/static/css/app.css"}) == "static"
    assert kind_of(environ("money")) == "money"
    assert kind_of(environ("money") | {"HTTP_COOKIE": ""}) == "stranger"
    assert kind_of(environ("stranger") | {"HTTP_AUTHORIZATION": "Bearer x", "PATH_INFO": "/api/v1/payouts/"}) == "money"
    assert kind_of(environ("member")) == "member"
    assert kind_of(environ("stranger")) == "stranger"


@pytest.mark.parametrize("path", ["/en/tasks/", "/en/money/", "/api/v1/payouts/"])
@pytest.mark.parametrize(
    "claim", [{"HTTP_COOKIE": "sessionid=made-up"}, {"HTTP_COOKIE": "xsessionid=x"}, {"HTTP_AUTHORIZATION": "Bearer y"}]
)
def test_who_claims_to_be_logged_in_waits_with_the_strangers(path, claim):
    assert kind_of({"PATH_INFO": path, **claim}) == "stranger"


def test_a_login_is_remembered_once_the_application_accepted_it(accepted):
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if "sessionid=real" in environ["HTTP_COOKIE"]:
            environ[traffic.ACCEPTED] = True
        start_response("200 OK", [])
        return [b""]

    single = Admission(application, 1)
    for session, kind in (("real", "member"), ("made-up", "stranger")):
        cookie = {"HTTP_COOKIE": f"theme=dark; sessionid={session}"}
        assert kind_of(environ("member") | cookie) == "stranger"
        single(environ("member") | cookie, lambda *_response: None)
        assert kind_of(environ("member") | cookie) == kind


def test_logins_are_forgotten_the_oldest_first():
    logins = RecentLogins(most=2)
    for credential in ("a", "b", "a", "c"):
        logins.add(credential)
    assert [logins.has(credential) for credential in "abc"] == [True, False, True]


def test_a_login_is_forgotten_after_a_while(monkeypatch, accepted):
    now = admission.time.monotonic()
    monkeypatch.setattr(admission.time, "monotonic", lambda: now + admission.LOGIN_IS_REMEMBERED_SECONDS + 1)
    assert not accepted.has("x")


@pytest.mark.django_db
def test_django_says_which_sessions_and_keys_are_real(make):
    def is_accepted(client: Client, path: str, **headers: str) -> bool:
        return traffic.ACCEPTED in client.get(path, headers=headers).wsgi_request.META

    member = make.freelancer()
    user = member.memberships.get(role="owner").user
    _key, secret = keys.create_token(
        user=user, actor=make.actor(member), name="robot", scopes=["read"], expires_at=None, now=timezone.now()
    )
    made_up = Client()
    made_up.cookies["sessionid"] = "made-up"
    assert is_accepted(log_in(Client(), member), "/en/tasks/")
    assert not is_accepted(made_up, "/en/tasks/")
    assert not is_accepted(Client(), "/en/tasks/")
    assert is_accepted(Client(), "/api/v1/tasks/", Authorization=f"Bearer {secret}")
    assert not is_accepted(Client(), "/api/v1/tasks/", Authorization="Bearer tw_made_up")


MONEY_APPS = {"payments", "payouts", "escrow", "treasury", "banking", "spending", "invoicing"}


def _pages(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _pages(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            module = getattr(pattern.callback, "view_class", pattern.callback).__module__
            yield prefix + str(pattern.pattern), module


def test_every_page_and_endpoint_of_the_apps_about_money_is_of_the_kind_money():
    others = [
        path
        for path, module in _pages(get_resolver().url_patterns)
        if module.split(".")[1:2] and module.split(".")[1] in MONEY_APPS
        and kind_of({"PATH_INFO": f"/{path}", "HTTP_COOKIE": SESSION}) != "money"
    ]  # fmt: skip
    assert others == []


@pytest.mark.parametrize(
    "path",
    [
        "/ar/milestones/0/fund/", "/zh-hans/milestones/0/approve/", "/en/bids/0/award/", "/en/contracts/stop/0/accept/",
        "/en/disputes/0/decide/", "/api/v1/milestones/0/approve/", "/api/v1/stop-proposals/0/accept/",
        "/api/v1/disputes/0/outcome/",
    ],
)  # fmt: skip
def test_what_moves_money_in_other_apps_is_of_the_kind_money(path):
    assert kind_of({"PATH_INFO": path, "HTTP_COOKIE": SESSION}) == "money"


# -- what an operator sees


@pytest.mark.django_db
def test_refusals_are_logged_and_added_to_the_sums_of_all_processes(caplog, monkeypatch):
    monkeypatch.setattr(admission, "REPORT_SECONDS", 3600.0)
    before = traffic.sums()
    for report in (Report(), Report()):
        report.count("member", "served")
        report.count("member", "refused")
        report.count("kept", "served")
        report.send()
    after = traffic.sums()
    assert after["member", "refused"] - before["member", "refused"] == 2
    assert after["kept", "served"] - before["kept", "served"] == 2
    assert "requests were refused" in caplog.text
    assert (timezone.now() - traffic.refused_at()).total_seconds() < 60


# -- a real web server


@contextmanager
def web_server(**more: str) -> Iterator[str]:
    port = free_port()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "WEB_HOST": "127.0.0.1", "WEB_PORT": str(port),
        "WEB_CONCURRENCY": "1", "WEB_THREADS": "4", "TRADEWIND_ENV": "test", "STRANGER_PAGE_SECONDS": "60",
        "DATABASE_URL": databases.url(connection.settings_dict["NAME"]), "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY, "LIMITS": "0", "THROTTLE_USER": "10000/min", **more,
    }  # fmt: skip
    process = subprocess.Popen(["sh", "ops/web.sh"], env=environment, cwd=settings.BASE_DIR)
    address = f"http://127.0.0.1:{port}"
    try:
        session = requests.Session()
        retries = requests.adapters.Retry(100, backoff_factor=0.1, backoff_max=0.5)
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))
        assert session.get(f"{address}/readyz", timeout=60).status_code == 200
        yield address
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_slow_pages_are_refused_while_money_and_webhooks_are_served_and_then_all_is_well(make):
    cookies = {"sessionid": log_in(Client(), make.freelancer()).cookies["sessionid"].value}
    with web_server() as address, ThreadPoolExecutor(40) as pool:

        def get(path: str, **options: Any) -> requests.Response:
            return requests.get(f"{address}{path}", timeout=60, **options)

        assert get("/en/people/").status_code == 200  # kept from now on
        assert get("/en/", cookies=cookies).status_code == 200  # the login is accepted from now on
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE tasks_task IN ACCESS EXCLUSIVE MODE")
            slow = [pool.submit(get, f"/en/tasks/?q={number}", cookies=cookies) for number in range(30)]
            refused = [future.result() for future, _number in zip(as_completed(slow), range(10), strict=False)]
            balances = get("/api/v1/balances/", cookies=cookies)
            webhook = requests.post(f"{address}/webhooks/sandbox/", data=b"{}", timeout=60)
            kept, health = get("/en/people/"), get("/readyz")
            cursor.execute("ROLLBACK")
        assert {answer.status_code for answer in refused} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        assert "More people use the site" in refused[0].text
        assert (balances.status_code, kept.status_code, health.status_code) == (200, 200, 200)
        assert webhook.status_code == 400  # read, and its signature is missing
        assert {future.result().status_code for future in slow} <= {200, 503}
        assert [get("/en/tasks/?q=after", cookies=cookies).status_code for _ in range(5)] == [200] * 5
