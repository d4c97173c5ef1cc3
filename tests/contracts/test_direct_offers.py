"""Offers to one person without a public task."""

from dataclasses import replace

import pytest
from django.utils import timezone

from apps.accounts.policies import NotYours, RoleMissing
from apps.common.errors import DomainError
from apps.common.ids import uuid7
from apps.contracts import errors, terms
from apps.contracts.models import Contract
from apps.contracts.operations import direct_offers, offers
from apps.escrow.policies import AmountNotPayable
from apps.messaging.models import Block
from apps.notifications.models import Notification
from apps.tasks import policies as task_policies
from apps.tasks import queries as tasks
from apps.tasks.models import Task
from apps.track_records import queries as track_records
from tests.conftest import api, api_post, log_in
from tests.contracts.test_change_pages import words
from tests.contracts.test_races import at_once

STEPS = (terms.Wanted(None, "Draft", 400_00, days=7), terms.Wanted(None, "Final", 500_00, days=5))
CRITERIA = ("All twelve pages are translated", "Terms follow the glossary")


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def sides(make):
    return make.employer(), make.freelancer()


def offered(make, sides, *, role="owner", draft=None, message="Your sample was the best.", **brief):
    employer, freelancer = sides
    return direct_offers.offer_directly(
        freelancer_id=freelancer.id,
        brief=make.brief(**brief),
        draft=draft or terms.Draft(STEPS, CRITERIA, 3),
        message=message,
        actor=make.actor(employer, role),
        now=make.now,
    )


def test_an_offer_is_accepted_and_funded_like_any_other(make, sides):
    contract = offered(make, sides)
    assert (contract.status, contract.task.status, contract.bid_id) == ("offered", "awarded", None)
    assert (contract.amount_minor, contract.currency, contract.revisions_included) == (900_00, "EUR", 3)
    assert [step.days for step in contract.milestones.order_by("position")] == [7, 5]
    contract = offers.accept_offer(contract_id=contract.id, actor=make.actor(sides[1]), now=make.now)
    assert contract.versions.get().terms["milestones"][1] == {"title": "Final", "amount_minor": 500_00, "days": 5}
    assert make.fund(contract.milestones.get(position=1)).status == "funded"


@pytest.mark.parametrize("way", ["decline", "take_back", "lapse"])
def test_an_offer_that_is_not_accepted_closes_its_task(make, sides, way):
    contract = offered(make, sides)
    if way == "decline":
        offers.decline_offer(contract_id=contract.id, actor=make.actor(sides[1]), now=make.now)
    elif way == "take_back":
        offers.take_back_offer(contract_id=contract.id, actor=make.actor(sides[0]), now=make.now)
    else:
        offers.lapse_offer(contract_id=contract.id, now=contract.respond_by)
    assert Task.objects.get().status == "closed"
    assert offered(make, sides).status == "offered", "and another can follow"


def test_nobody_else_sees_the_task_and_nobody_bids(make, sides):
    contract = offered(make, sides)
    for organization, sees in (
        (sides[0], True),
        (sides[1], True),
        (make.freelancer(), False),
        (make.employer(), False),
    ):
        actor = make.actor(organization)
        assert tasks.tasks_visible_to(actor).filter(id=contract.task_id).exists() is sees
        assert not tasks.open_tasks(actor).exists()
    with pytest.raises(task_policies.NotOpenForBids):
        task_policies.check_can_bid(make.actor(sides[1]), contract.task, make.now, is_invited=True)


def test_it_counts_neither_as_a_posted_task_nor_as_a_decision(make, sides):
    contract = offered(make, sides)
    offers.accept_offer(contract_id=contract.id, actor=make.actor(sides[1]), now=make.now)
    counted = track_records.count_hiring(sides[0].id, make.now)
    assert (counted["tasks_posted"], counted["tasks_hired"], counted["decisions"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("brief", "change", "error"),
    [
        ({"title": " "}, {}, errors.BriefMissing),
        ({"goal": "\u200b"}, {}, errors.BriefMissing),
        ({"category_id": None}, {}, errors.BriefMissing),
        ({}, {"steps": ()}, errors.MilestonesMissing),
        ({}, {"steps": STEPS * 16}, errors.TooManyMilestones),
        ({}, {"steps": (replace(STEPS[0], title=" "),)}, errors.TermNotReadable),
        ({}, {"steps": (replace(STEPS[0], amount_minor=0),)}, errors.TermNotReadable),
        ({}, {"steps": (replace(STEPS[0], days=0),)}, errors.TermNotReadable),
        ({}, {"criteria": ()}, errors.CriteriaMissing),
        ({}, {"criteria": (" ",)}, errors.CriteriaMissing),
        ({}, {"revisions": 21}, errors.TermNotReadable),
        ({"currency": "KWD"}, {"steps": (replace(STEPS[0], amount_minor=1_000_005),)}, AmountNotPayable),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_kept(make, sides, brief, change, error):
    with pytest.raises(error):
        offered(make, sides, draft=replace(terms.Draft(STEPS, CRITERIA, 2), **change), **brief)
    assert not Task.objects.exists()


def test_rights_blocks_and_ones_own_people(make, sides):
    employer, freelancer = sides
    with pytest.raises(RoleMissing):
        offered(make, sides, role="finance")
    with pytest.raises(DomainError):
        offered(make, (freelancer, employer))
    Block.objects.create(
        organization=freelancer, blocked=employer, blocked_by=freelancer.memberships.get(role="owner").user
    )
    with pytest.raises(task_policies.CannotBeInvited):
        offered(make, sides)
    assert not Contract.objects.exists()


def test_only_the_freelancer_accepts(make, sides):
    contract = offered(make, sides)
    for organization in (sides[0], make.freelancer()):
        with pytest.raises(NotYours):
            offers.accept_offer(contract_id=contract.id, actor=make.actor(organization), now=make.now)


def typed(**fields):
    data = {"steps-TOTAL_FORMS": "2", "steps-INITIAL_FORMS": "0"}
    for index, step in enumerate(STEPS):
        data |= {f"steps-{index}-title": step.title, f"steps-{index}-amount": step.amount_minor // 100}
        data |= {f"steps-{index}-days": step.days}
    return data | {
        "title": "Translate a tax guide", "category": "translation", "goal": "A guide that Spanish readers understand.",
        "requirements": "", "criteria": "\n".join(CRITERIA), "revisions": "2", "currency": "EUR",
        "source_language": "en", "message": "Your sample was the best.",
    } | fields  # fmt: skip


def test_from_the_profile_to_the_offer(make, sides, client, outbox_drain):
    employer, freelancer = sides
    make.brief()  # the category
    page, url = log_in(client, employer), f"/en/contracts/offer/{freelancer.handle}/"
    assert url in page.get(f"/en/people/{freelancer.handle}/").content.decode()
    assert page.get(url).status_code == 200
    costs = page.post(url, typed(check="1"))
    assert "945.00" in words(costs)
    assert "The freelancer receives" in words(costs)
    assert not Contract.objects.exists()
    sent = page.post(url, typed(send="1"))
    contract = Contract.objects.get()
    assert sent["Location"] == f"/en/contracts/{contract.id}/"
    outbox_drain(timezone.now())
    assert Notification.objects.filter(user=freelancer.memberships.get().user).count() == 1, "one for one fact"
    assert "You can make another offer at any time" in words(page.get(sent["Location"]))
    assert page.get(f"/en/tasks/{contract.task_id}/").status_code == 200
    assert page.get("/en/tasks/mine/").status_code == 200

    theirs = log_in(client, freelancer)
    room = words(theirs.get(sent["Location"]))
    assert "Your sample was the best." in room
    assert "This offer was made to you alone" in room
    assert "note" not in words(theirs.get(f"/en/contracts/{contract.id}/terms/"))
    assert theirs.get(f"/en/contracts/{contract.id}/contract.pdf").status_code == 200
    assert theirs.get(f"/en/tasks/{contract.task_id}/").status_code == 200
    assert theirs.get("/en/tasks/invitations/").status_code == 200


def test_the_same_form_sent_twice_is_one_offer(make, sides, client):
    employer, freelancer = sides
    make.brief()
    page, url = log_in(client, employer), f"/en/contracts/offer/{freelancer.handle}/"
    signed = page.get(url).context["offer"]
    assert page.post(url, typed(check="1", offer=signed)).context["offer"] == signed
    sent = [page.post(url, typed(send="1", offer=signed)) for _time in range(2)]
    contract = Contract.objects.get()
    assert [answer["Location"] for answer in sent] == [contract.get_absolute_url()] * 2
    assert "This form was sent already" in words(page.get(contract.get_absolute_url()))
    page.post(url, typed(send="1", offer=page.get(url).context["offer"]))
    assert Contract.objects.count() == 2


def test_an_id_signed_for_another_person_is_not_taken(make, sides, client):
    employer, freelancer = sides
    make.brief()
    page, other = log_in(client, employer), make.freelancer()
    signed = page.get(f"/en/contracts/offer/{other.handle}/").context["offer"]
    page.post(f"/en/contracts/offer/{freelancer.handle}/", typed(send="1", offer=signed))
    assert str(Contract.objects.get().id) != signed.partition(":")[0]


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_at_the_same_moment_is_one_offer(make, sides):
    values = {
        "freelancer_id": sides[1].id, "brief": make.brief(), "draft": terms.Draft(STEPS, CRITERIA, 3),
        "message": "", "actor": make.actor(sides[0]), "now": make.now, "contract_id": uuid7(),
    }  # fmt: skip
    results = at_once([lambda: direct_offers.offer_directly(**values).id] * 3)
    assert results == [values["contract_id"]] * 3
    assert (Contract.objects.count(), Task.objects.count()) == (1, 1)


@pytest.mark.parametrize("field", ["title", "goal", "category", "criteria", "steps-0-amount", "steps-1-days"])
def test_mistakes_keep_what_was_typed(make, sides, client, field):
    make.brief()
    url = f"/en/contracts/offer/{sides[1].handle}/"
    response = log_in(client, sides[0]).post(url, typed(send="1", message="Kept words") | {field: ""})
    assert response.status_code == 422
    assert "Kept words" in response.content.decode()
    assert not Contract.objects.exists()


def test_buttons_between_the_lines(make, sides, client):
    make.brief()
    url = f"/en/contracts/offer/{sides[1].handle}/"
    response = log_in(client, sides[0]).post(url, typed(split="0"))
    assert [str(line["amount"].value()) for line in response.context["steps"]] == ["200", "200", "500"]
    assert response.context["form"]["criteria"].value() == "\n".join(CRITERIA)


def test_hiring_again_starts_from_the_terms_in_force(make, client):
    contract = make.contract()
    url = f"/en/contracts/offer/{contract.freelancer.handle}/?like={contract.id}"
    form = log_in(client, contract.employer).get(url).context["form"]
    assert form["title"].value() == contract.title
    assert form["criteria"].value() == "\n".join(row.text for row in contract.criteria)
    for wrong in ("x", str(make.contract().id)):
        form = client.get(f"/en/contracts/offer/{contract.freelancer.handle}/?like={wrong}").context["form"]
        assert not form["title"].value()


def test_who_may_not_offer_is_refused(make, sides, client):
    employer, freelancer = sides
    page = log_in(client, employer)
    assert page.get(f"/en/contracts/offer/{employer.handle}/").status_code == 404
    assert page.get(f"/en/contracts/offer/{make.employer().handle}/").status_code == 404
    finance = make.member(employer, "finance")
    client.force_login(finance)
    assert client.get(f"/en/contracts/offer/{freelancer.handle}/").status_code == 403


def test_the_endpoint(make, sides):
    employer, freelancer = sides
    make.brief()
    body = {
        "freelancer": freelancer.handle,
        "title": "Translate a tax guide",
        "category": "translation",
        "goal": "A guide that Spanish readers understand.",
        "criteria": list(CRITERIA),
        "milestones": [{"title": "All of it", "amount_minor": 900_00, "days": 14}],
        "currency": "EUR",
    }
    user = employer.memberships.get().user
    response = api_post(api(user), "contracts/direct-offers/", body)
    assert response.status_code == 201, response.content
    assert response.json()["bid_id"] is None
    wrong = api_post(api(user), "contracts/direct-offers/", body | {"category": "nothing"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "brief_missing")
    theirs = api_post(api(make.member(employer, "finance")), "contracts/direct-offers/", body)
    assert theirs.status_code == 403


def test_the_endpoint_knows_currencies(make, sides):
    body = {"freelancer": sides[1].handle, "currency": "XXX"}
    answer = api_post(api(sides[0].memberships.get().user), "contracts/direct-offers/", body)
    assert answer.status_code == 400
    assert "currency" in answer.content.decode()
