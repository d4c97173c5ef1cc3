"""A bonus: paid on top of the price, released at once, counted against the employer's limits."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.money import Money
from apps.contracts import errors, policies
from apps.contracts.models import Bonus
from apps.contracts.operations import bonuses
from apps.escrow.models import Escrow
from apps.ledger import chart
from apps.ledger.queries import books
from apps.notifications.models import Notification
from apps.pricing.queries import fees
from apps.spending import operations as spending
from apps.spending import policies as spending_policies
from apps.spending.models import Spend
from tests.conftest import api, api_post, log_in
from tests.contracts.changing import check_books

FIFTY = Money.of("50.00", "EUR")


def give(make, contract, amount=FIFTY, *, actor=None):
    return bonuses.give_bonus(
        contract_id=contract.id, amount=amount, note="Thank you!", source_language="en",
        actor=actor or make.actor(contract.employer), now=make.now,
    )  # fmt: skip


def pay(make, bonus):
    escrow_id = bonuses.prepare_bonus(bonus_id=bonus.id, actor=make.actor(bonus.contract.employer), now=make.now)
    make.paid(make.charge_of(Escrow.objects.get(id=escrow_id)))
    return Bonus.objects.select_related("escrow", "contract").get(id=bonus.id)


def test_a_paid_bonus_is_the_freelancers_at_once_less_fees(make):
    contract = make.contract()
    before = fees.paid_between(contract.employer_id, contract.freelancer_id)
    bonus = pay(make, give(make, contract))

    [release] = bonus.escrow.releases.all()
    assert (bonus.status, bonus.escrow.status, release.kind) == ("paid", "released", "bonus")
    assert release.gross == FIFTY
    assert books.balance(chart.payable(contract.freelancer_id, "EUR")) == release.net
    assert books.balance(chart.escrow_held(bonus.escrow_id, "EUR")) == Money.zero("EUR")
    assert Notification.objects.filter(kind="bonus_received").exists()
    contract.refresh_from_db()
    assert (contract.amount, contract.status) == (Money.of("900.00", "EUR"), "active")  # on top of the price
    assert fees.paid_between(contract.employer_id, contract.freelancer_id) == before  # no piece of work of its own
    assert Spend.objects.get(reference_id=bonus.id).status == "spent"
    check_books(contract)


def test_a_bonus_is_possible_after_the_end_and_not_before_the_beginning(make):
    assert pay(make, give(make, make.contract(status="completed"))).status == "paid"
    with pytest.raises(errors.NoBonusHere):
        give(make, make.contract(status="offered"))


@pytest.mark.parametrize("amount", [Money(0, "EUR"), Money(-1, "EUR"), Money(1_00, "USD")])
def test_an_amount_above_zero_in_the_contracts_currency(make, amount):
    with pytest.raises(errors.BonusAmountMissing):
        give(make, make.contract(), amount)


def test_only_the_employer_gives_and_only_who_may_pay_pays(make):
    contract = make.contract()
    for actor in (
        make.actor(contract.freelancer),
        make.actor(contract.employer, "member"),
        make.actor(make.employer()),
    ):
        with pytest.raises(NotAllowed):
            give(make, contract, actor=actor)
    bonus = give(make, contract)
    assert not policies.can_pay_bonus(make.actor(contract.employer, "member"), bonus)
    assert policies.can_pay_bonus(make.actor(contract.employer, "finance"), bonus)


def test_limits_and_second_persons_apply(make):
    contract = make.contract()
    employer = contract.employer
    spending.set_rule(
        organization_id=employer.id, approval_above=Money.of("20.00", "EUR"), monthly_limit=None, member_limit=None,
        actor=make.actor(employer), now=make.now,
    )  # fmt: skip
    bonus = give(make, contract)
    with pytest.raises(spending_policies.ApprovalNeeded):
        bonuses.prepare_bonus(bonus_id=bonus.id, actor=make.actor(employer), now=make.now)
    approval = bonuses.request_approval(bonus_id=bonus.id, actor=make.actor(employer), now=make.now)
    manager = make.actor(employer, "manager")
    spending.decide(approval_id=approval.id, is_approved=True, reason="", actor=manager, now=make.now)
    assert pay(make, bonus).status == "paid"


def test_a_cancelled_bonus_takes_nothing_and_a_started_one_is_not_cancelled(make):
    contract = make.contract()
    employer = make.actor(contract.employer)
    first, second = give(make, contract), give(make, contract)
    assert bonuses.cancel_bonus(bonus_id=first.id, actor=employer, now=make.now).status == "cancelled"
    bonuses.prepare_bonus(bonus_id=second.id, actor=employer, now=make.now)
    with pytest.raises(IllegalTransition):
        bonuses.cancel_bonus(bonus_id=second.id, actor=employer, now=make.now)
    assert bonuses.bonus_payment_failed(bonus_id=second.id, now=make.now).status == "planned"
    assert bonuses.cancel_bonus(bonus_id=second.id, actor=employer, now=make.now).status == "cancelled"
    assert Escrow.objects.get(id=Bonus.objects.get(id=second.id).escrow_id).status == "cancelled"


def test_the_arrival_is_handled_once(make):
    bonus = pay(make, give(make, make.contract()))
    bonuses.bonus_funded(bonus_id=bonus.id, now=make.now + timedelta(days=1))
    assert bonus.escrow.releases.count() == 1


def test_the_database_keeps_the_rules(make):
    bonus = give(make, make.contract())
    for values in ({"amount_minor": 0}, {"status": "paid"}, {"status": "lost"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Bonus.objects.filter(id=bonus.id).update(**values)


class TestPages:
    @pytest.fixture
    def make(self, make):
        make.now = timezone.now()
        return make

    def test_the_fee_and_what_arrives_are_shown_before_paying(self, make, client):
        contract = make.contract()
        assert make.processor
        page = log_in(client, contract.employer)
        bad = page.post(f"/en/contracts/{contract.id}/bonus/", {"amount": "many", "note": "Well done"})
        assert (bad.status_code, "Well done" in bad.content.decode()) == (422, True)
        sent = page.post(f"/en/contracts/{contract.id}/bonus/", {"amount": "50", "note": "Well done"}, follow=True)
        text = sent.content.decode()
        assert "The freelancer receives" in text
        bonus = Bonus.objects.get()
        assert sent.redirect_chain[-1][0] == f"/en/contracts/bonuses/{bonus.id}/"

        paid = page.post(f"/en/contracts/bonuses/{bonus.id}/", {"step": "pay", "purchase_order": ""})
        assert paid.status_code == 302
        assert paid["Location"].startswith("http")
        room = page.get(f"/en/contracts/{contract.id}/").content.decode()
        assert "Waiting for payment" in room

    def test_the_freelancer_sees_it_when_it_is_paid(self, make, client):
        contract = make.contract()
        bonus = give(make, contract)
        assert (
            "Thank you!"
            not in log_in(client, contract.freelancer).get(f"/en/contracts/{contract.id}/").content.decode()
        )
        assert client.get(f"/en/contracts/bonuses/{bonus.id}/").status_code == 404
        assert client.get(f"/en/contracts/{contract.id}/bonus/").status_code == 403
        pay(make, bonus)
        assert "Thank you!" in client.get(f"/en/contracts/{contract.id}/").content.decode()

    def test_by_api(self, make):
        contract = make.contract()
        assert make.processor
        employer = api(contract.employer.memberships.get(role="owner").user)
        freelancer = api(contract.freelancer.memberships.get(role="owner").user)
        path = f"contracts/{contract.id}/bonuses/"
        response = api_post(employer, path, {"amount": {"amount_minor": 5000, "currency": "EUR"}})
        assert (response.status_code, response.json()["status"]) == (201, "planned")
        assert freelancer.get(f"/api/v1/{path}").json() == []
        paying = api_post(employer, f"bonuses/{response.json()['id']}/pay/", {"return_url": "https://robot.example/"})
        assert (paying.status_code, bool(paying.json()["checkout_url"])) == (201, True)
        assert (
            api_post(
                freelancer, f"bonuses/{response.json()['id']}/pay/", {"return_url": "https://x.example/"}
            ).status_code
            == 404
        )
        assert api_post(employer, f"bonuses/{response.json()['id']}/cancel/", {}).status_code == 409
