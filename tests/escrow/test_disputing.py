"""Frozen, given back, split: worked amounts in three currencies, and what a dispute does to every other step."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.common.actors import SYSTEM
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.escrow import policies
from apps.escrow.models import Escrow
from apps.escrow.operations import freezes, releases
from apps.escrow.queries import escrows
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payments.models import Refund
from tests.conftest import NOON
from tests.escrow.test_tax_and_relationships import earned, taxed
from tests.make import dispatch

pytestmark = pytest.mark.django_db
__all__ = ["taxed"]


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


def frozen(make, *, amount=None, payee=None):
    escrow = make.escrow(status="funded", amount=amount, payee=payee)
    dispute_id = uuid7()
    freezes.freeze(escrow_id=escrow.id, dispute_id=dispute_id, actor=make.actor(escrow.payee), now=NOON)
    return escrow, dispute_id


def test_a_dispute_puts_the_money_where_no_release_or_refund_reaches_it(make):
    escrow, dispute_id = frozen(make)

    assert books.balance(chart.hold_dispute(dispute_id, "EUR")) == Money.of("500.00", "EUR")
    assert not books.balance(chart.escrow_held(escrow.id, "EUR"))
    for move in (releases.release, releases.refund):
        with pytest.raises(policies.NothingHeld):
            move(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)
    with pytest.raises(policies.NothingHeld):
        freezes.freeze(escrow_id=escrow.id, dispute_id=uuid7(), actor=SYSTEM, now=NOON)
    assert [held.for_us for held in escrows.held_both(escrow.payee_id)] == [Money.of("500.00", "EUR")]
    assert sound_books()


@pytest.mark.parametrize(
    ("amount", "part", "net", "commission", "tax", "withheld", "employer_fee", "back", "credit"),
    [
        # 60/40 of 500.00: the freelancer's part alone bears commission, tax and withholding
        (Money.of("500.00", "EUR"), "300.00", "255.00", "25.00", "5.00", "15.00", "15.00", "210.00", "0"),
        (Money.of("12345", "JPY"), "7407", "6296", "617", "124", "370", "370", "5185", "0"),
        # what is smaller than the processor's step of ten fils is kept as the employer's credit
        (Money.of("12.340", "KWD"), "7.404", "6.294", "0.617", "0.123", "0.370", "0.366", "5.180", "0"),
        (Money.of("12.340", "KWD"), "7.401", "6.291", "0.617", "0.123", "0.370", "0.365", "5.180", "0.004"),
    ],
)
def test_a_split_pays_both_sides_in_one_entry(
    make, taxed, amount, part, net, commission, tax, withheld, employer_fee, back, credit
):
    code = amount.currency
    before = earned(code)
    escrow, dispute_id = frozen(make, amount=amount, payee=taxed)

    created = freezes.split(
        escrow_id=escrow.id, freelancer_part=Money.of(part, code), actor=make.staff_actor(), now=NOON
    )

    after = earned(code)
    expected = {"commission": commission, "tax": tax, "withheld": withheld, "employer_fee": employer_fee}
    assert {name: after[name] - before[name] for name in after} == {
        name: Money.of(text, code) for name, text in expected.items()
    }
    assert books.balance(chart.payable(taxed.id, code)) == Money.of(net, code) == created.net
    assert Refund.objects.get(reference_id=escrow.id).amount == Money.of(back, code)
    assert books.balance(chart.employer_credit(escrow.payer_id, code)) == Money.of(credit, code)
    assert not books.balance(chart.hold_dispute(dispute_id, code))
    assert not books.balance(chart.deferred_fee(escrow.id, code))
    assert [entry.event for entry in escrows.entries_of(escrow.id)][-2:] == ["dispute.opened", "dispute.split"]
    assert sound_books()


@pytest.mark.parametrize(("part", "status"), [("0.00", "refunded"), ("500.00", "released"), ("0.01", "released")])
def test_the_end_of_a_dispute_is_the_end_of_the_escrow(make, part, status):
    escrow, _ = frozen(make)
    freezes.split(escrow_id=escrow.id, freelancer_part=Money.of(part, "EUR"), actor=SYSTEM, now=NOON)
    escrow.refresh_from_db()
    assert (escrow.status, escrow.frozen_by_id, escrow.remaining) == (status, None, Money.zero("EUR"))
    assert sound_books()


def test_a_withdrawn_dispute_leaves_everything_as_it_was(make):
    escrow = make.escrow(status="funded")
    releases.release(escrow_id=escrow.id, amount=Money.of("100.00", "EUR"), actor=SYSTEM, now=NOON)
    freezes.freeze(escrow_id=escrow.id, dispute_id=uuid7(), actor=make.actor(escrow.payer), now=NOON)

    freezes.unfreeze(escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON)

    escrow.refresh_from_db()
    assert escrow.status == "partially_released"
    assert escrows.held(escrow.id) == Money.of("400.00", "EUR")
    releases.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)
    assert sound_books()


def test_strangers_neither_freeze_nor_split(make):
    stranger = make.actor(make.employer())
    escrow = make.escrow(status="funded")
    with pytest.raises(policies.OnlyThePartiesAgree):
        freezes.freeze(escrow_id=escrow.id, dispute_id=uuid7(), actor=stranger, now=NOON)
    escrow, _ = frozen(make)
    with pytest.raises(policies.OnlyThePartiesAgree):
        freezes.split(escrow_id=escrow.id, freelancer_part=Money.zero("EUR"), actor=stranger, now=NOON)


@pytest.mark.parametrize("part", [Money.of("500.01", "EUR"), Money(-1, "EUR"), Money.of("1.00", "USD")])
def test_a_share_beyond_what_is_frozen_is_refused(make, part):
    escrow, _ = frozen(make)
    with pytest.raises(policies.AmountNotHeld):
        freezes.split(escrow_id=escrow.id, freelancer_part=part, actor=SYSTEM, now=NOON)


def test_the_limit_of_holding_returns_even_disputed_money(make):
    escrow, dispute_id = frozen(make)
    limit = Escrow.objects.get(id=escrow.id).hold_until

    releases.end_hold(escrow_id=escrow.id, now=limit)
    dispatch.send_due(clock=lambda: limit)

    escrow.refresh_from_db()
    assert (escrow.status, escrow.refunded) == ("refunded", Money.of("500.00", "EUR"))
    assert Refund.objects.get(reference_id=escrow.id).status == "succeeded"
    assert not books.balance(chart.hold_dispute(dispute_id, "EUR"))
    assert sound_books()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=st.integers(0, 300_00), share=st.integers(0, 10_000))
def test_whatever_the_split_the_sum_stays_and_nothing_released_costs_nothing(make, first, share):
    escrow = make.escrow(status="funded", amount=Money.of("999.99", "EUR"))
    if first:
        releases.release(escrow_id=escrow.id, amount=Money(first, "EUR"), actor=SYSTEM, now=NOON)
    freezes.freeze(escrow_id=escrow.id, dispute_id=uuid7(), actor=SYSTEM, now=NOON)
    escrow.refresh_from_db()
    part, _ = escrow.remaining.allocate([share, 10_000 - share])

    freezes.split(escrow_id=escrow.id, freelancer_part=part, actor=SYSTEM, now=NOON)

    escrow.refresh_from_db()
    kept = Money.total((release.fee for release in escrow.releases.all()), "EUR")
    net = Money.total((release.net for release in escrow.releases.all()), "EUR")
    back = Money.total((refund.amount for refund in Refund.objects.filter(reference_id=escrow.id)), "EUR")
    fee_earned = escrow.total - net - kept - back
    assert kept == escrow.released.share_bps(1000)
    assert fee_earned.amount_minor == escrow.employer_fee_minor * escrow.released_minor // escrow.amount_minor
    if not escrow.released:
        assert not kept
        assert not fee_earned
    assert not books.balance(chart.deferred_fee(escrow.id, "EUR"))
