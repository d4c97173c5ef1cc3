"""Paying a milestone: declined and paid after all, on its way, cancelled, paid twice."""

from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.queries import actors
from apps.banking.operations import statements
from apps.contracts.models import Milestone
from apps.contracts.operations import cancellations, milestones
from apps.contracts.queries import timeline
from apps.escrow.policies import PaymentPending
from apps.notifications.models import Notification
from apps.outbox import bus
from apps.payments.models import Charge
from apps.payments.operations import charges
from apps.payments.policies import PaymentMade
from apps.payments.queries import credits
from devstack.sandbox_processor import charges as processor_charges
from tests.make.bank_statements import camt

DECLINED = "4000000000000002"
GOOD = "4242424242424242"


@pytest.fixture
def milestone(make):
    """One of 900.00 EUR that can be paid by card and by bank transfer."""
    make.now = timezone.now()
    call_command("load_payment_methods", verbosity=0)
    assert make.processor
    return make.milestone()


@pytest.fixture
def as_(client):
    def log_in(organization):
        client.force_login(organization.memberships.get(role="owner").user)
        return client

    return log_in


def pay_by(make, milestone, method, **more):
    return milestones.fund_milestone(
        milestone_id=milestone.id, actor=make.actor(milestone.contract.employer), now=timezone.now(),
        return_url="http://testserver/back", method=method, **more,
    )  # fmt: skip


def at_the_processor(make, charge, card):
    """The payer types a card; nobody has told us yet."""
    store = make.processor.store
    with store.step():
        processor_charges.pay(store, processor_charges.find_session(store, charge.remote_session_id), card)


def heard(charge):
    charges.refresh_charge(charge_id=charge.id, now=timezone.now())
    bus.deliver_pending(now=timezone.now())


def arrived(make, charge, amount="945.00"):
    """The bank's statement shows the transfer of a charge."""
    staff = actors.actor_for(make.staff())
    body = camt((amount, charge.remote_session_id, "B1", "NOTPROVIDED"))
    statements.import_statement(name="s.xml", body=body, actor=staff, now=timezone.now())
    bus.deliver_pending(now=timezone.now())


def kinds():
    return set(Notification.objects.values_list("kind", flat=True))


def test_a_declined_card_leaves_the_page_open_and_is_no_failed_payment(make, as_, milestone):
    employer = as_(milestone.contract.employer)
    charge = pay_by(make, milestone, "sandbox")
    at_the_processor(make, charge, DECLINED)
    heard(charge)

    page = employer.get(f"/en/milestones/{milestone.id}/paid/?result=left").content.decode()
    assert "The card was declined" in page
    assert f'href="{charge.checkout_url}"' in page
    assert "milestone_payment_failed" not in kinds()
    assert Milestone.objects.get().status == "awaiting_payment"


def test_a_good_card_after_a_declined_one_is_waited_for_and_funds(make, as_, milestone):
    employer = as_(milestone.contract.employer)
    charge = pay_by(make, milestone, "sandbox")
    at_the_processor(make, charge, DECLINED)
    heard(charge)
    at_the_processor(make, charge, GOOD)  # the browser is back before the processor's word

    waiting = employer.get(f"/en/milestones/{milestone.id}/paid/?result=done").content.decode()
    assert "We wait for the processor" in waiting
    assert "declined" not in waiting
    heard(charge)

    done = employer.get(f"/en/milestones/{milestone.id}/paid/?result=done")
    assert done.url == milestone.contract.get_absolute_url()
    assert "milestone_payment_failed" not in kinds()
    verbs = [item.kind for item in timeline.timeline(milestone.contract)]
    assert "milestone.fund" in verbs
    assert "milestone.payment_failed" not in verbs


def test_who_leaves_the_checkout_is_led_back_to_it(make, as_, milestone):
    charge = pay_by(make, milestone, "sandbox")
    page = as_(milestone.contract.employer).get(f"/en/milestones/{milestone.id}/paid/?result=left").content.decode()
    assert "You have not paid yet" in page
    assert f'href="{charge.checkout_url}"' in page


def test_a_delivered_milestone_is_never_said_to_be_unpaid(make, as_):
    milestone = make.milestone(status="delivered")
    back = as_(milestone.contract.employer).get(f"/en/milestones/{milestone.id}/paid/")
    assert back.url == milestone.contract.get_absolute_url()


def test_a_pending_transfer_is_shown_with_its_reference_to_the_employer_alone(make, as_, milestone):
    charge = pay_by(make, milestone, "bank")
    room = milestone.contract.get_absolute_url()
    shown = as_(milestone.contract.employer).get(room).content.decode()
    assert charge.remote_session_id in shown
    assert charge.checkout_url in shown
    assert "Your next step" not in shown
    assert "Cancel this payment" in shown
    assert charge.remote_session_id not in as_(milestone.contract.freelancer).get(room).content.decode()


def test_a_pending_transfer_stops_a_second_payment_unless_the_payer_says_so(make, as_, milestone):
    employer = as_(milestone.contract.employer)
    transfer = pay_by(make, milestone, "bank")
    with pytest.raises(PaymentPending, match="Paying again would pay twice"):
        pay_by(make, milestone, "sandbox")
    address = f"/en/milestones/{milestone.id}/fund/"
    refused = employer.post(address, {"step": "pay", "method": "sandbox"})
    assert refused.status_code == 409
    assert "Paying again would pay twice" in refused.content.decode()
    assert pay_by(make, milestone, "bank").id == transfer.id

    assert employer.post(address, {"step": "pay", "method": "sandbox", "despite_pending": "yes"}).status_code == 302
    transfer.refresh_from_db()
    assert transfer.status == "cancelled"
    assert Charge.objects.exclude(id=transfer.id).get().gateway == "sandbox"


def test_money_that_comes_twice_is_credit_and_the_payer_is_notified(make, as_, milestone):
    transfer = pay_by(make, milestone, "bank")
    card = pay_by(make, milestone, "sandbox", despite_pending=True)
    at_the_processor(make, card, GOOD)
    heard(card)
    assert Milestone.objects.get().status == "funded"

    arrived(make, transfer)
    heard(transfer)

    assert str(credits.credit(milestone.contract.employer_id, "EUR").as_decimal()) == "945.00"
    employer = as_(milestone.contract.employer)
    assert "This milestone was paid twice" in employer.get(milestone.contract.get_absolute_url()).content.decode()
    notifications = Notification.objects.filter(kind="paid_in_vain")
    assert {item.organization_id for item in notifications} == {milestone.contract.employer_id}
    assert notifications.first().get_absolute_url().endswith("/money/credit/EUR/")


def test_a_payment_is_cancelled_without_a_word_of_failure(make, as_, milestone):
    charge = pay_by(make, milestone, "bank")
    employer = as_(milestone.contract.employer)
    room = milestone.contract.get_absolute_url()
    cancelled = employer.post(f"/en/money/payments/{charge.id}/cancel/", {"next": room})
    assert cancelled.url == room
    bus.deliver_pending(now=timezone.now())
    charge.refresh_from_db()
    assert (charge.status, Milestone.objects.get().status) == ("cancelled", "planned")
    assert "milestone_payment_failed" not in kinds()
    assert as_(milestone.contract.freelancer).post(f"/en/money/payments/{charge.id}/cancel/").status_code == 404


def test_another_method_closes_the_open_page_at_the_processor(make, milestone):
    card = pay_by(make, milestone, "sandbox")
    pay_by(make, milestone, "bank")
    card.refresh_from_db()
    assert card.status == "cancelled"
    session = processor_charges.find_session(make.processor.store, card.remote_session_id)
    assert session["status"] == "expired"
    bus.deliver_pending(now=timezone.now())
    assert Milestone.objects.get().status == "awaiting_payment"  # the transfer is still waited for


def test_a_page_that_was_paid_in_the_meantime_is_not_cancelled(make, milestone):
    card = pay_by(make, milestone, "sandbox")
    at_the_processor(make, card, GOOD)
    with pytest.raises(PaymentMade):
        charges.cancel_charge(charge_id=card.id, actor=make.actor(milestone.contract.employer), now=timezone.now())
    bus.deliver_pending(now=timezone.now())
    assert Milestone.objects.get().status == "funded"


def test_both_can_stop_while_a_transfer_is_awaited_and_a_late_one_is_credit(make, milestone):
    transfer = pay_by(make, milestone, "bank")
    contract = milestone.contract
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="x", actor=employer, now=timezone.now()
    )
    cancellations.accept_cancellation(proposal_id=proposal.id, actor=freelancer, now=timezone.now())
    contract.refresh_from_db()
    assert contract.status == "cancelled"

    arrived(make, transfer)
    heard(transfer)
    assert str(credits.credit(contract.employer_id, "EUR").as_decimal()) == "945.00"
    assert "paid_in_vain" in kinds()


class TestTheAddressBeforeThePayment:
    """A company says once whom invoices name, and comes back to its payment."""

    ADDRESS = {"legal_name": "Kunde GmbH", "street": "Weg 1", "postcode": "10115", "city": "Berlin"}

    @pytest.fixture
    def milestone(self, client, make, settings):
        settings.PLATFORM_VAT_ID = "DE123456788"
        make.now = timezone.now()
        milestone = make.milestone(status="planned")
        client.force_login(milestone.contract.employer.memberships.get().user)
        return milestone

    def test_it_is_asked_with_the_reason_and_leads_back(self, client, milestone):
        payment = f"/en/milestones/{milestone.id}/fund/"
        query = client.get(payment)
        page = client.get(query.url).content.decode()
        refused = client.post(query.url, self.ADDRESS | {"street": ""})
        saved = client.post(query.url, self.ADDRESS)

        assert query.url.startswith("/en/money/documents/details/?next=")
        assert "Before your first payment" in page
        assert refused.status_code == 422
        assert saved.url == payment
        assert client.get(payment).status_code == 200

    def test_it_leads_to_no_other_site(self, client, milestone):
        query = "/en/money/documents/details/?next=https://example.org/"
        assert client.post(query, self.ADDRESS).url == "/en/money/documents/"

    def test_the_api_refuses_with_a_code(self, client, milestone):
        answer = client.post(
            f"/api/v1/milestones/{milestone.id}/fund/", {"return_url": "https://robot.example/back"}, content_type="application/json",
            headers={"Idempotency-Key": str(uuid4())},
        )  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (409, "billing_details_missing")

    def test_a_private_person_is_not_held_up(self, client, make, milestone):
        employer = milestone.contract.employer
        employer.kind = "individual"
        employer.save()
        page = client.get(f"/en/milestones/{milestone.id}/fund/")
        assert page.status_code == 200
        assert "Your documents name no address yet" in page.content.decode()
