"""A contract from offer to release by API, with personal tokens and nothing else."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.operations import keys
from apps.contracts.models import ContractCriterion, Milestone
from apps.escrow.models import Escrow
from apps.payments.models import Charge
from tests.make.contracts import WORK


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def by_token(make, organization, *, can_write=True) -> APIClient:
    actor = make.actor(organization)
    user = organization.memberships.get(role="owner").user
    _row, text = keys.create_token(
        user=user,
        actor=actor,
        name="robot",
        scopes=["messages", "work", "money"] if can_write else [],
        expires_at=None,
        now=make.now,
    )
    return APIClient(headers={"Authorization": f"Bearer {text}"})


def key(text):
    return {"Idempotency-Key": text}


def test_a_contract_is_offered_accepted_funded_delivered_and_approved(make):
    bid = make.bid()
    employer, freelancer = by_token(make, bid.task.employer), by_token(make, bid.bidder)
    assert make.processor

    offered = employer.post("/api/v1/contracts/", {"bid_id": str(bid.id)})
    assert (offered.status_code, offered.json()["status"]) == (201, "offered")
    contract = f"/api/v1/contracts/{offered.json()['id']}/"
    accepted = freelancer.post(f"{contract}accept/").json()
    assert accepted["status"] == "active"

    [milestone] = accepted["milestones"]
    step = f"/api/v1/milestones/{milestone['id']}/"
    checkout = employer.post(f"{step}fund/", {"return_url": "https://robot.example/back"}, headers=key("fund"))
    assert checkout.status_code == 201
    make.paid(Charge.objects.get(id=checkout.json()["charge_id"]))

    checks = [{"criterion_id": item["id"], "is_met": True} for item in accepted["criteria"]]
    empty = freelancer.post(f"{step}deliver/", {"note": "All twelve pages", "checks": checks})
    assert (empty.status_code, empty.json()["code"]) == (422, "nothing_handed_in")
    handed_in = freelancer.post(f"{step}deliver/", {"note": "All twelve pages", "checks": checks, "links": [WORK]})
    assert (handed_in.status_code, handed_in.json()["version"]) == (201, 1)

    approved = employer.post(f"{step}approve/", {"all": True}, headers=key("approve"))
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    assert approved.json()["held"] == {"amount_minor": 0, "currency": "EUR"}
    assert freelancer.get(contract).json()["status"] == "completed"
    kinds = [item["kind"] for item in freelancer.get(f"{contract}timeline/").json()]
    assert {"contract.offer", "contract.accept", "milestone.fund", "milestone.approve", "contract.complete"} <= set(
        kinds
    )


def test_money_moves_only_with_a_key(make):
    milestone = make.milestone(status="delivered")
    employer = by_token(make, milestone.contract.employer)
    for verb, body in (("approve", {"all": True}), ("fund", {"return_url": "https://robot.example/back"})):
        refused = employer.post(f"/api/v1/milestones/{milestone.id}/{verb}/", body)
        assert refused.status_code == 422
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["code"] == "idempotency_key_missing"
    assert Escrow.objects.get().releases.count() == 0


def test_a_repeat_gets_the_first_answer_and_releases_nothing_more(make):
    milestone = make.milestone(status="delivered")
    employer = by_token(make, milestone.contract.employer)
    address = f"/api/v1/milestones/{milestone.id}/approve/"
    part = {"amount": {"amount_minor": 300_00, "currency": "EUR"}}

    first = employer.post(address, part, headers=key("part-1"))
    again = employer.post(address, part, headers=key("part-1"))
    other = employer.post(address, {"all": True}, headers=key("part-1"))

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert first.json()["held"] == {"amount_minor": 600_00, "currency": "EUR"}
    assert Escrow.objects.get().releases.count() == 1


def test_a_refusal_leaves_the_key_free_for_the_mended_request(make):
    milestone = make.milestone(status="delivered")
    employer = by_token(make, milestone.contract.employer)
    address = f"/api/v1/milestones/{milestone.id}/approve/"
    too_much = {"amount": {"amount_minor": 5000_00, "currency": "EUR"}}
    assert employer.post(address, too_much, headers=key("k")).status_code in (409, 422)
    assert employer.post(address, {"all": True}, headers=key("k")).json()["status"] == "approved"


def test_each_side_takes_only_its_own_steps(make):
    contract = make.contract(status="offered")
    milestone = contract.milestones.get()
    employer, freelancer = by_token(make, contract.employer), by_token(make, contract.freelancer)
    address = f"/api/v1/contracts/{contract.id}/"
    assert employer.post(f"{address}accept/").status_code == 403
    assert freelancer.post(f"{address}take-back/").status_code == 403
    assert freelancer.post(f"{address}accept/").status_code == 200
    step = f"/api/v1/milestones/{milestone.id}/"
    assert freelancer.post(f"{step}approve/", {"all": True}, headers=key("k")).status_code == 403
    assert employer.post(f"{step}deliver/", {"note": "x"}).status_code == 403
    assert freelancer.post(f"{step}deliver/", {"note": "x"}).status_code == 409
    assert Milestone.objects.get().status == "planned"


def test_strangers_learn_nothing_and_a_reading_token_changes_nothing(make):
    contract = make.contract(status="offered")
    stranger = by_token(make, make.freelancer())
    address = f"/api/v1/contracts/{contract.id}/"
    assert stranger.get("/api/v1/contracts/").json()["results"] == []
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}timeline/").status_code == 404
    assert stranger.post(f"{address}accept/").status_code == 404
    assert APIClient().get(address).status_code == 401

    reader = by_token(make, contract.freelancer, can_write=False)
    assert reader.get(address).json()["status"] == "offered"
    assert reader.post(f"{address}accept/").status_code == 403


def test_both_stop_by_agreement(make):
    milestone = make.milestone(status="funded")
    contract = milestone.contract
    employer, freelancer = by_token(make, contract.employer), by_token(make, contract.freelancer)
    address = f"/api/v1/contracts/{contract.id}/stop-proposals/"
    proposal = freelancer.post(address, {"freelancer_share_bps": 2500, "reason": "Illness"})
    assert proposal.status_code == 201
    answer = f"/api/v1/stop-proposals/{proposal.json()['id']}/accept/"
    assert freelancer.post(answer, headers=key("a")).status_code == 403
    assert employer.post(answer, headers=key("b")).status_code == 200
    ended = employer.get(f"/api/v1/contracts/{contract.id}/").json()
    assert (ended["status"], ended["milestones"][0]["status"]) == ("split", "split")
    assert ended["milestones"][0]["released"] == {"amount_minor": 22_500, "currency": "EUR"}
    assert ended["milestones"][0]["refunded"] == {"amount_minor": 67_500, "currency": "EUR"}


def test_a_delivery_is_checked_before_it_is_made_and_the_findings_are_kept(make):
    milestone = make.milestone(status="funded")
    ContractCriterion.objects.filter(contract=milestone.contract).update(text="3 files")
    freelancer = by_token(make, milestone.contract.freelancer)
    address = f"/api/v1/milestones/{milestone.id}/"
    checked = freelancer.post(f"{address}hand-in-checks/", {"links": ["https://localhost/a"]})
    assert checked.status_code == 200
    assert [(item["kind"], item["result"]) for item in checked.json()] == [
        ("files", "unknown"), ("files", "unknown"), ("link", "fail"),
    ]  # fmt: skip
    assert not milestone.deliverables.exists()
    assert by_token(make, milestone.contract.employer).post(f"{address}hand-in-checks/", {}).status_code == 403
    assert by_token(make, make.freelancer()).post(f"{address}hand-in-checks/", {}).status_code == 404

    make.deliver(milestone)
    [kept] = freelancer.get(f"{address}deliveries/").json()
    assert [item["result"] for item in kept["findings"]] == ["unknown", "unknown", "pass"]
    assert by_token(make, make.freelancer()).get(f"{address}deliveries/").status_code == 404
