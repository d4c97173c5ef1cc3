"""Pages of contracts: strangers learn nothing, each side sees its own steps, and what was typed is never lost."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.html import strip_tags

from apps.common import fmt
from apps.contracts.models import CancellationProposal, Contract, DeliverableFile, Milestone
from apps.contracts.queries import contracts, milestones
from apps.notifications.models import Notification
from apps.reviews.operations import submit as submit_review
from tests.make.agreed import active_contract
from tests.make.bank import Bank
from tests.make.disputes import dispute


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def as_(client):
    """The client, logged in as the owner of an organization."""

    def log_in(organization):
        client.force_login(organization.memberships.get(role="owner").user)
        return client

    return log_in


@pytest.fixture
def delivered(make):
    return make.milestone(status="delivered")


def typed(milestone, **fields):
    """The delivery form filled in, every line of the checklist met."""
    criteria = milestone.contract.criteria.all()
    return (
        {"note": "All pages", "source_language": "en", "step": "send"}
        | {f"met_{criterion.id}": "on" for criterion in criteria}
        | fields
    )


PAGES = ["contracts/{contract}/", "contracts/{contract}/terms/"]
POSTS = [f"contracts/{{contract}}/{verb}/" for verb in ("accept", "decline", "take-back", "stop")]
STEPS = [f"milestones/{{milestone}}/{verb}/" for verb in ("fund", "paid", "deliver", "revision", "approve")]


def test_strangers_get_404_at_every_address(client, make, as_):
    contract = active_contract(make)
    names = {"contract": contract.id, "milestone": contract.milestones.get().id}
    assert client.get(f"/en/contracts/{contract.id}/").status_code == 302  # to the login

    as_(make.freelancer())
    for address in [*PAGES, *STEPS]:
        assert client.get(f"/en/{address.format(**names)}").status_code == 404, address
    for address in [*POSTS, *(step for step in STEPS if "paid" not in step)]:
        assert client.post(f"/en/{address.format(**names)}", {"reason": "x"}).status_code == 404, address
    assert client.post(f"/en/contracts/stop/{uuid4()}/accept/").status_code == 404
    assert contract.title not in client.get("/en/contracts/").content.decode()


def test_both_parties_and_staff_see_the_room(client, make, as_):
    contract = active_contract(make)
    for party in (contract.employer, contract.freelancer):
        assert contract.title in as_(party).get(f"/en/contracts/{contract.id}/").content.decode()
        assert contract.title in client.get("/en/contracts/").content.decode()
    client.force_login(make.staff())
    room = client.get(f"/en/contracts/{contract.id}/")
    assert room.status_code == 200
    assert "Send message" not in room.content.decode()


def test_an_offer_is_answered_by_the_freelancer_and_taken_back_by_the_employer(make, as_):
    contract = make.contract(status="offered")
    room = f"/en/contracts/{contract.id}/"
    employer = as_(contract.employer)
    assert "Accept contract" not in employer.get(room).content.decode()
    assert employer.post(f"{room}accept/").status_code == 403
    assert employer.post(f"{room}decline/").status_code == 403

    freelancer = as_(contract.freelancer)
    assert "Accept contract" in freelancer.get(room).content.decode()
    assert freelancer.post(f"{room}take-back/").status_code == 403
    assert freelancer.post(f"{room}accept/").url == contract.get_absolute_url()
    assert Contract.objects.get().status == "active"


def test_declining_keeps_the_reason_and_taking_back_leads_to_the_other_bids(make, as_):
    declined = make.contract(status="offered")
    as_(declined.freelancer).post(f"/en/contracts/{declined.id}/decline/", {"reason": "No time left"})
    assert Contract.objects.get(id=declined.id).status == "declined"
    room = as_(declined.employer).get(f"/en/contracts/{declined.id}/").content.decode()
    assert "No time left" in room

    other = make.contract(status="offered")
    back = as_(other.employer).post(f"/en/contracts/{other.id}/take-back/")
    assert back.url == f"/en/tasks/{other.task_id}/bids/"
    assert Contract.objects.get(id=other.id).status == "taken_back"


def test_an_award_makes_the_offer_and_only_the_employer_makes_it(make, as_):
    bid = make.bid()
    assert as_(make.employer()).post(f"/en/bids/{bid.id}/award/").status_code == 404
    assert as_(bid.bidder).post(f"/en/bids/{bid.id}/award/").status_code == 403
    result = as_(bid.task.employer).post(f"/en/bids/{bid.id}/award/")
    assert result.url == Contract.objects.get(bid=bid).get_absolute_url()


def test_the_fund_page_shows_the_fee_and_the_total_before_anything_is_paid(make, as_):
    milestone = make.milestone()
    page = as_(milestone.contract.employer).get(f"/en/milestones/{milestone.id}/fund/")
    shown = page.content.decode()
    fee = page.context["fee"]
    assert fee.amount_minor > 0
    assert page.context["total"] == milestone.amount + fee
    for amount in (milestone.amount, fee, milestone.amount + fee):
        assert f"{amount.as_decimal():,.2f}" in shown
    assert Milestone.objects.get().status == "planned"
    assert as_(milestone.contract.freelancer).get(f"/en/milestones/{milestone.id}/fund/").status_code == 403


def test_funding_goes_to_the_checkout_and_the_way_back_waits_for_the_processor(make, as_):
    milestone = make.milestone()
    assert make.processor
    employer = as_(milestone.contract.employer)
    address = f"/en/milestones/{milestone.id}/"
    checkout = employer.post(f"{address}fund/")
    assert checkout.url.startswith(make.processor.url)
    waiting = employer.get(f"{address}paid/")
    assert "We wait for the processor" in waiting.content.decode()

    make.fund(milestone)
    assert employer.get(f"{address}paid/").url == milestone.contract.get_absolute_url()


def test_a_delivery_with_a_file_reaches_the_room(make, as_):
    milestone = make.milestone(status="funded")
    freelancer = as_(milestone.contract.freelancer)
    file = SimpleUploadedFile("guide.txt", b"Twelve pages", content_type="text/plain")
    sent = freelancer.post(f"/en/milestones/{milestone.id}/deliver/", typed(milestone, files=[file]))
    assert sent.status_code == 302
    milestone.refresh_from_db()
    assert milestone.status == "delivered"
    room = as_(milestone.contract.employer).get(sent.url).content.decode()
    assert "guide.txt" in room
    assert "Review and approve" in room


def test_the_delivery_form_keeps_what_was_typed(make, as_):
    milestone = make.milestone(status="funded")
    freelancer = as_(milestone.contract.freelancer)
    first, second = milestone.contract.criteria.order_by("position")
    values = {"note": "", "source_language": "ar", f"met_{first.id}": "on", f"note_{second.id}": "Page 3 is open"}
    page = freelancer.post(f"/en/milestones/{milestone.id}/deliver/", values)
    form = page.context["form"]
    assert page.status_code == 422
    assert "Please check these points" in page.content.decode()
    assert "Page 3 is open" in page.content.decode()
    assert (form[f"met_{first.id}"].value(), form[f"met_{second.id}"].value()) == (True, False)
    assert form["source_language"].value() == "ar"
    assert Milestone.objects.get().status == "funded"


@pytest.mark.parametrize("met", [True, False])
def test_a_hand_in_without_work_or_explanation_is_refused_at_its_field(make, as_, met):
    milestone = make.milestone(status="funded")
    first, second = milestone.contract.criteria.order_by("position")
    values = typed(milestone) if met else {"note": "x", "source_language": "en", f"met_{first.id}": "on"}
    page = as_(milestone.contract.freelancer).post(f"/en/milestones/{milestone.id}/deliver/", values)
    assert page.status_code == 422
    assert "files" in page.context["form"].errors
    assert (f"note_{second.id}" in page.context["form"].errors) == (not met)
    milestone.refresh_from_db()
    assert (milestone.status, milestone.review_due_at) == ("funded", None)


def test_an_upload_is_not_lost_when_the_form_is_wrong_elsewhere(make, as_):
    milestone = make.milestone(status="funded")
    freelancer = as_(milestone.contract.freelancer)
    file = SimpleUploadedFile("guide.txt", b"Twelve pages", content_type="text/plain")
    address = f"/en/milestones/{milestone.id}/deliver/"
    page = freelancer.post(address, typed(milestone, note="", files=[file]))
    [kept] = page.context["form"]["kept"].value()
    assert "guide.txt" in page.content.decode()
    assert freelancer.post(address, typed(milestone, kept=[kept])).status_code == 302
    assert str(milestone.deliverables.get().files.get().file_id) == kept

    other = as_(make.freelancer())
    assert other.post(address, typed(milestone, kept=[kept])).status_code == 404


def test_a_link_is_shown_and_leads_out_without_reference(make, as_):
    milestone = make.milestone(status="funded")
    freelancer = as_(milestone.contract.freelancer)
    sent = freelancer.post(f"/en/milestones/{milestone.id}/deliver/", typed(milestone, links="https://example.org/a"))
    room = as_(milestone.contract.employer).get(sent.url).content.decode()
    assert '<a href="https://example.org/a" rel="noopener noreferrer nofollow ugc"' in room


def test_a_forbidden_file_is_said_on_the_form_and_delivers_nothing(make, as_):
    milestone = make.milestone(status="funded")
    freelancer = as_(milestone.contract.freelancer)
    bad = SimpleUploadedFile("empty.txt", b"", content_type="text/plain")
    page = freelancer.post(f"/en/milestones/{milestone.id}/deliver/", typed(milestone, note="Keep me", files=[bad]))
    assert page.status_code == 422
    assert "Keep me" in page.content.decode()
    assert Milestone.objects.get().status == "funded"


def test_a_revision_is_asked_for_in_words(make, as_, delivered):
    employer = as_(delivered.contract.employer)
    address = f"/en/milestones/{delivered.id}/revision/"
    assert employer.post(address, {"text": ""}).status_code == 422
    assert employer.post(address, {"text": "Page 3 please"}).status_code == 302
    assert (
        "Page 3 please"
        in as_(delivered.contract.freelancer).get(delivered.contract.get_absolute_url()).content.decode()
    )
    assert as_(delivered.contract.freelancer).get(address).status_code == 403


@pytest.mark.parametrize(
    ("amount", "says"),
    [("", "Enter the amount"), ("many", "digits"), ("-5", "above zero"), ("0", "above zero"), ("99999", "900.00")],
)
def test_a_wrong_part_is_said_at_the_amount_and_moves_nothing(make, as_, delivered, amount, says):
    employer = as_(delivered.contract.employer)
    page = employer.post(f"/en/milestones/{delivered.id}/approve/", {"how_much": "part", "amount": amount})
    assert page.status_code == 422
    [error] = page.context["form"].errors["amount"]
    assert says in error
    assert 'href="#id_amount"' in page.content.decode()
    assert milestones.held(Milestone.objects.get()) == delivered.amount


def test_a_part_is_released_and_then_the_rest(make, as_, delivered):
    employer = as_(delivered.contract.employer)
    address = f"/en/milestones/{delivered.id}/approve/"
    assert employer.post(address, {"how_much": "part", "amount": "300"}).status_code == 302
    delivered.refresh_from_db()
    assert (delivered.status, str(milestones.held(delivered).as_decimal())) == ("delivered", "600.00")

    assert employer.post(address, {"how_much": "all"}).status_code == 302
    assert Contract.objects.get().status == "completed"
    assert "Write a review" in employer.get(delivered.contract.get_absolute_url()).content.decode()


def test_the_freelancer_does_not_approve(as_, delivered):
    freelancer = as_(delivered.contract.freelancer)
    address = f"/en/milestones/{delivered.id}/approve/"
    assert freelancer.get(address).status_code == 403
    assert freelancer.post(address, {"how_much": "all"}).status_code == 403


def test_a_proposal_to_stop_is_answered_by_the_other_side_only(make, as_):
    milestone = make.milestone(status="funded")
    room = milestone.contract.get_absolute_url()
    employer = as_(milestone.contract.employer)
    refused = employer.post(f"{room}stop/", {"freelancer_share": "140", "reason": "Plans changed"})
    assert refused.status_code == 422
    assert "Plans changed" in refused.content.decode()
    assert employer.post(f"{room}stop/", {"freelancer_share": "40", "reason": "Plans changed"}).status_code == 302

    proposal = CancellationProposal.objects.get()
    answer = f"/en/contracts/stop/{proposal.id}/"
    assert "Agree and stop" not in employer.get(room).content.decode()
    assert employer.post(f"{answer}accept/").status_code == 403
    assert as_(make.freelancer()).post(f"{answer}accept/").status_code == 404

    freelancer = as_(milestone.contract.freelancer)
    assert "Agree and stop" in freelancer.get(room).content.decode()
    assert freelancer.post(f"{answer}shout/").status_code == 404
    assert freelancer.post(f"{answer}accept/").status_code == 302
    assert Contract.objects.get().status == "split"
    assert not milestones.held(Milestone.objects.get())


def test_a_proposal_is_declined_or_withdrawn_and_the_work_goes_on(make, as_):
    contract = active_contract(make)
    room = contract.get_absolute_url()
    for side, verb, ends in (
        (contract.freelancer, "decline", "declined"),
        (contract.employer, "withdraw", "withdrawn"),
    ):
        as_(contract.employer).post(f"{room}stop/", {"freelancer_share": "0", "reason": "Plans changed"})
        proposal = CancellationProposal.objects.get(status="open")
        assert as_(side).post(f"/en/contracts/stop/{proposal.id}/{verb}/").status_code == 302
        proposal.refresh_from_db()
        assert proposal.status == ends
    assert Contract.objects.get().status == "active"


def test_a_delivered_file_goes_to_the_parties_and_staff_only(client, make, as_):
    milestone = make.milestone(status="funded")
    file = SimpleUploadedFile("guide.txt", b"Twelve pages", content_type="text/plain")
    as_(milestone.contract.freelancer).post(f"/en/milestones/{milestone.id}/deliver/", typed(milestone, files=[file]))
    address = f"/en/contracts/files/{DeliverableFile.objects.get().id}/"
    for party in (milestone.contract.freelancer, milestone.contract.employer):
        answer = as_(party).get(address)
        assert b"".join(answer.streaming_content) == b"Twelve pages"
        assert answer["Content-Disposition"].startswith("attachment")
    client.force_login(make.staff())
    assert client.get(address).status_code == 200
    assert as_(make.employer()).get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_every_page_opens_in_every_language(make, as_, delivered, language):
    employer = as_(delivered.contract.employer)
    contract = f"/{language}/contracts/{delivered.contract_id}/"
    for address in (
        f"/{language}/contracts/", contract, f"{contract}terms/",
        f"/{language}/milestones/{delivered.id}/approve/", f"/{language}/milestones/{delivered.id}/revision/",
    ):  # fmt: skip
        page = employer.get(address)
        assert page.status_code == 200, address
        assert f'lang="{language}"' in page.content.decode()


def test_a_longer_history_costs_the_room_no_more_queries(make, as_, django_assert_max_num_queries):
    milestone = make.milestone(status="delivered")
    employer = as_(milestone.contract.employer)
    room = milestone.contract.get_absolute_url()
    employer.get(room)
    with django_assert_max_num_queries(60) as few:
        employer.get(room)
    for _ in range(3):
        make.deliver(milestone)
    with django_assert_max_num_queries(len(few.captured_queries)):
        employer.get(room)


def test_money_is_not_named_twice_when_there_is_one_milestone(make):
    milestone = make.milestone(status="funded")
    assert milestone.title == milestone.contract.title
    assert milestone.escrow.memo == milestone.title


def test_the_terms_say_to_the_employer_what_comes_on_top(client, make):
    contract = make.contract()
    cost = contracts.employer_cost(contract, make.now)
    client.force_login(contract.employer.memberships.get().user)
    page = client.get(f"/en/contracts/{contract.id}/terms/").content.decode()
    assert cost.fee == contract.amount.share_bps(500)
    assert "You pay in all" in page and fmt.money(cost.total) in page
    client.force_login(contract.freelancer.memberships.get().user)
    assert "You pay in all" not in client.get(f"/en/contracts/{contract.id}/terms/").content.decode()


class TestTheListOfContracts:
    def test_it_says_the_role_and_the_next_step_of_each_side(self, client, as_, make):
        contract = make.contract()
        page = as_(contract.employer).get("/en/contracts/").content.decode()
        assert "You hire" in page and "Fund a milestone" in page
        page = as_(contract.freelancer).get("/en/contracts/").content.decode()
        assert "You work for" in page and "Fund a milestone" not in page

    def test_it_is_filtered(self, client, as_, make):
        contract = make.contract()
        reader = as_(contract.employer)
        for status, is_listed in (("active", True), ("ended", False), ("offered", False), ("nonsense", True)):
            page = reader.get(f"/en/contracts/?status={status}").content.decode()
            assert (str(contract.id) in page) is is_listed

    def test_more_contracts_cost_no_more_queries(self, client, as_, make, django_assert_max_num_queries):
        first = make.contract()
        reader = as_(first.employer)
        reader.get("/en/contracts/")
        with django_assert_max_num_queries(14) as few:
            reader.get("/en/contracts/")
        for _ in range(2):
            make.contract(bid=make.bid(task=make.task(employer=first.employer)))
        with django_assert_max_num_queries(len(few.captured_queries)):
            reader.get("/en/contracts/")

    def test_an_employer_without_contracts_is_not_sent_to_find_work(self, client, as_, make):
        main = as_(make.employer()).get("/en/contracts/").content.decode().split("<main")[1]
        assert "Find work" not in main and "My tasks" in main


def test_a_contract_in_dispute_leads_both_sides_to_it(as_, make):
    opened = dispute(make)
    contract = opened.milestone.contract
    for side in (contract.employer, contract.freelancer):
        page = as_(side).get(f"/en/contracts/{contract.id}/").content.decode()
        assert "The money stays held until both sides agree or our staff decide." in page
        assert page.count(opened.get_absolute_url()) >= 2


def test_a_contract_that_ended_asks_for_a_review_until_one_is_written(client, as_, make):
    contract = make.contract(status="completed")
    assert "How was it?" in as_(contract.employer).get(f"/en/contracts/{contract.id}/").content.decode()
    submit_review(
        contract_id=contract.id, quality=5, communication=5, skill=5, text="", source_language="en",
        actor=make.actor(contract.employer), now=make.now,
    )  # fmt: skip
    page = as_(contract.employer).get(f"/en/contracts/{contract.id}/").content.decode()
    assert "How was it?" not in page
    assert f"/en/contracts/{contract.id}/review/" not in page, "a second review would be refused"


class TestAPaymentThatTheBankTookBack:
    """The room says it to both sides, from the first day to the decision."""

    def rooms(self, client, contract):
        pages = []
        for organization in (contract.employer, contract.freelancer):
            client.force_login(organization.memberships.get().user)
            pages.append(" ".join(client.get(contract.get_absolute_url()).content.decode().split()))
        return pages

    def test_open_and_lost_after_the_release(self, client, make, outbox_drain):
        bank, milestone = Bank(make), make.milestone(status="approved")
        chargeback = bank.disputes(milestone.escrow)
        for page in self.rooms(client, milestone.contract):
            assert "bank has taken this payment back" in page
            assert "took back the payment for" in page

        bank.decides(chargeback, "lost")

        of_employer, of_freelancer = self.rooms(client, milestone.contract)
        assert "went back to you" in of_employer and "stays yours" not in of_employer
        assert "stays yours" in of_freelancer
        kinds = set(Notification.objects.values_list("kind", flat=True))
        assert {"payment_taken_back", "chargeback_won_by_payer", "charged_back"} <= kinds

    def test_won(self, client, make, outbox_drain):
        bank, milestone = Bank(make), make.milestone(status="approved")
        bank.decides(bank.disputes(milestone.escrow), "won")
        for page in self.rooms(client, milestone.contract):
            assert "has taken this payment back" not in page
            assert "stands" in page


def test_finished_work_is_not_due_in_some_days(client, make):
    make.now = timezone.now()
    open_one, paid = make.milestone(status="funded"), make.milestone(status="approved")
    for milestone, is_counted in ((open_one, True), (paid, False)):
        client.force_login(milestone.contract.employer.memberships.get().user)
        page = client.get(milestone.contract.get_absolute_url()).content.decode()
        due = page.split("Due", 1)[1][:400]
        assert ("(in " in strip_tags(due)) == is_counted
