"""The page of the search for people."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.accounts.operations import profiles
from apps.skills.models import Skill
from apps.track_records import rules
from apps.track_records.models import TrackRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara(make):
    person = make.freelancer("Amara", country="NG")
    profiles.update_profile(
        organization_id=person.id, actor=make.actor(person), now=make.now,
        changes={"rate_amount_minor": 4000, "rate_currency": "EUR"},
        skills={Skill.objects.get(slug="logo-design").id: 3}, languages={"en": "fluent"},
    )  # fmt: skip
    return person


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("", True), ("q=ロゴ", True), ("q=翻訳", False), ("rate_to=39", False), ("rate_to=40", True),
        ("rate_from=41", False), ("rate_from=many", True), ("country=NG", True), ("country=DE", False),
        ("region=africa", True), ("region=eu", False), ("region=nowhere", True), ("overlap=2", True),
        ("availability=open", True), ("availability=busy", False), ("language=en&q=logo", True), ("language=fr", False),
        ("q=logo&sort=new", True), ("overlap=x&cursor=~x&skill=nonsense", True),
    ],
)  # fmt: skip
def test_the_page_filters(client, amara, query, is_there):
    page = client.get(f"/en/people/?{query}")
    assert page.status_code == 200
    assert ("Amara" in page.content.decode()) == is_there


def test_a_fragment_has_the_results_and_a_clean_address(client, amara):
    response = client.get("/en/people/?q=logo&country=&rate_to=&cursor=x", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"] == "/en/people/?q=logo"
    assert 'id="order"' in response.content.decode()


def test_chips_remove_one_filter_each(client, amara):
    skills = [str(Skill.objects.get(slug=slug).id) for slug in ("logo-design", "python")]
    page = client.get("/en/people/", {"q": "logo", "skill": skills}).content.decode()
    assert f"?q=logo&amp;skill={skills[0]}" in page
    assert f"?q=logo&amp;skill={skills[1]}" in page
    assert f"?skill={skills[0]}&amp;skill={skills[1]}" in page


def test_people_are_found_by_their_reviews_and_a_checked_account(client, amara):
    def is_there(query):
        return "Amara" in client.get(f"/en/people/?{query}").content.decode()

    assert not is_there("rating=4")
    assert not is_there("checked=1")
    record = TrackRecord.objects.create(
        organization=amara, due_at=timezone.now(), stars=[0, 0, 0, 1, 1], rating_tenths=45
    )
    assert is_there("rating=4")
    assert is_there("rating=4.5&q=logo")
    TrackRecord.objects.filter(id=record.id).update(rating_tenths=44, is_payout_account_checked=True)
    assert not is_there("rating=4.5")
    assert is_there("checked=1")
    assert is_there("rating=nonsense")


@pytest.mark.parametrize(
    ("stars", "tenths"), [([0] * 5, None), ([0, 0, 0, 1, 1], 45), ([1, 0, 0, 0, 0], 10), ([0, 0, 0, 2, 1], 43)]
)
def test_the_mean_of_the_stars(stars, tenths):
    assert rules.rating_tenths(stars) == tenths
