"""Pages and endpoints of change requests."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from apps.contracts.models import ChangeRequest
from apps.contracts.operations import changes
from tests.conftest import api, api_post, log_in
from tests.contracts.changing import propose, two_steps


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def typed(contract, *rows, **fields):
    """The form as a browser sends it; by default with the terms as they are."""
    steps = rows or [
        {"id": step.id, "title": step.title, "amount": step.amount.as_decimal(), "days": step.days}
        for step in contract.milestones.filter(dropped_at=None).order_by("position")
    ]
    data = {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": len(steps)}
    for index, row in enumerate(steps):
        data |= {f"steps-{index}-{name}": value for name, value in row.items()}
    criteria = "\n".join(contract.criteria.values_list("text", flat=True))
    return data | {"criteria": criteria, "revisions": 2, "reason": "More pages", "source_language": "en"} | fields


def words(response):
    return " ".join(strip_tags(response.content.decode()).split())


def test_compare_then_send_then_accept(make, client):
    contract = two_steps(make)
    url = f"/en/contracts/{contract.id}/change/"
    page = log_in(client, contract.employer)
    assert "Change the contract" in words(page.get(url))
    data = typed(contract)
    data["steps-1-amount"] = "700"

    compared = page.post(url, data | {"check": "1"})
    assert compared.status_code == 200
    assert "Before and after" in words(compared)
    assert "EUR" in words(compared)
    assert not ChangeRequest.objects.exists()
    sent = page.post(url, data | {"send": "1"})
    change = ChangeRequest.objects.get()
    assert sent["Location"] == f"/en/contracts/changes/{change.id}/"
    assert page.get(url)["Location"] == sent["Location"]  # one at a time
    own = page.get(sent["Location"])
    assert "Withdraw the change request" in words(own)
    assert "Accept these terms?" not in words(own)

    other = log_in(client, contract.freelancer)
    assert "Next: Answer a change request" in words(other.get("/en/contracts/"))
    assert "A change is proposed to you" in words(other.get(f"/en/contracts/{contract.id}/"))
    assert "Accept these terms?" in words(other.get(sent["Location"]))
    done = other.post(f"/en/contracts/changes/{change.id}/accept/", follow=True)
    assert "1,100.00" in words(done)
    terms = words(other.get(f"/en/contracts/{contract.id}/terms/"))
    assert "Version 2" in terms
    assert "Version 1" in terms
    first = words(other.get(f"/en/contracts/{contract.id}/terms/?version=1"))
    assert "A later version is in force" in first
    assert other.get(f"/en/contracts/{contract.id}/terms/?version=9").status_code == 404


def test_buttons_of_the_form_lose_nothing(make, client):
    contract = two_steps(make)
    url, page = f"/en/contracts/{contract.id}/change/", log_in(client, contract.employer)
    data = typed(contract, reason="Only half is ready")
    data["steps-0-title"] = "Half a draft"
    for button, titles in (
        ({"add": "1"}, ["Half a draft", "Final", None]),
        ({"split": "0"}, ["Half a draft", "Half a draft", "Final"]),
        ({"up": "1"}, ["Final", "Half a draft"]),
    ):
        response = page.post(url, data | button)
        assert response.status_code == 200
        assert [line["title"].value() for line in response.context["steps"]] == titles
        assert response.context["form"]["reason"].value() == "Only half is ready"
    assert not ChangeRequest.objects.exists()


@pytest.mark.parametrize("field", ["steps-0-amount", "steps-0-days", "criteria", "reason", "revisions"])
def test_mistakes_are_shown_in_place(make, client, field):
    contract = two_steps(make)
    page = log_in(client, contract.employer)
    data = typed(contract) | {field: "", "steps-1-title": "The very end", "send": "1"}
    response = page.post(f"/en/contracts/{contract.id}/change/", data)
    assert response.status_code == 422
    assert "The very end" in response.content.decode()


def test_terms_as_they_are_are_refused_with_a_sentence(make, client):
    contract = two_steps(make)
    response = log_in(client, contract.employer).post(
        f"/en/contracts/{contract.id}/change/", typed(contract) | {"send": "1"}
    )
    assert response.status_code == 422
    assert "These are the terms as they are" in words(response)


def test_a_counter_offer_starts_from_what_was_proposed(make, client):
    contract = two_steps(make)
    change = propose(make, contract, {0: {"amount_minor": 123_00}, 1: None})
    page = log_in(client, contract.freelancer)
    url = f"/en/contracts/changes/{change.id}/counter/"
    response = page.get(url)
    assert [str(line["amount"].value()) for line in response.context["steps"]] == ["123", "500"]
    assert response.context["steps"][1]["drop"].value() is True
    data = typed(contract) | {"steps-0-amount": "200", "send": "1"}
    assert page.post(url, data).status_code == 302
    change.refresh_from_db()
    assert change.status == "countered"


def test_another_date_in_two_clicks(make, client):
    contract = two_steps(make)
    first = make.fund(contract.milestones.get(position=1))
    page = log_in(client, contract.freelancer)
    assert "Ask for more time" in words(page.get(f"/en/contracts/{contract.id}/"))  # the first opens the dialog
    page.post(f"/en/milestones/{first.id}/extend/", {"days": "7", "reason": ""})
    change = ChangeRequest.objects.get()
    [step] = change.change["steps"]
    assert step["values"]["due_at"] == [first.due_at.isoformat(), (first.due_at + timedelta(days=7)).isoformat()]
    assert page.post(f"/en/milestones/{first.id}/extend/", {"days": "9"}, follow=True).status_code == 200
    assert ChangeRequest.objects.count() == 1


def test_strangers_see_nothing_and_viewers_answer_nothing(make, client):
    contract = two_steps(make)
    change = propose(make, contract, {0: {"days": 9}})
    paths = [f"/en/contracts/{contract.id}/change/", f"/en/contracts/changes/{change.id}/"]
    stranger = log_in(client, make.freelancer())
    assert [stranger.get(path).status_code for path in paths] == [404, 404]
    assert stranger.post(f"/en/contracts/changes/{change.id}/accept/").status_code == 404
    make.member(contract.freelancer, "viewer")
    viewer = log_in(client, contract.freelancer, "viewer")
    assert [viewer.get(path).status_code for path in paths] == [403, 200]
    assert viewer.post(f"/en/contracts/changes/{change.id}/accept/").status_code == 403


def test_by_api(make):
    contract = two_steps(make)
    employer = api(contract.employer.memberships.get(role="owner").user)
    freelancer = api(contract.freelancer.memberships.get(role="owner").user)
    first, second = contract.milestones.order_by("position")
    body = {
        "milestones": [
            {"id": str(second.id), "title": "Final", "amount_minor": 60000},
            {"id": str(first.id), "title": "Draft", "amount_minor": 40000, "days": 9},
            {"title": "Index", "amount_minor": 10000, "days": 2},
        ],
        "criteria": list(contract.criteria.values_list("text", flat=True)),
        "revisions_included": 3,
        "reason": "An index is needed",
    }
    response = api_post(employer, f"contracts/{contract.id}/changes/", body)
    assert (response.status_code, response.json()["amount_delta"]["amount_minor"]) == (201, 20000)
    change = f"changes/{response.json()['id']}/"
    assert api_post(employer, f"{change}accept/", {}).status_code == 403
    countered = api_post(freelancer, f"{change}counter/", body | {"revisions_included": 2})
    assert countered.status_code == 201
    accepted = api_post(employer, f"changes/{countered.json()['id']}/accept/", {})
    assert (accepted.status_code, accepted.json()["version"]) == (200, 2)
    versions = employer.get(f"/api/v1/contracts/{contract.id}/versions/").json()
    assert [row["number"] for row in versions] == [2, 1]
    assert [row["title"] for row in versions[0]["terms"]["milestones"]] == ["Final", "Draft", "Index"]
    assert [row["status"] for row in freelancer.get(f"/api/v1/contracts/{contract.id}/changes/").json()] == [
        "countered", "accepted",
    ]  # fmt: skip
    again = api_post(employer, f"changes/{countered.json()['id']}/decline/", {"reason": "Late"})
    assert again.status_code == 409
    late = api_post(freelancer, f"milestones/{first.id}/extend/", {"due_at": "2030-01-01T00:00:00Z"})
    assert (late.status_code, late.json()["code"]) == (409, "milestone_fixed")
    unknown = api_post(employer, f"contracts/{contract.id}/changes/", body | {"price": 1})
    assert unknown.status_code in (400, 422)
    assert changes.draft_in_force(contract).revisions == 2
