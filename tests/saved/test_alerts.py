"""Saved searches tell their owner of new tasks, at once, daily or weekly, once for each task."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.notifications import operations as notifications
from apps.notifications.models import EmailDelivery, Notification
from apps.saved import jobs, queries
from apps.tasks import rules, saved_searches
from apps.tasks.models import SavedSearch
from apps.tasks.states import AlertPace
from tests.conftest import log_in

pytestmark = pytest.mark.django_db
ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Kiritimati", "Africa/Lagos"]


@pytest.fixture
def make(make):
    make.now = timezone.now() - timedelta(hours=2)
    return make


@pytest.fixture
def user(make):
    return make.freelancer("Amara").memberships.get().user


def save(user, now, query="", pace=AlertPace.AT_ONCE) -> SavedSearch:
    return saved_searches.save_search(user=user, name="Guides", query=query, now=now, pace=pace)


def alerts(user) -> list[Notification]:
    return list(Notification.objects.filter(user=user, kind="search_found"))


def test_a_new_task_is_told_once_in_the_app_and_by_mail(make, user, outbox_drain):
    make.task(title="Before the search was saved")
    save(user, make.now + timedelta(minutes=1), "category=translation")
    assert jobs.look_for_new() == 0, "nothing was published since"

    make.now += timedelta(minutes=5)
    make.task(title="A new guide")
    make.task(title="For invited people", visibility="invited")
    assert jobs.look_for_new() == 1
    outbox_drain(timezone.now())
    [alert] = alerts(user)
    assert (alert.params["search"], alert.params["count"]) == ("Guides", 1)
    assert EmailDelivery.objects.filter(user=user, template="search_found").count() == 1
    assert "A new guide" in str(notifications.compose(EmailDelivery.objects.get(template="search_found")).body)

    SavedSearch.objects.update(next_look_at=timezone.now())
    assert jobs.look_for_new() == 0
    outbox_drain(timezone.now())
    assert len(alerts(user)) == 1


def test_what_does_not_match_or_is_ones_own_is_not_told(make, user, outbox_drain):
    save(user, make.now, "language=fr")
    own = user.memberships.get().organization
    make.now += timedelta(minutes=1)
    make.task(employer=own, source_language="fr")
    make.task(source_language="en")
    jobs.look_for_new()
    outbox_drain(timezone.now())
    assert alerts(user) == []


def test_a_daily_search_waits_for_the_morning_and_off_means_never(make, user):
    search = save(user, make.now, pace=AlertPace.DAILY)
    make.now += timedelta(minutes=1)
    make.task()
    assert not queries.searches_due(timezone.now()).exists()
    assert queries.searches_due(timezone.now() + timedelta(days=1, hours=12)).get() == search

    saved_searches.set_search_pace(search_id=search.id, user=user, pace=AlertPace.OFF, now=make.now)
    assert not queries.searches_due(timezone.now() + timedelta(days=30)).exists()
    with pytest.raises(saved_searches.PaceUnknown):
        saved_searches.set_search_pace(search_id=search.id, user=user, pace="hourly", now=make.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedSearch.objects.update(pace=AlertPace.DAILY, next_look_at=None)


def test_the_page_changes_the_pace_and_the_alert_leads_to_the_list(make, user, client):
    log_in(client, user.memberships.get().organization)
    client.post(reverse("tasks:searches"), {"name": "Guides", "query": "q=guide", "pace": "weekly"})
    search = SavedSearch.objects.get()
    assert search.pace == "weekly"
    client.post(reverse("tasks:search-pace", args=[search.id]), {"pace": "at_once"})
    search.refresh_from_db()
    assert search.pace == "at_once"
    assert "At once" in client.get(reverse("tasks:searches")).content.decode()
    opened = client.get(reverse("tasks:open-search", args=[search.id]))
    assert opened["Location"] == f"{reverse('tasks:list')}?q=guide"
    log_in(client, make.freelancer())
    assert client.get(reverse("tasks:open-search", args=[search.id])).status_code == 404


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(moments, st.sampled_from(ZONES), st.sampled_from(AlertPace.values))
def test_the_next_look_is_later_and_in_the_morning(now, name, pace):
    zone = ZoneInfo(name)
    at = rules.next_look_at(pace, now, zone)
    if pace == AlertPace.OFF:
        assert at is None
        return
    assert at > now
    local = at.astimezone(zone)
    if pace == AlertPace.DAILY:
        assert at - now <= timedelta(hours=34)
    if pace == AlertPace.WEEKLY:
        assert local.weekday() == 0
        assert at - now <= timedelta(days=8)
    if pace != AlertPace.AT_ONCE:
        assert local.hour == rules.ALERT_HOUR
