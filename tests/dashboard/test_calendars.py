"""Deadlines in calendars: who reads what, with which dates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from icalendar import Calendar

from apps.accounts.models import AccessEvent, CalendarAddress
from apps.contracts.operations import offers
from apps.dashboard.queries.deadlines import deadlines
from tests.conftest import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def entries(response):
    assert response.status_code == 200 and response["Content-Type"].startswith("text/calendar")
    return {str(event["uid"]).split("@")[0]: event for event in Calendar.from_ical(response.content).events}


def feed_of(client, organization):
    log_in(client, organization)
    page = client.post(reverse("dashboard:calendar"))
    return page.context["address"].replace("http://127.0.0.1:8000", "").replace("http://testserver", "")


def test_a_calendar_program_reads_the_deadlines_without_a_login(client, make):
    milestone = make.milestone(status="funded")
    address = feed_of(client, milestone.contract.freelancer)
    events = entries(Client().get(address))
    event = events[f"delivery-{milestone.id}"]
    assert event["dtstart"].dt == milestone.due_at.replace(microsecond=0)
    assert milestone.title in str(event["summary"]) and "Your delivery is due" in str(event["summary"])
    assert str(event["url"]).endswith(milestone.get_absolute_url())
    assert CalendarAddress.objects.get().last_read_at is not None


def test_both_sides_and_nobody_else_see_a_deadline(make):
    milestone = make.milestone(status="delivered")
    contract, now = milestone.contract, make.now
    for side, says in (
        (contract.employer, "Your review is due"),
        (contract.freelancer, "It is approved automatically"),
    ):
        (row,) = [row for row in deadlines(side.id, now) if row.kind == "review"]
        assert row.at == milestone.review_due_at and str(row.says).startswith(says)
    assert deadlines(make.freelancer("Other").id, now) == []
    assert deadlines(make.employer("Third").id, now, subject_id=milestone.id) == []


def test_an_offer_and_the_tasks_of_both_sides(make):
    bid = make.bid()
    task, now = bid.task, make.now
    assert [row.kind for row in deadlines(task.employer_id, now)] == ["bidding", "award"]
    assert [row.kind for row in deadlines(bid.bidder_id, now)] == ["bidding"]
    contract = offers.award(bid_id=bid.id, actor=make.actor(task.employer), now=now)
    (row,) = deadlines(bid.bidder_id, now)
    assert (row.kind, row.subject_id, row.at) == ("offer", contract.id, contract.respond_by)


def test_what_is_over_for_a_month_is_left_out(make):
    milestone = make.milestone(status="funded")
    freelancer, due = milestone.contract.freelancer_id, milestone.due_at
    assert len(deadlines(freelancer, due + timedelta(days=29))) == 1
    assert deadlines(freelancer, due + timedelta(days=31)) == []


def test_a_new_address_ends_the_old_one_and_it_can_be_switched_off(client, make):
    freelancer = make.milestone(status="funded").contract.freelancer
    first = feed_of(client, freelancer)
    second = feed_of(client, freelancer)
    assert first != second
    assert [Client().get(address).status_code for address in (first, second)] == [404, 200]
    assert client.post(reverse("dashboard:remove_calendar")).status_code == 302
    assert Client().get(second).status_code == 404
    actions = list(AccessEvent.objects.order_by("happened_at").values_list("action", flat=True))
    assert actions[-3:] == ["accounts.calendar_address_made"] * 2 + ["accounts.calendar_address_removed"]


def test_the_address_ends_with_the_membership(client, make):
    freelancer = make.milestone(status="funded").contract.freelancer
    address = feed_of(client, freelancer)
    freelancer.memberships.all().delete()
    assert Client().get(address).status_code == 404


def test_the_calendar_is_in_the_language_of_its_reader(client, make):
    milestone = make.milestone(status="funded")
    freelancer = milestone.contract.freelancer
    address = feed_of(client, freelancer)
    user = freelancer.memberships.get(role="owner").user
    user.language = "ar"
    user.save()
    with translation.override("ar"):
        says = str(deadlines(freelancer.id, make.now)[0].says)
    assert says != "Your delivery is due"
    assert says in str(entries(Client().get(address))[f"delivery-{milestone.id}"]["summary"])


def test_one_deadline_as_a_file_for_the_parties_alone(client, make):
    milestone = make.milestone(status="funded")
    address = reverse("dashboard:deadline_file", args=[milestone.id])
    log_in(client, milestone.contract.employer)
    assert list(entries(client.get(address))) == [f"delivery-{milestone.id}"]
    other = log_in(Client(), make.employer("Other"))
    assert other.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_page_lists_what_comes_and_offers_each_for_the_calendar(client, make):
    milestone = make.milestone(status="funded")
    log_in(client, milestone.contract.freelancer)
    page = client.get(reverse("dashboard:calendar")).content.decode()
    assert reverse("dashboard:deadline_file", args=[milestone.id]) in page
    assert reverse("dashboard:calendar") in page  # in the navigation of the settings


def test_the_api_lists_the_same(client, make):
    milestone = make.milestone(status="funded")
    log_in(client, milestone.contract.freelancer)
    (row,) = client.get("/api/v1/deadlines/").json()
    assert (row["kind"], row["subject_id"]) == ("delivery", str(milestone.id))
    assert Client().get("/api/v1/deadlines/").status_code == 401
