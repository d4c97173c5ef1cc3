"""Pages of payments: chargebacks, and what an employer paid and got back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.common.money import Money
from apps.escrow.models import Escrow
from apps.escrow.operations import releases
from apps.gateways import webhook_handlers
from apps.notifications.models import Notification
from apps.payments.models import Charge, Chargeback, Refund
from apps.payments.queries import charges, credits
from devstack.sandbox_processor import disputes
from tests.conftest import log_in
from tests.escrow.test_credit_and_goodwill import with_credit

pytestmark = pytest.mark.django_db


class TestChargebacks:
    @pytest.fixture
    def chargeback(self, make, outbox_drain):
        milestone = make.milestone(status="funded")
        charge = Charge.objects.get(reference_id=milestone.escrow_id)
        dispute = disputes.open_dispute(make.processor.store, charge.remote_payment_id)
        webhook_handlers.refresh(kind="dispute", reference=dispute["id"], processor="sandbox")
        outbox_drain(timezone.now())
        return Chargeback.objects.get(remote_id=dispute["id"])

    def test_it_is_for_staff(self, client, make, chargeback):
        log_in(client, chargeback.charge.payer)
        assert client.get(reverse("payments:chargebacks")).status_code == 403
        assert client.get(reverse("payments:chargeback", args=[chargeback.id])).status_code == 404

    def test_staff_read_the_evidence_and_hand_it_in(self, client, make, chargeback):
        client.force_login(make.staff())
        listed = client.get(reverse("payments:chargebacks")).content.decode()
        address = reverse("payments:chargeback", args=[chargeback.id])
        shown = client.get(address).content.decode()
        empty = client.post(address, {"text": ""})
        result = client.post(address, {"text": "The work was delivered."})
        chargeback.refresh_from_db()
        status_when_asked = chargeback.status
        answer = client.post(address, {"text": "The work was delivered.", "confirmed": "yes"})

        assert chargeback.number in listed
        assert "AGREEMENT" in shown and "SHA-256 of the agreed terms" in shown and "UTC" in shown
        assert empty.status_code == 422
        assert "it cannot be changed or sent again" in result.content.decode()
        assert status_when_asked != "submitted"
        assert answer.url == address
        chargeback.refresh_from_db()
        assert (chargeback.status, chargeback.evidence_text) == ("submitted", "The work was delivered.")
        assert "The work was delivered." in client.get(address).content.decode()
        late = client.post(address, {"text": "More.", "confirmed": "yes"})
        assert late.status_code == 422

    def test_both_parties_see_it_on_their_money_pages_and_staff_are_notified(self, client, make, chargeback):
        make.staff()
        milestone_payee = Escrow.objects.get(id=chargeback.charge.reference_id).payee
        for party in (chargeback.charge.payer, milestone_payee):
            log_in(client, party)
            assert "taken a payment back" in client.get(reverse("payouts:wallet")).content.decode()
        log_in(client, chargeback.charge.payer)
        paid = client.get(reverse("payments:charge", args=[chargeback.charge_id])).content.decode()
        assert chargeback.number in paid
        assert Notification.objects.filter(kind="money_claimed").count() == 1
        assert Notification.objects.filter(kind="payment_taken_back").count() == 1

    def test_each_side_reads_what_it_means_for_it(self, client, chargeback):
        payee = Escrow.objects.get(id=chargeback.charge.reference_id).payee
        log_in(client, chargeback.charge.payer)
        of_payer = client.get(reverse("payouts:wallet")).content.decode()
        log_in(client, payee)
        of_payee = client.get(reverse("payouts:wallet")).content.decode()
        assert "Your bank has taken a payment back" in of_payer and "Our staff answers" not in of_payer
        assert "Our staff answers the bank" in of_payee and "Your bank has taken" not in of_payee

    def test_what_the_bank_took_back_stands_beside_what_was_paid(self, client, chargeback):
        payer = chargeback.charge.payer
        [spent] = charges.spent_by(payer.id)
        assert spent.taken_back == chargeback.amount
        log_in(client, payer)
        assert "Taken back by your bank" in client.get(reverse("payouts:wallet")).content.decode()

    def test_staff_are_notified_of_the_deadline(self, make, outbox_drain):
        staff = make.staff()
        escrow = make.escrow(status="funded")
        charge = Charge.objects.get(id=escrow.funding_charge_id)
        dispute = disputes.open_dispute(make.processor.store, charge.remote_payment_id)
        webhook_handlers.refresh(kind="dispute", reference=dispute["id"], processor="sandbox")
        outbox_drain(timezone.now())
        notification = Notification.objects.get(user=staff, kind="chargeback_due")
        assert notification.params["number"] == Chargeback.objects.get().number


class TestTheMoneyOfWhoPays:
    """An employer reads what was paid and what came back, and is not asked where it wants to be paid."""

    def test_an_employer_without_payments_is_notified_about_payments(self, client, make):
        log_in(client, make.employer())
        page = client.get(reverse("payouts:wallet")).content.decode()
        assert "No payments yet" in page
        assert "When an employer approves your work" not in page
        assert "Enter bank account" not in page

    @pytest.mark.parametrize("count", [1, 4])
    def test_what_was_refunded_is_listed_at_the_same_cost_for_many(
        self, client, make, count, django_assert_max_num_queries
    ):
        payer = make.employer()
        for _ in range(count):
            make.escrow(status="refunded", payer=payer)
        log_in(client, payer)
        client.get(reverse("payouts:wallet"))
        with django_assert_max_num_queries(26):
            page = client.get(reverse("payouts:wallet")).content.decode()
        with django_assert_max_num_queries(12):
            listed = client.get(reverse("payments:charges")).content.decode()

        assert "Refund on its way" in page and "Refund on its way" in listed
        assert ("525.00" if count == 1 else "2,100.00") in page

    def test_a_part_that_went_back_is_said_in_the_list_and_in_the_api(self, client, make):
        escrow = make.escrow(status="funded")
        part = Money.of("100.00", "EUR")
        releases.refund(escrow_id=escrow.id, amount=part, actor=make.actor(escrow.payee), now=make.now)
        Refund.objects.update(status="succeeded", remote_id="re_1", finished_at=make.now)
        log_in(client, escrow.payer)

        listed = client.get(reverse("payments:charges")).content.decode()
        charge = client.get("/api/v1/charges/").json()["results"][0]

        assert "Partly refunded" in listed
        assert (charge["outcome"], charge["refunded"]["amount_minor"]) == ("partly_refunded", 10_500)
        body = client.get(f"/api/v1/charges/{charge['id']}/").json()
        assert (body["outcome"], body["refunded"]) == (charge["outcome"], charge["refunded"])

    @pytest.mark.parametrize(
        ("status", "said"), [("opened", "Contested at the bank"), ("lost", "Taken back by the bank"), ("won", "Paid")]
    )
    def test_what_the_bank_took_back_is_not_called_paid(self, client, make, status, said):
        escrow = make.escrow(status="funded")
        charge = Charge.objects.get(id=escrow.funding_charge_id)
        Chargeback.objects.create(
            number="CB-1", charge=charge, status=status, gateway="sandbox", remote_id="dp_1",
            amount_minor=charge.amount_minor, currency="EUR", opened_at=make.now, closed_at=make.now,
        )  # fmt: skip
        log_in(client, escrow.payer)
        tag = client.get(reverse("payments:charges")).content.decode().split("<tbody>")[1]
        assert said in tag
        assert ("Paid" in tag) is (status == "won")


def test_an_employer_uses_credit_for_the_next_milestone_or_sends_it_back(client, make):
    make.now = timezone.now()
    payer = with_credit(make, Money.of("2000.00", "EUR"))
    milestone = make.milestone(bid=make.bid(task=make.task(employer=payer)))
    log_in(client, payer)
    bill = client.get(f"/en/milestones/{milestone.id}/fund/").content.decode()
    assert "945.00" in bill

    client.post(f"/en/milestones/{milestone.id}/fund/", {"use_credit": "yes"})
    assert Escrow.objects.get(reference_id=milestone.id).status == "funded"
    assert "Paid from credit" in client.get("/en/money/").content.decode()

    assert client.post("/en/money/credit/EUR/", {"amount": "99999"}).status_code == 422
    result = client.post("/en/money/credit/EUR/", {"amount": "155"})
    assert "leave your credit and go back" in result.content.decode()
    client.post("/en/money/credit/EUR/", {"amount": "155", "confirmed": "yes"})
    assert Refund.objects.get().amount == Money.of("155.00", "EUR")
    assert credits.credit(payer.id, "EUR") == Money.of("1000.00", "EUR")
    assert "Credit sent back" in client.get("/en/money/").content.decode()
