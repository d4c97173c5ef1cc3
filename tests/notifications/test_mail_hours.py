"""Quiet hours and the time of digests, in the time zone of the person."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.notifications import operations, queries, rules
from apps.notifications.models import DeliveryStatus, EmailDelivery, MailHours, Preference
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
LAGOS = "Africa/Lagos"
LATE = datetime(2026, 10, 28, 22, 30, tzinfo=UTC)  # Wednesday, 23:30 in Lagos
SEVEN = datetime(2026, 10, 29, 6, 0, tzinfo=UTC)
hour = st.integers(0, 23)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@pytest.fixture
def ada(make):
    return make.user("Ada", language="en", time_zone=LAGOS)


def set_hours(user, *, quiet=(22, 7), digest_hour=8, digest_weekday=1, now=NOON):
    return operations.set_mail_hours(
        user=user, quiet=quiet, digest_hour=digest_hour, digest_weekday=digest_weekday, now=now
    )


def tell(user, *, kind="bid_shortlisted", now=LATE, key="1", **params):
    return operations.notify(
        users=[user], organization_id=None, kind=kind, key=key, params={"task": "Logo"} | params, route="tasks:list",
        now=now,
    )  # fmt: skip


# -- rules


@pytest.mark.parametrize(
    ("moment", "hours", "end"),
    [
        (LATE, (22, 7), SEVEN),
        (SEVEN - timedelta(minutes=1), (22, 7), SEVEN),
        (SEVEN, (22, 7), None),
        (LATE - timedelta(hours=2), (22, 7), None),
        (NOON, (12, 14), datetime(2026, 10, 28, 13, 0, tzinfo=UTC)),
        (LATE, (12, 14), None),
    ],
)
def test_quiet_hours_may_go_over_midnight(moment, hours, end):
    assert rules.quiet_until(moment, LAGOS, *hours) == end


@given(
    moments, st.sampled_from([LAGOS, "Asia/Kathmandu", "America/New_York", "Europe/Berlin", "Pacific/Apia"]), hour, hour
)
def test_they_end_within_a_day_at_their_hour(moment, zone, start, end):
    until = rules.quiet_until(moment, zone, start, end)
    if start == end:
        assert until is None
    elif until is not None:
        assert moment < until <= moment + timedelta(hours=25)
        # Where the clocks jump over that hour, the next one begins.
        assert until.astimezone(ZoneInfo(zone)).hour in (end, (end + 1) % 24)


def test_only_what_ends_before_one_could_act_is_urgent():
    def names(moment: datetime) -> dict[str, object]:
        return {"due": rules.moment(moment)}

    assert rules.is_urgent(names(SEVEN - timedelta(hours=3)), LATE, SEVEN)
    assert rules.is_urgent(names(SEVEN + timedelta(hours=1)), LATE, SEVEN)
    assert not rules.is_urgent(names(SEVEN + timedelta(hours=3)), LATE, SEVEN)
    assert not rules.is_urgent(names(LATE - timedelta(hours=1)), LATE, SEVEN)
    assert not rules.is_urgent({"task": "Logo", "due": ""}, LATE, SEVEN)


# -- operations


def test_mail_is_held_until_quiet_hours_end(ada):
    set_hours(ada)
    tell(ada)

    assert operations.send_pending_emails(now=LATE) == 0
    assert operations.send_pending_emails(now=SEVEN - timedelta(minutes=1)) == 0
    assert operations.send_pending_emails(now=SEVEN) == 1
    assert len(mail.outbox) == 1
    assert queries.unread_count(ada.pk) == 1, "the app is not held"


def test_a_deadline_in_quiet_hours_is_not_held(ada):
    set_hours(ada)
    tell(ada, kind="bid_received_sealed", closes_at=rules.moment(LATE + timedelta(hours=4)))

    assert operations.send_pending_emails(now=LATE) == 1


def test_what_keeps_an_account_safe_is_not_held(ada):
    set_hours(ada)
    tell(ada, kind="payout_account_changed")

    assert operations.send_pending_emails(now=LATE) == 1


def test_those_without_quiet_hours_get_it_at_once(ada, make):
    set_hours(ada, quiet=None)
    tell(ada)
    tell(make.user("Bola"))

    assert operations.send_pending_emails(now=LATE) == 2


def test_what_was_read_meanwhile_is_not_mailed(ada):
    set_hours(ada)
    tell(ada)
    operations.mark_all_read(user_id=ada.pk, now=LATE + timedelta(hours=1))
    operations.send_pending_emails(now=SEVEN)

    assert mail.outbox == []
    assert EmailDelivery.objects.get().status == DeliveryStatus.SENT


def test_other_hours_count_for_what_is_held_too(ada):
    set_hours(ada)
    tell(ada)
    set_hours(ada, quiet=(22, 4), now=LATE)
    assert operations.send_pending_emails(now=SEVEN - timedelta(hours=3)) == 1

    tell(ada, key="2")
    set_hours(ada, quiet=None, now=LATE)
    assert operations.send_pending_emails(now=LATE) == 1


def test_a_digest_comes_at_the_chosen_hour_and_day(ada):
    Preference.objects.create(user=ada, group="bids", pace="weekly")
    set_hours(ada, quiet=None, digest_hour=18, digest_weekday=5)
    tell(ada, now=NOON)
    friday = datetime(2026, 10, 30, 17, 0, tzinfo=UTC)

    assert operations.queue_digests(now=datetime(2026, 11, 2, 12, 0, tzinfo=UTC)) == 0, "a Monday"
    assert operations.queue_digests(now=friday - timedelta(minutes=1)) == 0
    assert operations.queue_digests(now=friday) == 1


def test_a_digest_in_quiet_hours_waits_for_their_end(ada):
    Preference.objects.create(user=ada, group="bids", pace="daily")
    set_hours(ada, quiet=(22, 9), digest_hour=8)
    tell(ada, now=NOON)
    eight = datetime(2026, 10, 29, 7, 0, tzinfo=UTC)

    assert operations.queue_digests(now=eight) == 1
    assert operations.send_pending_emails(now=eight) == 0
    assert operations.send_pending_emails(now=eight + timedelta(hours=1)) == 1


def test_hours_that_never_end_are_refused(ada):
    with pytest.raises(operations.QuietHoursInvalid):
        set_hours(ada, quiet=(7, 7))


@pytest.mark.parametrize(
    "values",
    [
        {"quiet_from_hour": 7, "quiet_to_hour": 7}, {"quiet_from_hour": 7}, {"quiet_from_hour": 24, "quiet_to_hour": 7},
        {"digest_hour": 24}, {"digest_weekday": 0},
    ],
)  # fmt: skip
def test_the_database_refuses_them_too(ada, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        MailHours.objects.create(user=ada, **values)


# -- page and API


PAGE = {
    f"{group}_pace": "daily" for group in ("tasks", "searches", "bids", "contracts", "money", "messages", "reviews")
}


@pytest.fixture
def reader(client, make):
    user = make.freelancer("Ada").memberships.get().user
    client.force_login(user)
    return user


def test_the_page_keeps_the_hours(client, reader):
    url = reverse("notifications:preferences")
    hours = {"quiet_from": "22", "quiet_to": "7", "digest_hour": "9", "digest_weekday": "3"}
    assert client.post(url, PAGE | hours).status_code == 302

    kept = MailHours.objects.get(user=reader)
    assert (kept.quiet_from_hour, kept.quiet_to_hour, kept.digest_hour, kept.digest_weekday) == (22, 7, 9, 3)
    assert '<option value="22" selected>' in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("hours", "says"), [({"quiet_from": "22"}, "both hours"), ({"quiet_from": "7", "quiet_to": "7"}, "never end")]
)
def test_a_refusal_says_what_to_do_and_keeps_what_was_chosen(client, reader, hours, says):
    answer = client.post(
        reverse("notifications:preferences"), PAGE | {"digest_hour": "9", "digest_weekday": "3"} | hours
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    assert says in html
    assert f'<option value="{hours["quiet_from"]}" selected>' in html
    assert not MailHours.objects.exists()
    assert not Preference.objects.exists()


def test_the_api_shows_and_changes_them(client, reader):
    path = "/api/v1/notifications/hours/"
    usual = {"quiet_from_hour": None, "quiet_to_hour": None, "digest_hour": 8, "digest_weekday": 1}
    assert client.get(path).json() == usual

    hours = usual | {"quiet_from_hour": 22, "quiet_to_hour": 7}
    assert client.put(path, hours, content_type="application/json").json() == hours
    same = client.put(path, usual | {"quiet_from_hour": 7, "quiet_to_hour": 7}, content_type="application/json")
    assert (same.status_code, same.json()["code"]) == (422, "quiet_hours_invalid")
    half = client.put(path, usual | {"quiet_from_hour": 7}, content_type="application/json")
    assert half.status_code == 400
