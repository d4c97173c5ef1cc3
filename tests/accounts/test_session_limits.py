"""A session ends when it was not used, and long enough after its login; sooner for people of the staff."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.accounts.jobs import prune_sessions

pytestmark = pytest.mark.django_db
PAGE = "/en/accounts/sessions/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def logged_in(client, make):
    """A session of somebody new, with its clock put back."""

    def log_in(*, is_staff: bool, used: timedelta, login: timedelta):
        user = make.user()
        user.is_staff = is_staff
        user.save()
        client.force_login(user)
        assert client.get(PAGE).status_code == 200
        now = timezone.now()
        UserSession.objects.filter(user=user).update(last_seen_at=now - used, created_at=now - login)
        return client

    return log_in


STAFF_ALIVE = [(1.9 * HOUR, 1.9 * HOUR), (HOUR, 11.9 * HOUR)]
STAFF_OVER = [(2.1 * HOUR, 2.1 * HOUR), (timedelta(0), 12.1 * HOUR)]
OTHERS_ALIVE = [(2.1 * HOUR, 2.1 * HOUR), (6.9 * DAY, 6.9 * DAY), (DAY, 29.9 * DAY)]
OTHERS_OVER = [(7.1 * DAY, 7.1 * DAY), (timedelta(0), 30.1 * DAY)]


@pytest.mark.parametrize(
    ("is_staff", "used", "login"),
    [(True, *ages) for ages in STAFF_ALIVE] + [(False, *ages) for ages in OTHERS_ALIVE],
)
def test_a_session_within_its_limits_goes_on_and_counts_as_used(logged_in, is_staff, used, login):
    client = logged_in(is_staff=is_staff, used=used, login=login)
    assert client.get(PAGE).status_code == 200
    assert timezone.now() - UserSession.objects.get().last_seen_at < HOUR
    assert prune_sessions() == 0


@pytest.mark.parametrize(
    ("is_staff", "used", "login"), [(True, *ages) for ages in STAFF_OVER] + [(False, *ages) for ages in OTHERS_OVER]
)
def test_a_session_past_a_limit_leads_to_the_login_which_says_why(logged_in, is_staff, used, login):
    client = logged_in(is_staff=is_staff, used=used, login=login)
    key = client.cookies["sessionid"].value

    answer = client.get(PAGE)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/en/accounts/login/?next=")
    assert "You were logged out" in client.get(answer["Location"]).content.decode()
    assert not Session.objects.filter(session_key=key).exists()
    assert not UserSession.objects.exists()


def test_the_api_and_the_administration_end_with_it(logged_in):
    client = logged_in(is_staff=True, used=3 * HOUR, login=3 * HOUR)
    assert client.get("/api/v1/organizations/").status_code in (401, 403)
    client = logged_in(is_staff=True, used=3 * HOUR, login=3 * HOUR)
    assert client.get("/admin/").status_code == 302


def test_after_logging_in_again_the_clock_begins_again(logged_in):
    client = logged_in(is_staff=True, used=3 * HOUR, login=13 * HOUR)
    client.get(PAGE)
    client = logged_in(is_staff=True, used=timedelta(0), login=timedelta(0))
    assert client.get(PAGE).status_code == 200
    assert "You were logged out" not in client.get(PAGE).content.decode()


def test_a_visitor_and_a_key_have_no_such_end(client):
    assert client.get("/en/people/").status_code == 200
    assert "You were logged out" not in client.get("/en/accounts/login/").content.decode()


@pytest.mark.parametrize(("is_staff", "used", "login"), [(True, *STAFF_OVER[0]), (False, *OTHERS_OVER[1])])
def test_what_nobody_comes_back_to_is_deleted_by_the_job(logged_in, is_staff, used, login):
    logged_in(is_staff=is_staff, used=used, login=login)
    prune_sessions()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_the_operator_sets_the_hours(logged_in, settings):
    settings.STAFF_SESSION_IDLE_HOURS = 0.25
    assert logged_in(is_staff=True, used=timedelta(minutes=10), login=HOUR).get(PAGE).status_code == 200
    assert logged_in(is_staff=True, used=timedelta(minutes=20), login=HOUR).get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("used", "agent", "is_recorded"),
    [(timedelta(seconds=30), "", False), (timedelta(seconds=90), "", True), (timedelta(seconds=30), "Firefox", True)],
)
def test_the_last_use_is_recorded_once_a_minute_and_at_once_for_another_client(logged_in, used, agent, is_recorded):
    client = logged_in(is_staff=False, used=used, login=HOUR)
    before = UserSession.objects.get().last_seen_at

    client.get(PAGE, headers={"User-Agent": agent})

    session = UserSession.objects.get()
    assert (session.last_seen_at > before) == is_recorded
    assert session.user_agent == agent
