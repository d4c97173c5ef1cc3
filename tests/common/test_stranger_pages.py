"""Responses that a process keeps for visitors without a session: nobody sees there what is not for everybody."""

from __future__ import annotations

import gzip
import re
import threading
from datetime import timedelta
from uuid import uuid4

import brotli
import pytest
from cachetools import LRUCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory
from django.utils import timezone

from apps.common import frame, limits
from apps.common.errors import Overloaded
from apps.common.middleware import ZONES
from apps.tasks.models import Task, TaskInvitation
from marketplace import kept_responses
from marketplace.fast_path import FastPath
from marketplace.kept_responses import IntoMemory, KeptResponses
from tests.conftest import log_in

pytestmark = pytest.mark.django_db
LIST, API = "/en/tasks/", "/api/v1/tasks/"
PAGES = ["/en/", LIST, "/en/tasks/{task}/", "/en/people/", "/en/people/{handle}/", API, "/api/v1/tasks/{task}/"]


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = int(status.split()[0]), dict(headers), body
        self.names = [name for name, _value in headers]

    @property
    def text(self) -> str:
        return self.body.decode()


class Site:
    """The WSGI application as a web process builds it, and how many requests reached Django."""

    def __init__(self) -> None:
        self.memory, self.reached, self.is_overloaded = KeptResponses(), 0, False
        django = WSGIHandler()

        def counting(environ, start_response):
            if self.is_overloaded:
                raise Overloaded
            self.reached += 1
            return django(environ, start_response)

        self.application = FastPath(self.memory, IntoMemory(self.memory, counting))

    def get(self, path: str, cookies: str = "", method: str = "GET", **headers: str) -> Answer:
        extra = {"HTTP_COOKIE": cookies} if cookies else {}
        names = {"Host": "testserver"} | {name.replace("_", "-"): value for name, value in headers.items()}
        request = RequestFactory().generic(method, path, headers=names, **extra)
        started: list[object] = []
        body = b"".join(self.application(request.environ, lambda *args: started.extend(args)))
        return Answer(started[0], started[1], body)


@pytest.fixture(autouse=True)
def connection_stays_open():
    """Around each request Django closes a connection that is in a transaction, as that of a test is."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def other_memories_are_empty():
    for memory in (frame._contents, frame._parts):
        memory.clear()
    yield
    for memory in (frame._contents, frame._parts):
        memory.clear()


@pytest.fixture
def site(settings, make):
    make.now = timezone.now()
    settings.STRANGER_PAGE_SECONDS = 30
    settings.VERSION = uuid4().hex  # of what other tests left in the cache nothing is found
    return Site()


@pytest.fixture
def task(make):
    return make.task(title="A guide for everybody")


@pytest.fixture
def invited(make):
    """A task that only one organization sees, and the cookies of its member."""
    private, organization = make.task(title="For invited people", visibility="invited"), make.freelancer()
    TaskInvitation.objects.create(task=private, organization=organization)
    cookies = f"sessionid={log_in(Client(), organization).cookies['sessionid'].value}"
    return private, cookies


def later(monkeypatch, seconds: float) -> None:
    moment = kept_responses.time.time() + seconds
    monkeypatch.setattr(kept_responses.time, "time", lambda: moment)
    frame._contents.clear()  # has a clock of its own


@pytest.mark.parametrize("path", PAGES)
def test_the_second_visitor_gets_the_same_response_without_django(site, task, make, path, django_assert_num_queries):
    path = path.format(task=task.id, handle=make.freelancer().handle)
    first = site.get(path)
    with django_assert_num_queries(0):
        second = site.get(path)
    assert (first.status, site.reached) == (200, 1)
    assert second.body == first.body
    assert second.headers | {"X-Request-Id": ""} == first.headers | {"X-Request-Id": ""}
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize("path", PAGES)
def test_a_kept_response_has_the_headers_of_djangos_own_and_nothing_of_one_visitor(site, task, make, path, client):
    path = path.format(task=task.id, handle=make.freelancer().handle)
    site.get(path)
    kept, own = site.get(path), client.get(path)
    for name in ("Content-Type", "Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
                 "X-Content-Type-Options", "Cross-Origin-Opener-Policy"):  # fmt: skip
        assert kept.headers[name] == own[name]
    assert "Set-Cookie" not in kept.headers and not own.cookies
    assert "nonce" not in kept.headers["Content-Security-Policy"]
    assert {"cookie", "accept-encoding"} <= {part.strip().lower() for part in kept.headers["Vary"].split(",")}
    assert kept.headers["Cache-Control"] == "private, no-cache"
    assert not re.search(r"[A-Za-z0-9]{64}", kept.text)  # no CSRF token


def test_a_stranger_changes_the_language_without_a_token(task):
    client = Client(enforce_csrf_checks=True)
    form = {"language": "ar", "next": LIST}
    assert client.post("/i18n/setlang/", form).status_code == 302
    assert client.post("/i18n/setlang/", form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/en/accounts/login/", {}).status_code == 403


@pytest.mark.parametrize("path", [LIST, "/en/tasks/{task}/", API, "/api/v1/tasks/{task}/"])
def test_what_a_member_sees_is_neither_kept_nor_taken_from_what_is_kept(site, invited, path):
    private, cookies = invited
    path = path.format(task=private.id)
    assert private.title in site.get(path, cookies).text
    assert private.title not in site.get(path).text
    assert private.title in site.get(path, cookies).text
    assert private.title not in site.get(path).text


def test_a_response_with_a_key_is_not_kept(site, task):
    site.get(API)
    assert site.get(API, Authorization="Bearer tw_nobody").status == 401
    assert site.get(API).status == 200


@pytest.mark.parametrize(
    "cookies", ["sessionid=x", "anything=x", "messages=W10", "theme=dark; sessionid=x", "csrftoken=x; __Host-x=1"]
)
def test_a_visitor_with_another_cookie_gets_a_page_of_their_own(site, task, cookies):
    site.get(LIST)
    site.get(LIST, cookies)
    site.get(LIST, cookies)
    assert site.reached == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_reach_django(site, task, method):
    site.get(LIST)
    assert site.get(LIST, method=method).status in (403, 405)
    assert site.reached == 2


def test_head_gets_the_headers_only(site, task):
    page = site.get(LIST)
    head = site.get(LIST, method="HEAD")
    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(page.body))
    assert site.reached == 1


@pytest.mark.parametrize(
    ("cookies", "headers"),
    [
        ("theme=dark", {}),
        ("time_zone=Asia/Tokyo", {}),
        ("", {"HX_Request": "true"}),
        ("", {"HX_Request": "true", "HX_Boosted": "true"}),
        ("", {"Host": "127.0.0.1"}),
    ],
)
def test_pages_that_look_different_are_kept_apart(site, task, cookies, headers):
    site.get(LIST)
    site.get(LIST, cookies, **headers)
    assert (len(site.memory), site.reached) == (2, 2)
    site.get(LIST, cookies, **headers)
    assert site.reached == 2


def test_each_language_has_its_own_pages_and_answers(site, task):
    assert 'lang="ar"' in site.get("/ar/tasks/").text
    assert 'lang="en"' in site.get(LIST, Accept_Language="ar").text
    site.get(API, Accept_Language="ar")
    site.get(API, "django_language=zh-hans", Accept_Language="ar")
    site.get(API)
    assert (len(site.memory), site.reached) == (5, 5)


def test_cookies_without_a_meaning_do_not_fill_the_memory(site, task):
    for number in range(5):
        site.get(LIST, f"theme=x{number}; time_zone=Nowhere/{number}; csrftoken={str(number) * 32}")
    assert (len(site.memory), site.reached) == (1, 1)
    assert "Asia/Tokyo" in ZONES


def test_queries_of_any_variety_do_not_fill_the_memory(site, task):
    site.memory._kept = LRUCache(200_000, getsizeof=lambda kept: kept.size)
    for number in range(10):
        site.get(f"{LIST}?q={number}")
    assert 0 < len(site.memory) < 10
    kept = len(site.memory)
    assert site.get(f"{LIST}?q={'x' * 300}").status == 200
    assert len(site.memory) == kept


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_Host": "evil.example"},
        {"X_Forwarded_Port": "666"},
        {"X_Original_URL": "/en/people/"},
        {"X_Rewrite_URL": "/en/people/"},
        {"X_HTTP_Method_Override": "POST"},
        {"Forwarded": "host=evil.example"},
    ],
)
@pytest.mark.parametrize("path", [LIST, API])
def test_headers_cannot_change_what_others_get(site, task, path, headers, settings):
    poisoned = site.get(path, **headers)
    settings.VERSION = uuid4().hex
    clean = Site().get(path)
    assert poisoned.body == clean.body
    assert site.get(path).body == clean.body


def test_an_unknown_host_gets_400_and_is_not_kept(site, task):
    site.get(LIST)
    assert site.get(LIST, Host="evil.example").status == 400
    assert len(site.memory) == 1


def test_tls_is_part_of_the_key(site, task, settings):
    settings.SECURE_PROXY_SSL_HEADER, settings.SECURE_HSTS_SECONDS = ("HTTP_X_FORWARDED_PROTO", "https"), 60
    secured = Site()
    assert "Strict-Transport-Security" not in secured.get(LIST).headers
    assert "Strict-Transport-Security" in secured.get(LIST, X_Forwarded_Proto="https").headers
    assert "Strict-Transport-Security" not in secured.get(LIST).headers


def test_only_clients_that_take_json_get_kept_json(site, task):
    site.get(API)
    assert site.get(API, Accept="application/json, text/plain").status == 200
    assert site.reached == 1
    assert site.get(API, Accept="text/html").status == 406


def test_errors_and_redirects_are_not_kept(site, task):
    path = f"/en/tasks/{task.id}/"
    Task.objects.filter(id=task.id).update(status="draft", published_at=None)
    assert site.get(path).status == 404
    assert site.get(f"{API}?bid_window=nonsense").status == 400
    assert site.get("/").status == 302
    assert not len(site.memory)
    Task.objects.filter(id=task.id).update(status="open", published_at=timezone.now())
    assert site.get(path).status == 200


def test_what_moderation_hid_is_gone_when_the_memory_is_over(site, task, monkeypatch):
    assert task.title in site.get(LIST).text
    Task.objects.filter(id=task.id).update(hidden_at=timezone.now())
    later(monkeypatch, 31)
    assert task.title not in site.get(LIST).text


def test_after_django_said_that_it_is_gone_nobody_gets_the_old_response(site, task, monkeypatch):
    path = f"/en/tasks/{task.id}/"
    assert site.get(path).status == 200
    Task.objects.filter(id=task.id).update(hidden_at=timezone.now())
    later(monkeypatch, 31)  # old enough to be computed again, and not too old to be sent meanwhile
    assert [site.get(path).status for _ in range(3)] == [404, 404, 404]
    assert Site().get(path).status == 404  # another process has no copy from the cache


def test_while_one_request_computes_the_others_get_the_old_response(site, task, monkeypatch):
    path, another = f"/en/tasks/{task.id}/", Site()
    site.get(path)
    key = next(iter(site.memory._kept))
    later(monkeypatch, 31)
    assert site.memory.find(key) is None  # this request computes
    assert site.get(path).status == another.get(path).status == 200
    assert (site.reached, another.reached) == (1, 0)
    later(monkeypatch, 61)
    assert site.memory.find(key) is None  # too old for everybody


def test_another_process_takes_what_this_one_computed(site, task, monkeypatch):
    another = Site()
    first = site.get(LIST)
    assert another.get(LIST).body == first.body
    assert another.reached == 0
    monkeypatch.setattr(kept_responses.cache, "get", lambda _name: pytest.fail("asked again"))
    assert another.get(LIST).body == first.body
    later(monkeypatch, 31)  # it is as old there as where it was computed
    assert another.memory.fresh(next(iter(another.memory._kept))) is None


def test_without_redis_each_process_computes_for_itself(site, task, monkeypatch):
    another = Site()
    monkeypatch.setattr(kept_responses, "cache", LocMemCache("of one process", {}))
    site.get(LIST)
    monkeypatch.setattr(kept_responses, "cache", LocMemCache("of another", {}))
    another.get(LIST)
    assert (site.get(LIST).status, another.get(LIST).status) == (200, 200)
    assert (site.reached, another.reached) == (1, 1)


def test_a_refused_request_gets_the_old_response_but_not_one_that_is_too_old(site, task, monkeypatch):
    site.get(LIST)
    site.is_overloaded = True
    later(monkeypatch, 31)
    assert site.get(LIST).status == 200
    later(monkeypatch, 61)
    refused = site.get("/ar/tasks/")
    assert site.get(LIST).status == refused.status == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["Cache-Control"] == "no-store"
    assert 'dir="rtl"' in refused.text
    answer = site.get(API)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert '"code": "overloaded"' in answer.text


def test_a_request_that_waited_finds_what_another_computed(site, task):
    key = None

    def keep_first(environ, start_response):
        nonlocal key
        key = environ[kept_responses.KEY]
        site.memory.keep(key, [("Content-Type", "text/plain")], b"computed by another")
        return into(environ, start_response)

    into = IntoMemory(site.memory, lambda environ, start_response: pytest.fail("Django was asked"))
    site.application = FastPath(site.memory, keep_first)
    assert site.get(LIST).text == "computed by another"


def test_a_client_that_has_the_page_gets_304(site, task):
    first = site.get(LIST)
    tag = first.headers["ETag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}'):
        again = site.get(LIST, If_None_Match=sent)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == tag
        assert not {name for name in again.names if name.startswith("Content-")}
    assert site.get(LIST, If_None_Match='"other"').status == 200


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [
        ("gzip, deflate", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("gzip;q=0.0", None, bytes),
        ("identity", None, bytes),
    ],
)
def test_a_response_is_compressed_as_the_client_accepts(site, task, accepted, encoding, decode):
    plain = site.get(LIST)
    answer = site.get(LIST, Accept_Encoding=accepted)
    assert answer.headers.get("Content-Encoding") == encoding
    assert decode(answer.body) == plain.body
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert (answer.headers["ETag"] == plain.headers["ETag"]) == (encoding is None)


@pytest.mark.parametrize(
    ("path", "what", "most"), [(LIST, "pages", 40), (f"{LIST}?q=a", "searches", 10), (API, "api_reads", 40)]
)
def test_what_comes_from_memory_counts_for_the_limits(site, task, settings, monkeypatch, path, what, most):
    settings.LIMITS_ARE_ON, settings.TRUSTED_PROXIES = True, 1
    monkeypatch.setitem(limits.LIMITS, what, (limits.Rate(most, 60),))
    answers = [site.get(path, X_Forwarded_For="198.51.100.7") for _ in range(most * 2)]
    refused = [answer for answer in answers if answer.status == 429]
    assert most - VISITOR_LOT <= answers.index(refused[0]) <= most + VISITOR_LOT
    assert all(answer.status == 429 for answer in answers[answers.index(refused[0]) :])
    assert 0 < int(refused[0].headers["Retry-After"]) <= 61
    assert site.get(path, X_Forwarded_For="198.51.100.8").status == 200
    # What the visitor itself wrote into the header does not make it another visitor.
    assert site.get(path, X_Forwarded_For="203.0.113.1, 198.51.100.7").status == 429


VISITOR_LOT = kept_responses.VisitorLimits.LOTS


@pytest.mark.parametrize(
    "header",
    [
        ("Set-Cookie", "a=b"),
        ("Content-Security-Policy", "script-src 'self' 'nonce-abc'"),
        ("Cache-Control", "private, no-store"),
        ("Content-Length", str(2**30)),
    ],
)
def test_a_response_for_one_visitor_is_not_kept_even_if_it_is_marked(site, header):
    def marked(environ, start_response):
        environ["tradewind.same_for_strangers"] = True
        start_response("200 OK", [header])
        return [b"for one visitor"]

    site.application = FastPath(site.memory, IntoMemory(site.memory, marked))
    assert site.get(LIST).text == "for one visitor"
    assert not len(site.memory)


def test_threads_share_the_memory(site, task):
    first = site.get(LIST)
    bodies: list[bytes] = []
    threads = [threading.Thread(target=lambda: bodies.append(site.get(LIST).body)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(bodies) == {first.body} and len(bodies) == 8 and site.reached == 1


# -- members' lists


def test_a_card_follows_the_end_of_bidding(make, settings):
    make.now = timezone.now()
    settings.LIST_MEMORY_SECONDS = 60
    task, member = make.task(title="A guide for everybody"), log_in(Client(), make.freelancer())
    before, after = task.bidding_closes_at, task.bidding_closes_at + timedelta(days=3)
    assert before.isoformat() in member.get(LIST).content.decode()

    Task.objects.filter(id=task.id).update(bidding_closes_at=after)  # as operations do, without `updated_at`

    frame._contents.clear()  # the card is kept longer than the list
    page = member.get(LIST).content.decode()
    assert after.isoformat() in page
    assert before.isoformat() not in page


def test_another_organization_does_not_find_an_invited_ones_task(make, invited):
    private, _cookies = invited
    other = log_in(Client(), make.freelancer("Somebody Else"))
    assert private.title not in other.get(LIST).content.decode()
    assert other.get(f"/en/tasks/{private.id}/").status_code == 404
