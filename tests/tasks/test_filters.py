"""Filters of the list of tasks by bids, by the employer's region and hours, and the order by how well a task suits."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.bidding import operations as bidding
from apps.common.actors import STRANGER
from apps.matching.models import MatchResult
from apps.tasks import queries
from apps.tasks.models import Task
from apps.tasks.queries import TaskFilter
from apps.track_records import operations as track_records
from apps.track_records.models import TrackRecord
from tests.conftest import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def titles(**filters):
    matching = queries.search(STRANGER, TaskFilter(**filters), timezone.now())
    return sorted(matching.values_list("title", flat=True))


def test_the_number_of_bids_follows_the_bids(make):
    task = make.task(title="Guide")
    bid = make.bid(task=task)
    make.bid(task=task)
    assert Task.objects.get(id=task.id).bid_count == 2
    assert titles(bids_max=1) == []
    assert titles(bids_max=2) == ["Guide"]
    bidding.withdraw_bid(bid_id=bid.id, actor=make.actor(bid.bidder), now=make.now)
    assert titles(bids_max=1) == ["Guide"]
    assert titles(bids_max=0) == []


def test_tasks_are_found_by_the_region_and_the_hours_of_their_employer(make):
    make.task(title="Berlin guide", employer=make.employer(country="DE", time_zone="Europe/Berlin"))
    make.task(title="Manila guide", employer=make.employer(country="PH", time_zone="Asia/Manila"))
    assert titles(region="eu") == ["Berlin guide"]
    assert titles(region="east-asia") == ["Manila guide"]
    assert titles(region="oceania") == []
    assert titles(overlap_hours=4, time_zone="Europe/Paris") == ["Berlin guide"]
    assert titles(overlap_hours=2, time_zone="Europe/Paris") == ["Berlin guide", "Manila guide"]
    assert titles(text="manila nowhere", region="eu") == []
    assert titles(text="guide", region="eu", overlap_hours=4, time_zone="Europe/Paris") == ["Berlin guide"]
    assert titles(overlap_hours=6, time_zone="America/Los_Angeles") == []


def test_tasks_are_found_by_the_record_of_their_employer(make):
    """Also those posted before there was one."""
    milestone = make.milestone(status="approved")
    employer = milestone.contract.employer
    make.task(title="Known guide", employer=employer)
    make.task(title="New guide")
    assert titles(employer="hired") == []
    track_records.mark_due(organization_ids=[employer.id], now=make.now)
    track_records.count_again(record_id=TrackRecord.objects.get(organization=employer).id, now=make.now)
    assert titles(employer="hired") == titles(employer="paid") == ["Known guide"]
    assert titles(employer="on_time") == [], "one approval is too few"
    assert titles(employer="paid", region="oceania") == []
    again = Task.objects.get(title="Known guide").search_vector
    track_records.count_again(record_id=TrackRecord.objects.get(organization=employer).id, now=make.now)
    assert Task.objects.get(title="Known guide").search_vector == again


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("bids=0", True), ("bids=5", True), ("bids=x", True), ("region=eu", True), ("region=africa", False),
        ("region=x", True), ("employer=x", True), ("employer=paid", False), ("overlap=4", True), ("overlap=x", True), ("sort=match", True), ("sort=relevance", True),
        ("q=guide&sort=closing", True), ("q=Leitfaden", False),
    ],
)  # fmt: skip
def test_the_page_filters(client, make, query, is_there):
    make.task(title="Berlin guide", employer=make.employer(country="DE", time_zone="Europe/Berlin"))
    client.cookies["time_zone"] = "Europe/Paris"
    page = client.get(f"/en/tasks/?{query}")
    assert page.status_code == 200
    results = page.content.decode().split("Other open tasks")[0]
    assert ("Berlin guide" in results) == is_there


def test_a_freelancer_sees_what_suits_best_first(client, make):
    person = make.freelancer()
    first, second, other = (make.task(title=title) for title in ("First guide", "Second guide", "Other guide"))
    for task, score in ((first, 80), (second, 40)):
        MatchResult.objects.create(
            task=task, organization=person, score=score, components={}, reasons={}, ranker_version="3",
            computed_at=make.now,
        )  # fmt: skip
    page = log_in(client, person).get("/en/tasks/?sort=match").content.decode()
    assert page.index("First guide") < page.index("Second guide")
    assert "Other guide" not in page
    assert "Best match for you" in page
    assert str(other.id) not in page
