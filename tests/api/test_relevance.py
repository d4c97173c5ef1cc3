"""Lists of the API by relevance, and people by what is known of them."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.operations import profiles
from apps.track_records.models import TrackRecord


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def listed(address):
    answer = APIClient().get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()


def titles(body):
    return [row["title"] for row in body["results"]]


def test_tasks_are_listed_by_relevance_page_by_page(make):
    make.task(title="Heron atlas", goal="Nothing else")
    for number in range(22):
        make.task(title=f"Map {number}", goal="With a heron somewhere in the text")
    first = listed("/api/v1/tasks/?q=heron&sort=relevance")
    assert titles(first)[0] == "Heron atlas"
    assert titles(listed("/api/v1/tasks/?q=heron"))[0] == "Map 21"
    assert "requirements" in first["results"][0]
    second = listed(first["next"])
    assert len(second["results"]) == 3 and second["next"] is None
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}


def test_without_words_relevance_is_the_newest_first(make):
    make.task(title="Older"), make.task(title="Newer")
    assert titles(listed("/api/v1/tasks/?sort=relevance")) == ["Newer", "Older"]


def person(make, name, headline, **record):
    organization = make.freelancer(name)
    profiles.update_profile(
        organization_id=organization.id, actor=make.actor(organization), now=make.now, changes={"headline": headline}
    )
    if record:
        TrackRecord.objects.create(organization=organization, due_at=make.now, counted_at=make.now, **record)
    return organization


def names(address):
    return [row["organization"]["display_name"] for row in listed(address)["results"]]


def test_people_are_filtered_by_rating_and_checked_account(make):
    person(make, "Ada", "Maps", rating_tenths=48, is_payout_account_checked=True)
    person(make, "Bo", "Maps", rating_tenths=31)
    person(make, "Cy", "Maps", is_payout_account_checked=True)
    assert names("/api/v1/people/?rating_min_tenths=40") == ["Ada"]
    assert set(names("/api/v1/people/?is_checked=true")) == {"Ada", "Cy"}
    assert set(names("/api/v1/people/?rating_min_tenths=30&is_checked=false")) == {"Ada", "Bo"}
    assert APIClient().get("/api/v1/people/?rating_min_tenths=99").status_code in (400, 422)


def test_people_are_listed_by_relevance(make):
    person(make, "Ada Heron", "Maps")
    bo = person(make, "Bo", "Maps")
    profiles.update_profile(
        organization_id=bo.id, actor=make.actor(bo), now=make.now, changes={"bio": "Draws a heron now and then"}
    )
    assert names("/api/v1/people/?q=heron&sort=relevance") == ["Ada Heron", "Bo"]
    assert names("/api/v1/people/?q=heron") == ["Bo", "Ada Heron"]
