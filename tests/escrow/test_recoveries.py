"""Money claimed back for fraud: decided with reasons, open to an appeal, moved only afterwards."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.queries import actors
from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.money import Money
from apps.escrow import jobs, policies, rules
from apps.escrow.models import Escrow, Recovery
from apps.escrow.operations import recoveries
from apps.escrow.queries import recoveries as recovery_queries
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.moderation.models import AuditEntry
from apps.notifications.models import Notification
from apps.outbox import bus
from apps.payouts.operations import payouts
from apps.payouts.queries import wallet
from tests.conftest import NOON
from tests.make.bank import Bank

pytestmark = pytest.mark.django_db
AFTER = NOON + rules.APPEAL_TIME


def EUR(text):
    return Money.of(text, "EUR")


@pytest.fixture
def lost(make):
    """A lost chargeback over work that was approved and paid: 450.00 EUR net to the freelancer."""
    bank = Bank(make)
    escrow = make.escrow(status="released")
    return bank.decides(bank.disputes(escrow), "lost")


@pytest.fixture
def staff(make):
    return actors.actor_for(make.staff())


def broken():
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches}


def decide(lost, staff, amount="450.00", reasons="The same file was sold to three clients."):
    recovery = recoveries.decide_recovery(
        chargeback_id=lost.id, amount=EUR(amount), reasons=reasons, actor=staff, now=NOON
    )
    bus.deliver_pending(now=NOON)
    return recovery


def payee_of(lost):
    return Escrow.objects.get(id=lost.charge.reference_id).payee


def balance(lost):
    return wallet.available(payee_of(lost).id, "EUR")


def test_nothing_moves_before_the_time_for_an_appeal_is_over(make, lost, staff):
    created = decide(lost, staff)
    recoveries.confirm_recovery(recovery_id=created.id, now=AFTER - timedelta(seconds=1))
    assert balance(lost) == EUR("450.00")
    assert not recovery_queries.recoveries_to_confirm(AFTER - timedelta(seconds=1)).exists()

    for _ in range(2):
        recoveries.confirm_recovery(recovery_id=created.id, now=AFTER)
    bus.deliver_pending(now=AFTER)

    assert balance(lost) == EUR("0")
    assert books.balance(chart.reserve_chargeback("EUR")) == EUR("450.00")
    assert set(Notification.objects.values_list("kind", flat=True)) >= {"recovery_decided", "recovery_confirmed"}
    assert AuditEntry.objects.get(action="escrow.recovery_decided").reason == created.reasons
    assert broken() == {}


def test_what_the_balance_lacks_is_owed(make, lost, staff):
    other = decide(lost, staff)
    payee = payee_of(lost)
    make.now = NOON
    make.payout_account(payee)
    payouts.request_payout(
        organization_id=payee.id, currency="EUR", amount=EUR("400.00"), actor=make.actor(payee), now=NOON
    )
    recoveries.confirm_recovery(recovery_id=other.id, now=AFTER)
    assert balance(lost) == EUR("0")
    assert books.balance(chart.receivable_freelancer(payee.id, "EUR")) == EUR("400.00")
    assert broken() == {}


@pytest.mark.parametrize(
    ("is_granted", "status", "left"), [(True, "overturned", "450.00"), (False, "confirmed", "0.00")]
)
def test_an_appeal_is_answered_by_somebody_else_of_the_staff(make, lost, staff, is_granted, status, left):
    created = decide(lost, staff)
    payee = payee_of(lost)
    recoveries.appeal_recovery(recovery_id=created.id, text="It was licensed.", actor=make.actor(payee), now=NOON)
    recoveries.confirm_recovery(recovery_id=created.id, now=AFTER + timedelta(days=99))
    assert balance(lost) == EUR("450.00")

    answer = {"recovery_id": created.id, "is_granted": is_granted, "reasons": "Looked at.", "now": NOON}
    with pytest.raises(policies.SecondPersonNeeded):
        recoveries.answer_appeal(**answer, actor=staff)
    recoveries.answer_appeal(**answer, actor=actors.actor_for(make.staff("Second")))
    bus.deliver_pending(now=NOON)

    assert Recovery.objects.get().status == status
    assert balance(lost) == EUR(left)
    assert f"recovery_{status}" in set(Notification.objects.values_list("kind", flat=True))
    assert AuditEntry.objects.filter(action="escrow.recovery_appeal_answered").count() == 1
    assert broken() == {}


def test_who_may_decide_and_appeal(make, lost, staff):
    payee = payee_of(lost)
    with pytest.raises(policies.StaffOnly):
        decide(lost, make.actor(payee))
    with pytest.raises(policies.ReasonMissing):
        decide(lost, staff, reasons="  ")
    with pytest.raises(policies.AmountNotHeld):
        decide(lost, staff, amount="450.01")
    created = decide(lost, staff)
    with pytest.raises(policies.AlreadyDecided):
        decide(lost, staff)
    for stranger in (make.actor(make.freelancer()), make.actor(payee, "member")):
        with pytest.raises(NotAllowed):
            recoveries.appeal_recovery(recovery_id=created.id, text="No", actor=stranger, now=NOON)
    with pytest.raises(policies.AppealTooLate):
        recoveries.appeal_recovery(recovery_id=created.id, text="No", actor=make.actor(payee), now=AFTER)
    recoveries.appeal_recovery(recovery_id=created.id, text="No", actor=make.actor(payee), now=NOON)
    with pytest.raises(IllegalTransition):
        recoveries.appeal_recovery(recovery_id=created.id, text="No", actor=make.actor(payee), now=NOON)


def test_only_a_lost_chargeback_leads_to_it(make, staff):
    bank = Bank(make)
    open_one = bank.disputes(make.escrow(status="released"))
    with pytest.raises(policies.NotLost):
        decide(open_one, staff)


def test_the_pages_lead_from_the_decision_over_the_appeal_to_its_answer(make, lost, time_machine):
    time_machine.move_to(NOON, tick=False)
    first, second, payee = make.staff(), make.staff("Second"), payee_of(lost)
    client = Client()
    client.force_login(first)
    address = f"/en/money/chargebacks/{lost.id}/recover/"
    assert client.post(address, {"amount": "450.00", "reasons": ""}).status_code == 422
    assert client.post(address, {"amount": "450.00", "reasons": "Sold three times."}).status_code == 302
    page = f"/en/money/recoveries/{Recovery.objects.get().id}/"

    owner = Client()
    owner.force_login(payee.memberships.get(role="owner").user)
    assert "Sold three times." in owner.get(page).content.decode()
    assert owner.post(page, {"text": "It was licensed."}).status_code == 302
    assert "Confirm decision" not in client.get(page).content.decode()  # the one who decided
    client.force_login(second)
    assert "An appeal needs an answer" in client.get("/en/money/chargebacks/").content.decode()
    answer = {"answer": "grant", "reasons": "Right."}
    assert "the freelancer keeps the money" in client.post(page, answer).content.decode()
    assert Recovery.objects.get().status == "appealed"
    assert client.post(page, answer | {"confirmed": "yes"}).status_code == 302
    assert Recovery.objects.get().status == "overturned"

    stranger = Client()
    stranger.force_login(make.freelancer().memberships.get(role="owner").user)
    assert stranger.get(page).status_code == 404
    assert stranger.get(address).status_code == 403


def test_the_clock_confirms_what_is_due(make, lost, staff, time_machine):
    decide(lost, staff)
    time_machine.move_to(AFTER, tick=False)
    assert jobs.confirm_recoveries() == 1
    assert Recovery.objects.get().status == "confirmed"


@pytest.mark.parametrize("is_owed_back", [True, False])
def test_every_page_says_the_same_of_who_bears_a_chargeback(make, settings, time_machine, is_owed_back):
    time_machine.move_to(NOON, tick=False)
    settings.CHARGEBACK_IS_OWED_BACK = is_owed_back
    task = make.task(status="open")
    contract = make.contract(status="offered")
    milestone = make.milestone(status="delivered")
    assert Escrow.objects.get(id=milestone.escrow_id).is_owed_back == is_owed_back
    settings.CHARGEBACK_IS_OWED_BACK = not is_owed_back  # what was offered stays as it was offered
    freelancer, employer = Client(), Client()
    freelancer.force_login(contract.freelancer.memberships.get(role="owner").user)
    employer.force_login(milestone.contract.employer.memberships.get(role="owner").user)
    sentence = "the freelancer owes back" if is_owed_back else "the freelancer keeps the money"
    assert sentence in freelancer.get(f"/en/contracts/{contract.id}/terms/").content.decode()
    assert sentence in employer.get(f"/en/milestones/{milestone.id}/approve/").content.decode()

    settings.CHARGEBACK_IS_OWED_BACK = is_owed_back
    for address in (f"/en/tasks/{task.id}/bid/", "/en/help/", "/en/transparency/"):
        assert sentence in freelancer.get(address).content.decode(), address
