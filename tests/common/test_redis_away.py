"""Without Redis people log in, sign up and use the API; limits are counted by the process, and nobody waits."""

import time

import pytest
from django.core.cache import caches
from django.test import Client

from apps.common import caches as ours
from apps.common import jobs


@pytest.fixture
def no_redis(settings):
    """An address at which nothing listens."""
    settings.CACHES = {
        "default": {
            "BACKEND": "apps.common.caches.RedisOrLocalCache",
            "LOCATION": "redis://127.0.0.1:1/1",
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
    }
    ours._away_until.clear()
    caches["default"].clear()
    yield
    caches["default"].clear()
    ours._away_until.clear()


def test_what_is_kept_is_kept_by_the_process_and_the_rest_is_unknown(no_redis):
    cache = caches["default"]
    assert cache.get("x", "unknown") == "unknown"
    assert cache.add("x", 1)
    assert not cache.add("x", 2)
    assert cache.incr("x") == 2
    assert cache.get_many(["x", "y"]) == {"x": 2}
    assert cache.get_or_set("z", lambda: 3) == 3
    cache.set_many({"a": 1, "b": 2})
    cache.delete_many(["a", "x"])
    assert (cache.has_key("b"), cache.touch("b"), cache.delete("b"), cache.get("b")) == (True, True, True, None)


def test_redis_is_asked_again_after_a_while(monkeypatch):
    cache = ours.RedisOrLocalCache("redis://127.0.0.1:1/1", {})
    ours._away_until.clear()
    query = []

    def get(*args, **options):
        query.append(args)
        raise ConnectionError

    monkeypatch.setattr(cache._redis, "get", get)
    cache.get("x")
    cache.get("x")
    assert len(query) == 1
    ours._away_until["redis://127.0.0.1:1/1"] = time.monotonic() - 1
    cache.get("x")
    assert len(query) == 2
    ours._away_until.clear()


@pytest.mark.django_db
def test_log_in_sign_up_and_api_go_on_with_limits_of_the_process(no_redis, make, settings):
    user = make.user()
    user.set_password("a-long-password-1")
    user.save()
    page = Client().post("/en/accounts/login/", {"login": user.email, "password": "a-long-password-1"})
    assert page.status_code == 302, page.status_code
    assert Client().get("/en/accounts/signup/").status_code == 200
    assert Client().get("/api/v1/tasks/").status_code in (200, 401, 403)
    wrong = Client()
    answers = [
        wrong.post("/en/accounts/login/", {"login": "nobody@example.org", "password": "wrong"}) for _ in range(12)
    ]
    assert all(answer.status_code < 500 for answer in answers)
    assert any(answer.status_code == 429 or b"Too many" in answer.content for answer in answers)


def test_a_hint_that_finds_no_broker_is_not_sent_again_at_once(monkeypatch):
    sent = []

    class Task:
        @staticmethod
        def apply_async(**options):
            sent.append(options)
            raise OSError("no broker")

    monkeypatch.setattr(jobs, "_away_until", 0.0)
    jobs.hint(Task)
    jobs.hint(Task)
    assert sent == [{"expires": 30, "retry": False, "confirm_timeout": 1.0}]
    monkeypatch.setattr(jobs, "_away_until", time.monotonic() - 1)
    jobs.hint(Task)
    assert len(sent) == 2
