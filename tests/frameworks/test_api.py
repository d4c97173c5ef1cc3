"""Endpoints of framework agreements."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.frameworks.models import Framework
from tests.conftest import api, api_post
from tests.frameworks.agreeing import in_force, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def sides(make):
    return make.employer(), make.freelancer()


def client_of(organization, role="owner"):
    return api(organization.memberships.get(role=role).user)


def body(make, other, **fields):
    today = make.now.date()
    return {
        "other_side": other.handle if other else "", "side": "employer", "title": "Translations", "currency": "EUR",
        "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=100)).isoformat(), "ceiling_minor": 500_00,
        "rates": [{"description": "Words", "unit": "word", "price_minor": 12}],
    } | fields  # fmt: skip


def answer(make, **fields):
    return {name: value for name, value in body(make, None, **fields).items() if name not in ("other_side", "side")}


def test_propose_counter_accept_call_off_end(make, sides):
    employer, freelancer = sides
    make.brief()  # the category
    response = api_post(client_of(employer), "frameworks/", body(make, freelancer))
    assert response.status_code == 201, response.content
    framework = Framework.objects.get()
    assert response.json()["versions"][0]["terms"]["rates"][0]["price_minor"] == 12
    path = f"frameworks/{framework.id}/"
    assert client_of(freelancer).get("/api/v1/frameworks/").json()["results"][0]["id"] == str(framework.id)
    counter = answer(make, version=1, notice_days=30)
    assert api_post(client_of(freelancer), f"{path}counter/", counter).status_code == 201
    wrong = api_post(client_of(employer), f"{path}accept/", {"version": 1})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "framework_version_outdated")
    accepted = api_post(client_of(employer), f"{path}accept/", {"version": 2}).json()
    assert (accepted["status"], [row["number"] for row in accepted["versions"]]) == ("in_force", [2, 1])
    assert len(accepted["versions"][0]["acceptances"]) == 2
    offer = {
        "title": "January", "category": "translation", "goal": "Twelve pages.", "criteria": ["All of it"],
        "lines": [{"rate": 1, "quantity": "1200.5", "days": 7}],
    }  # fmt: skip
    offered = api_post(client_of(employer), f"{path}call-offs/", offer)
    assert offered.status_code == 201, offered.content
    assert offered.json()["amount"] == {"amount_minor": 144_06, "currency": "EUR"}
    assert offered.json()["terms"]["framework"]["version"] == 2
    refused = api_post(client_of(employer), f"{path}call-offs/", offer | {"category": "nothing"})
    assert (refused.status_code, refused.json()["code"]) == (422, "brief_missing")
    offer["lines"][0]["quantity"] = "4000"
    refused = api_post(client_of(employer), f"{path}call-offs/", offer)
    assert (refused.status_code, refused.json()["code"]) == (409, "framework_ceiling_exceeded")
    ended = api_post(client_of(freelancer), f"{path}end/", {}).json()
    assert ended["notice_ends_on"] == (make.now.date() + timedelta(days=30)).isoformat()


def test_decline_needs_a_reason_and_the_proposer_withdraws(make, sides):
    framework = propose(make, sides)
    path = f"frameworks/{framework.id}/"
    assert api_post(client_of(sides[1]), f"{path}decline/", {}).status_code == 400
    assert api_post(client_of(sides[1]), f"{path}decline/", {"reason": "Too low"}).json()["answer"] == "Too low"
    framework = propose(make, sides, by=sides[1])
    path = f"frameworks/{framework.id}/"
    assert api_post(client_of(sides[0]), f"{path}withdraw/", {}).status_code == 403
    assert api_post(client_of(sides[1]), f"{path}withdraw/", {}).json()["status"] == "withdrawn"


def test_a_freelancer_proposes(make, sides):
    response = api_post(client_of(sides[1]), "frameworks/", body(make, sides[0], side="freelancer"))
    assert response.status_code == 201, response.content
    assert response.json()["proposed_by_id"] == str(sides[1].id)


def test_strangers_and_roles(make, sides):
    framework = in_force(make, sides)
    path = f"frameworks/{framework.id}/"
    stranger = client_of(make.employer())
    assert stranger.get(f"/api/v1/{path}").status_code == 404
    assert stranger.get("/api/v1/frameworks/").json()["results"] == []
    bodies = {"accept": {"version": 1}, "decline": {"reason": "x"}, "withdraw": {}, "end": {}}
    for verb, sent in bodies.items():
        assert api_post(stranger, f"{path}{verb}/", sent).status_code == 404
    assert api_post(stranger, f"{path}call-offs/", {}).status_code == 404
    make.member(sides[0], "finance")
    finance = client_of(sides[0], "finance")
    assert finance.get(f"/api/v1/{path}").status_code == 200
    assert api_post(finance, "frameworks/", body(make, sides[1])).status_code == 403
    assert api_post(finance, f"{path}end/", {}).status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [({"currency": "XXX"}, 422), ({"rates": []}, 400), ({"review_days": 2}, 400), ({"typo": 1}, 400),
     ({"other_side": "nobody"}, 404)],
)  # fmt: skip
def test_what_is_wrong_is_refused(make, sides, change, status):
    response = api_post(client_of(sides[0]), "frameworks/", body(make, sides[1]) | change)
    assert response.status_code == status
    assert not Framework.objects.exists()


def test_days_at_the_end_of_the_calendar_are_refused(make, sides):
    days = {"starts_on": "9999-01-01", "ends_on": "9999-12-31"}
    answer = api_post(client_of(sides[0]), "frameworks/", body(make, sides[1], **days))
    assert (answer.status_code, answer.json()["code"]) == (422, "framework_validity")
