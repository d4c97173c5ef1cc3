import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.disputes.models import Dispute
from apps.moderation.models import AuditEntry
from apps.outbox import bus
from tests.make.disputes import dispute

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(make):
    make.now = timezone.now()


@pytest.fixture
def as_():
    def log_in(organization) -> Client:
        client = Client()
        user = organization if isinstance(organization, User) else organization.memberships.first().user
        client.force_login(user)
        return client

    return log_in


def sides(outcome):
    contract = outcome.milestone.contract
    return contract.employer, contract.freelancer


def test_a_dispute_from_the_room_of_the_contract_to_its_end(make, as_):
    milestone = make.milestone(status="delivered")
    employer, freelancer = as_(milestone.contract.employer), as_(milestone.contract.freelancer)
    address = f"/en/milestones/{milestone.id}/dispute/"
    assert address in employer.get(milestone.contract.get_absolute_url()).content.decode()
    assert "will be frozen" in employer.get(address).content.decode()
    wrong = {"reason": "not_as_agreed", "text": "", "source_language": "en", "how": "percent", "share": "120"}
    assert employer.post(address, wrong).status_code == 422

    right = wrong | {"text": "Three pages are missing.", "share": "60"}
    room = employer.post(address, right).url
    result = Dispute.objects.get()
    assert result.proposals.get().freelancer_part == Money.of("540.00", "EUR")
    assert employer.get(address).url == room
    page = freelancer.get(room).content.decode()
    assert "Your answer is awaited" in page
    assert "486.00" in page  # 540 less commission
    assert "Berlin" in page  # the deadline in the zone of the other side
    assert room in freelancer.get(milestone.contract.get_absolute_url()).content.decode()

    assert freelancer.post(f"{room}say/", {"text": " ", "source_language": "en"}).status_code == 422
    freelancer.post(f"{room}say/", {"text": "They are in version 2.", "source_language": "en"})
    freelancer.post(f"{room}propose/", {"how": "amount", "share": "800"})
    proposal = result.proposals.get(organization=milestone.contract.freelancer)
    assert freelancer.post(f"/en/disputes/proposals/{proposal.id}/accept/").status_code == 403
    employer.post(f"/en/disputes/proposals/{proposal.id}/accept/")

    result.refresh_from_db()
    assert (result.status, result.freelancer_part) == ("settled", Money.of("800.00", "EUR"))
    assert "Settled by both" in freelancer.get(room).content.decode()
    assert "Split after a dispute" in freelancer.get("/en/money/").content.decode()
    assert room in freelancer.get("/en/disputes/").content.decode()


def test_staff_see_what_each_side_gets_before_it_moves(make, as_):
    result = dispute(make, status="answered")
    staff = as_(make.staff())
    room = f"/en/disputes/{result.id}/"
    assert room in staff.get("/en/disputes/queue/").content.decode()
    values = {"how": "percent", "share": "50", "reasons": "Half of the pages meet the checklist."}
    assert staff.post(f"{room}decide/", values | {"reasons": ""}).status_code == 422

    preview = staff.post(f"{room}decide/", values).content.decode()
    result.refresh_from_db()
    assert result.status == "answered"
    assert "405.00" in preview  # 450 less ten per cent
    assert "472.50" in preview  # 450 with its part of the employer's fee

    staff.post(f"{room}decide/", values | {"confirmed": "450.00 EUR"})
    bus.deliver_pending(now=timezone.now())

    result.refresh_from_db()
    assert (result.status, result.freelancer_part) == ("decided", Money.of("450.00", "EUR"))
    for side in sides(result):
        assert "Half of the pages meet" in as_(side).get(room).content.decode()
    assert AuditEntry.objects.get(action="disputes.decide").reason == values["reasons"]


def test_a_dispute_is_withdrawn_by_whoever_opened_it(make, as_):
    result = dispute(make)
    employer, freelancer = map(as_, sides(result))
    address = f"/en/disputes/{result.id}/withdraw/"
    assert freelancer.post(address).status_code == 403
    assert employer.post(address).status_code == 302
    assert Dispute.objects.get().status == "withdrawn"


def test_strangers_learn_nothing(make, as_):
    result = dispute(make)
    stranger = as_(make.employer())
    assert stranger.get(f"/en/disputes/{result.id}/").status_code == 404
    assert stranger.get("/en/disputes/queue/").status_code == 403
    assert stranger.post(f"/en/disputes/proposals/{result.proposals.get().id}/accept/").status_code == 404
    assert "No disputes" in stranger.get("/en/disputes/").content.decode()


def test_the_api_does_all_of_it(make, as_):
    milestone = make.milestone(status="delivered")
    employer, freelancer = as_(milestone.contract.employer), as_(milestone.contract.freelancer)
    key = lambda: {"HTTP_IDEMPOTENCY_KEY": str(uuid7())}  # noqa: E731
    json = {"content_type": "application/json"}
    body = {
        "reason": "not_as_agreed",
        "text": "It is not what we agreed on.",
        "freelancer_part": {"amount_minor": 10000, "currency": "EUR"},
    }

    opened = employer.post(f"/api/v1/milestones/{milestone.id}/disputes/", body, **json, **key())
    assert opened.status_code == 201, opened.content
    address = f"/api/v1/disputes/{opened.json()['id']}/"
    outcome = employer.get(f"{address}outcome/?freelancer_minor=10000").json()
    assert (outcome["freelancer_net"]["amount_minor"], outcome["employer_fee_back"]["amount_minor"]) == (9000, 4000)
    assert employer.get(f"{address}outcome/?freelancer_minor=x").status_code == 400
    assert freelancer.post(f"{address}statements/", {"text": "No."}, **json).json()["status"] == "answered"
    half = {"freelancer_part": {"amount_minor": 45000, "currency": "EUR"}}
    proposed = freelancer.post(f"{address}proposals/", half, **json).json()["proposals"]
    theirs = next(item["id"] for item in proposed if item["organization_id"] == str(milestone.contract.freelancer_id))
    assert freelancer.post(f"{address}decide/", half | {"reasons": "Mine"}, **json, **key()).status_code == 403

    settled = employer.post(f"/api/v1/disputes/proposals/{theirs}/accept/", **json, **key())

    assert settled.json()["status"] == "settled"
    assert settled.json()["employer_part"]["amount_minor"] == 45000
    assert [item["id"] for item in freelancer.get("/api/v1/disputes/").json()["results"]] == [opened.json()["id"]]
