"""Held money moves by those who decide about money, on either side, by page, API and operation alike."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from apps.accounts.policies import RoleMissing
from apps.common.money import Money
from apps.contracts.models import CancellationProposal
from apps.contracts.operations import cancellations
from apps.disputes import operations as disputes
from apps.disputes.models import SplitProposal
from apps.escrow.operations import releases
from apps.escrow.queries import escrows
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def milestone(make):
    return make.milestone(status="delivered")


def sides(milestone):
    contract = milestone.contract
    return {"employer": contract.employer, "freelancer": contract.freelancer}


@pytest.mark.parametrize(
    ("side", "role"), [("employer", "member"), ("freelancer", "member"), ("freelancer", "manager")]
)
def test_a_junior_stops_nothing_by_operation_page_or_api(client, make, milestone, side, role):
    contract = milestone.contract
    organization = sides(milestone)[side]
    actor = make.actor(organization, role)
    with pytest.raises(RoleMissing):
        cancellations.propose_cancellation(
            contract_id=contract.id, freelancer_share_bps=10_000, reason="x", actor=actor, now=NOON
        )
    user = organization.memberships.get(user_id=actor.user_id).user
    client.force_login(user)
    page = client.post(
        f"/en/contracts/{contract.id}/stop/",
        {"freelancer_share": "100", "reason": "x"},
    )
    assert page.status_code == 403
    assert "Stop by agreement" not in client.get(contract.get_absolute_url()).content.decode()
    robot = APIClient()
    robot.force_login(user)
    body = {"freelancer_share_bps": 10_000, "reason": "x"}
    assert robot.post(f"/api/v1/contracts/{contract.id}/stop-proposals/", body).status_code == 403
    assert not CancellationProposal.objects.exists()
    assert escrows.held(milestone.escrow_id) == milestone.amount


@pytest.mark.parametrize("role", ["member", "manager"])
def test_a_freelancers_junior_accepts_no_stop_and_no_split(make, milestone, role):
    contract = milestone.contract
    junior = make.actor(contract.freelancer, role)
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="x", actor=make.actor(contract.employer), now=NOON
    )
    with pytest.raises(RoleMissing):
        cancellations.accept_cancellation(proposal_id=proposal.id, actor=junior, now=NOON)
    cancellations.withdraw_cancellation(proposal_id=proposal.id, actor=make.actor(contract.employer), now=NOON)

    nothing = Money.zero(milestone.currency)
    wish = {"reason": "other", "text": "x", "source_language": "en", "freelancer_part": nothing, "now": NOON}
    with pytest.raises(RoleMissing):
        disputes.open_dispute(milestone_id=milestone.id, actor=junior, **wish)
    dispute = disputes.open_dispute(milestone_id=milestone.id, actor=make.actor(contract.employer), **wish)
    split = SplitProposal.objects.get()
    with pytest.raises(RoleMissing):
        disputes.accept_split(proposal_id=split.id, actor=junior, now=NOON)
    with pytest.raises(RoleMissing):
        disputes.propose_split(dispute_id=dispute.id, freelancer_part=nothing, actor=junior, now=NOON)
    say = disputes.say(dispute_id=dispute.id, text="We did it.", source_language="en", actor=junior, now=NOON)
    assert say.text == "We did it."


@pytest.mark.parametrize(
    ("side", "role"), [("employer", "member"), ("freelancer", "manager"), ("freelancer", "member")]
)
def test_escrow_asks_once_more_whatever_called_it(make, milestone, side, role):
    junior = make.actor(sides(milestone)[side], role)
    for move in (releases.refund, releases.release):
        kind = {"kind": "agreement"} if move is releases.release else {}
        with pytest.raises(RoleMissing):
            move(escrow_id=milestone.escrow_id, amount=milestone.amount, actor=junior, now=NOON, **kind)
    assert escrows.held(milestone.escrow_id) == milestone.amount


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"all": False},
        {"currency": "EUR", "amount_minor": 5},
        {"amount": {"amount_minor": 5, "currency": "EUR"}, "all": True},
        {"amount": {"amount_minor": 5, "currency": "EUR", "scale": 2}},
        {"all": True, "note": "thanks"},
        {"amount": None},
        {"all": "yes"},
        {"all": 1},
        {"amount": {"amount_minor": "5", "currency": "EUR"}},
        {"amount": {"amount_minor": 5.0, "currency": "EUR"}},
        {"amount": {"amount_minor": True, "currency": "EUR"}},
    ],
)
def test_all_is_said_and_an_unknown_key_is_refused(make, milestone, body):
    client = APIClient()
    client.force_login(milestone.contract.employer.memberships.get(role="owner").user)
    answer = client.post(f"/api/v1/milestones/{milestone.id}/approve/", body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 400
    assert escrows.held(milestone.escrow_id) == milestone.amount


def test_an_amount_beside_all_is_asked_about_on_the_page(client, make, milestone):
    client.force_login(milestone.contract.employer.memberships.get(role="owner").user)
    address = reverse("contracts:approve", args=[milestone.id])
    assert client.post(address, {"how_much": "all", "amount": "5"}).status_code == 422
    assert escrows.held(milestone.escrow_id) == milestone.amount
    assert client.post(address, {"how_much": "all", "amount": ""}).status_code == 302
