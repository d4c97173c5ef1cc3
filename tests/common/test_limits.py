"""One mechanism counts what costs others something; it goes on while the cache is away."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as site

from apps.accounts.operations import keys, members
from apps.common import limits
from apps.common.errors import TooManyRequests
from apps.notifications.models import EmailDelivery
from tests.conftest import NOON

APPS = Path(site.BASE_DIR) / "apps"


@pytest.fixture(autouse=True)
def _on(settings, monkeypatch):
    settings.LIMITS_ARE_ON = True
    monkeypatch.setitem(limits.LIMITS, "test", (limits.Rate(3, 60), limits.Rate(5, 3600)))
    monkeypatch.setattr(limits, "_cache_again_at", 0.0)


@pytest.fixture
def who():
    return uuid4()


class Away:
    def __getattr__(self, name):
        raise ConnectionError("no cache")


def _spend_until_refused(who, now, limit="test"):
    for count in itertools.count():
        try:
            limits.spend(limit, who, now=now)
        except limits.LimitReached as error:
            return count, error
    raise AssertionError


@pytest.mark.parametrize("is_away", [False, True])
def test_each_rate_ends_with_its_window(who, monkeypatch, is_away):
    if is_away:
        monkeypatch.setattr(limits, "cache", Away())
    start = NOON.replace(minute=0, second=10)
    count, error = _spend_until_refused(who, start)
    assert (count, error.wait_seconds) == (3, 50)
    assert error.headers() == {"Retry-After": "50"}
    assert "1 minutes" in str(error)
    limits.spend("test", uuid4(), now=start)  # nobody else is held up
    count, error = _spend_until_refused(who, start + timedelta(minutes=1))
    assert count == 2  # of the five of the hour
    assert error.wait_seconds > 3000
    limits.spend("test", who, now=start + timedelta(hours=1))


def test_a_cache_that_is_away_is_not_asked_at_every_step(who, monkeypatch):
    query = []

    class Slow:
        def add(self, *args, **options):
            query.append(args)
            raise ConnectionError

    monkeypatch.setattr(limits, "cache", Slow())
    for _number in range(3):
        limits.spend("test", who, now=NOON)
    assert len(query) == 1


def test_what_is_counted_in_the_process_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(limits, "cache", Away())
    monkeypatch.setattr(limits, "KEYS_IN_PROCESS_MAX", 2000)
    for number in range(3000):
        limits.spend("test", number, now=NOON)
    assert len(limits._counted) <= 2000


def test_commands_and_the_system_are_not_counted(settings):
    for _number in range(10):
        limits.spend("test", None, now=NOON)
    settings.LIMITS_ARE_ON = False
    for _number in range(10):
        limits.spend("test", "somebody", now=NOON)


def test_every_limit_is_asked_somewhere_and_every_one_asked_exists():
    query = set()
    for path in [*APPS.rglob("*.py"), *(APPS.parent / "marketplace").glob("*.py")]:
        query |= set(re.findall(r'(?:limits\.(?:spend|allows)|self\._count)\(\s*"(\w+)"', path.read_text()))
    assert query == set(limits.LIMITS) - {"test"}


@pytest.mark.django_db
def test_invitations_are_limited_by_person_and_by_recipient(make, client):
    employer = make.employer()
    actor = make.actor(employer)

    def invite(email):
        return members.invite_member(organization_id=employer.id, email=email, role="member", actor=actor, now=NOON)

    address = f"{uuid4().hex}@example.org"
    for _number in range(3):
        invite(address)
    with pytest.raises(TooManyRequests):
        invite(address.upper())
    with pytest.raises(TooManyRequests):
        for number in range(30):
            invite(f"{number}.{address}")

    client.force_login(employer.memberships.get().user)
    body = {"email": f"x{address}", "role": "member"}
    url = f"/api/v1/organizations/{employer.id}/invitations/"
    answers = [client.post(url, body, content_type="application/json") for _number in range(25)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "too_many_requests"
    assert int(refused[0]["Retry-After"]) > 0


@pytest.mark.django_db
def test_a_person_has_so_many_keys_and_no_more(make, monkeypatch):
    organization = make.freelancer()
    user, actor = organization.memberships.get().user, make.actor(organization)
    monkeypatch.setattr(keys, "KEYS_MAX", 3)
    key = {"user": user, "actor": actor, "name": "key", "scopes": [], "expires_at": None, "now": NOON}
    for _number in range(3):
        keys.create_token(**key)
    with pytest.raises(keys.TooManyKeys):
        keys.create_token(**key)


@pytest.mark.django_db
def test_a_person_keeps_so_many_searches_and_may_change_them(make, monkeypatch):
    from apps.tasks import saved_searches as tasks

    user = make.user()
    monkeypatch.setattr(tasks, "SEARCHES_MAX", 2)
    for name in ("a", "b", "b"):
        tasks.save_search(user=user, name=name, query="q=1", now=NOON)
    with pytest.raises(tasks.TooManySearches):
        tasks.save_search(user=user, name="c", query="q=1", now=NOON)


@pytest.mark.django_db
def test_account_mail_to_one_address_ends_without_a_word(client, make):
    user = make.user(f"Reset {uuid4().hex[:6]}")
    for number in range(14):
        response = client.post("/en/accounts/password/reset/", {"email": user.email}, REMOTE_ADDR=f"203.0.113.{number}")
        assert response.status_code in (302, 429)
    assert 0 < EmailDelivery.objects.filter(address=user.email).count() <= 10


@pytest.mark.django_db
def test_visitors_have_so_many_pages_and_people_who_are_logged_in_theirs(client, make, monkeypatch):
    address = f"2001:db8:{uuid4().hex[:4]}:1::7"
    monkeypatch.setitem(limits.LIMITS, "pages", (limits.Rate(4, 600),))
    monkeypatch.setitem(limits.LIMITS, "searches", (limits.Rate(2, 600),))
    pages = [client.get("/en/people/?q=a", REMOTE_ADDR=address).status_code for _number in range(3)]
    assert pages[:2] == [200, 200]
    assert pages[2] == 429
    other_of_the_house = address.replace("::7", "::8")
    assert client.get("/en/people/", REMOTE_ADDR=other_of_the_house).status_code in (200, 429)
    assert client.get("/en/people/", REMOTE_ADDR=other_of_the_house).status_code == 429
    assert client.get("/en/people/", REMOTE_ADDR="203.0.113.250").status_code == 200
    client.force_login(make.freelancer().memberships.get().user)
    assert client.get("/en/people/?q=a", REMOTE_ADDR=address).status_code == 200
