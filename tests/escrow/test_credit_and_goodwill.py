"""Money kept for an employer pays the next milestone; a part of our fee is given back with its tax."""

import pytest

from apps.common.actors import SYSTEM
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.escrow import policies
from apps.escrow.models import Escrow
from apps.escrow.operations import funding, goodwill, releases
from apps.escrow.queries import escrows
from apps.escrow.queries import releases as release_queries
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.outbox import bus
from apps.payments.models import Charge, Refund
from apps.payments.operations import charges
from tests.conftest import NOON
from tests.escrow.test_tax_and_relationships import taxed
from tests.make import dispatch

pytestmark = pytest.mark.django_db
__all__ = ["taxed"]


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


def with_credit(make, amount: Money):
    """An employer who paid for work that had been cancelled."""
    escrow = make.escrow(status="funding", amount=amount)
    charge = Charge.objects.get(reference_id=escrow.id)
    funding.cancel(escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON)
    make.paid(charge)
    return escrow.payer


def credit_of(payer, code="EUR"):
    return books.balance(chart.employer_credit(payer.id, code))


def test_credit_that_is_enough_funds_without_any_charge(make):
    payer = with_credit(make, EUR("1000.00"))
    escrow = make.escrow(payer=payer, amount=EUR("500.00"))

    funding.use_credit(escrow_id=escrow.id, actor=make.actor(payer), now=NOON)

    escrow.refresh_from_db()
    assert (escrow.status, escrow.credit, escrow.to_charge) == ("funded", EUR("525.00"), EUR("0.00"))
    assert credit_of(payer) == EUR("525.00")
    assert escrows.held(escrow.id) == EUR("500.00")
    assert not Charge.objects.filter(reference_id=escrow.id).exists()
    assert sound_books()


@pytest.mark.parametrize(
    ("saved", "amount", "used", "charged"),
    [
        (Money.of("100.00", "EUR"), Money.of("500.00", "EUR"), "105.00", "420.00"),
        (Money.of("10000", "JPY"), Money.of("12345", "JPY"), "10500", "2462"),
        (Money.of("10.000", "KWD"), Money.of("12.340", "KWD"), "10.500", "2.450"),
    ],
)
def test_a_charge_brings_what_credit_does_not(make, saved, amount, used, charged):
    code = amount.currency
    payer = with_credit(make, saved)
    escrow = make.escrow(payer=payer, amount=amount)

    funding.use_credit(escrow_id=escrow.id, actor=make.actor(payer), now=NOON)
    escrow.refresh_from_db()
    assert escrow.credit == Money.of(used, code)
    assert not credit_of(payer, code)
    assert not escrows.held(escrow.id)
    charge = make.charge_of(escrow)
    assert charge.amount == Money.of(charged, code)
    make.paid(charge)

    escrow.refresh_from_db()
    assert escrow.status == "funded"
    assert escrows.held(escrow.id) == amount
    assert books.balance(chart.deferred_fee(escrow.id, code)) == escrow.employer_fee
    assert sound_books()


def test_what_was_paid_from_credit_comes_back_as_credit(make):
    payer = with_credit(make, EUR("100.00"))
    escrow = make.escrow(payer=payer, amount=EUR("500.00"))
    funding.use_credit(escrow_id=escrow.id, actor=make.actor(payer), now=NOON)
    make.paid(make.charge_of(Escrow.objects.get(id=escrow.id)))

    releases.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=NOON)

    assert Refund.objects.get(reference_id=escrow.id).amount == EUR("420.00")
    assert credit_of(payer) == EUR("105.00")
    assert sound_books()


def test_credit_set_aside_is_free_again_when_the_page_closes_or_the_work_is_cancelled(make):
    payer = with_credit(make, EUR("100.00"))
    escrow = make.escrow(payer=payer, amount=EUR("500.00"))
    actor = make.actor(payer)
    funding.use_credit(escrow_id=escrow.id, actor=actor, now=NOON)
    make.paid(make.charge_of(Escrow.objects.get(id=escrow.id)), card="4000000000000002")
    assert not credit_of(payer)  # a declined card leaves the page open: the next card pays the same rest

    charges.cancel_charge(charge_id=Charge.objects.get(reference_id=escrow.id).id, actor=actor, now=NOON)
    bus.deliver_pending(now=NOON)
    assert credit_of(payer) == EUR("105.00")

    funding.use_credit(escrow_id=escrow.id, actor=actor, now=NOON)
    assert not credit_of(payer)
    funding.cancel(escrow_id=escrow.id, actor=actor, now=NOON)
    assert credit_of(payer) == EUR("105.00")
    assert sound_books()


def test_an_open_payment_page_keeps_its_amount(make):
    payer = with_credit(make, EUR("100.00"))
    escrow = make.escrow(payer=payer, status="funding")

    funding.use_credit(escrow_id=escrow.id, actor=make.actor(payer), now=NOON)

    assert credit_of(payer) == EUR("105.00")


# -- goodwill


@pytest.mark.parametrize(("to", "account"), [("employer", chart.employer_credit), ("freelancer", chart.payable)])
def test_goodwill_gives_commission_and_its_tax_back(make, taxed, to, account):
    escrow = make.escrow(status="released", payee=taxed)
    release = escrow.releases.get()
    organization_id = escrow.payer_id if to == "employer" else escrow.payee_id
    before = (
        books.balance(account(organization_id, "EUR")),
        books.balance(chart.commission("EUR")),
        books.balance(chart.tax_collected("AT", "EUR")),
    )
    form_id, staff = uuid7(), make.staff_actor()

    for _ in range(2):  # the same form sent twice
        goodwill.give_goodwill(
            goodwill_id=form_id, release_id=release.id, to=to, amount=EUR("12.00"), reason="Late answer of our staff",
            actor=staff, now=NOON,
        )  # fmt: skip

    assert books.balance(account(organization_id, "EUR")) - before[0] == EUR("12.00")
    assert before[1] - books.balance(chart.commission("EUR")) == EUR("10.00")
    assert before[2] - books.balance(chart.tax_collected("AT", "EUR")) == EUR("2.00")
    assert sound_books()


def test_no_more_goodwill_than_was_earned(make, taxed):
    release = make.escrow(status="released", payee=taxed).releases.get()
    values = {"release_id": release.id, "to": "employer", "reason": "Sorry", "actor": make.staff_actor(), "now": NOON}
    goodwill.give_goodwill(goodwill_id=uuid7(), amount=EUR("49.99"), **values)
    with pytest.raises(policies.AmountNotHeld):
        goodwill.give_goodwill(goodwill_id=uuid7(), amount=EUR("0.02"), **values)

    goodwill.give_goodwill(goodwill_id=uuid7(), amount=EUR("0.01"), **values)

    assert release_queries.goodwill_left(release) == (EUR("0.00"), EUR("0.00"))
    with pytest.raises(policies.NothingHeld):
        goodwill.give_goodwill(goodwill_id=uuid7(), amount=EUR("0.01"), **values)


def test_goodwill_is_staffs_and_has_a_reason(make):
    escrow = make.escrow(status="released")
    release = escrow.releases.get()
    for actor, reason, error in (
        (make.actor(escrow.payer), "I want it", policies.StaffOnly),
        (make.staff_actor(), " ", policies.ReasonMissing),
    ):
        with pytest.raises(error):
            goodwill.give_goodwill(
                goodwill_id=uuid7(), release_id=release.id, to="employer", amount=EUR("1.00"), reason=reason,
                actor=actor, now=NOON,
            )  # fmt: skip


def test_a_refund_of_nothing_but_credit_asks_no_processor(make):
    payer = with_credit(make, EUR("1000.00"))
    escrow = make.escrow(payer=payer, amount=EUR("500.00"))
    funding.use_credit(escrow_id=escrow.id, actor=make.actor(payer), now=NOON)

    refund = releases.refund(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)
    dispatch.send_due(clock=lambda: NOON)

    assert refund is None
    assert credit_of(payer) == EUR("1050.00")
    assert sound_books()
