import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.common.actors import SYSTEM
from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.money import Money
from apps.escrow import policies
from apps.escrow.models import Release
from apps.escrow.operations import funding
from apps.escrow.operations import releases as release_operations
from apps.escrow.queries import escrows
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.outbox.models import Event
from apps.payments.models import Charge, Refund
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


# -- fund


def test_funding_holds_the_amount_and_defers_the_fee(make):
    before = books.balance(chart.clearing("sandbox", "EUR"))
    escrow = make.escrow(status="funded", amount=EUR("500.00"))

    assert books.balance(chart.escrow_held(escrow.id, "EUR")) == EUR("500.00") == escrows.held(escrow.id)
    assert books.balance(chart.deferred_fee(escrow.id, "EUR")) == EUR("25.00")
    assert books.balance(chart.clearing("sandbox", "EUR")) - before == EUR("525.00") - EUR("15.53")
    assert [entry.event for entry in escrows.entries_of(escrow.id)] == ["charge.processor_fee", "escrow.funded"]
    assert (escrow.hold_until - escrow.funded_at).days == 90


@pytest.mark.parametrize(
    ("amount", "fee", "commission", "net"),
    [
        (Money.of("500.00", "EUR"), "25.00", "50.00", "450.00"),
        (Money.of("12345", "JPY"), "617", "1234", "11111"),
        (Money.of("12.340", "KWD"), "0.610", "1.234", "11.106"),
    ],
)
def test_known_amounts_go_where_they_should(make, amount, fee, commission, net):
    code = amount.currency
    earned_before = books.balance(chart.commission(code))
    escrow = make.escrow(status="funded", amount=amount)

    release = release_operations.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=NOON)

    assert escrow.employer_fee == Money.of(fee, code)
    assert (release.commission, release.net) == (Money.of(commission, code), Money.of(net, code))
    assert books.balance(chart.payable(escrow.payee_id, code)) == Money.of(net, code)
    assert books.balance(chart.commission(code)) - earned_before == Money.of(commission, code)
    assert not books.balance(chart.escrow_held(escrow.id, code))
    assert not books.balance(chart.deferred_fee(escrow.id, code))


def test_two_clicks_are_one_charge(make):
    escrow = make.escrow(status="funding")

    again = make.charge_of(escrow)

    assert Charge.objects.filter(reference_id=escrow.id).get() == again


def test_hearing_twice_of_a_payment_holds_it_once(make):
    escrow = make.escrow(status="funded")
    charge = Charge.objects.get(reference_id=escrow.id)

    funding.confirm_funding(escrow_id=escrow.id, charge_id=charge.id, amount=charge.amount, gateway="sandbox", now=NOON)

    assert escrows.held(escrow.id) == EUR("500.00")


def test_money_for_work_that_was_cancelled_is_kept_for_the_employer(make):
    escrow = make.escrow(status="funding")
    charge = Charge.objects.get(reference_id=escrow.id)
    funding.cancel(escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON)

    make.paid(charge)

    assert books.balance(chart.employer_credit(escrow.payer_id, "EUR")) == EUR("525.00")
    assert not escrows.held(escrow.id)


@pytest.mark.parametrize(
    ("status", "after"), [("pending", "cancelled"), ("funding", "cancelled"), ("funded", "funded")]
)
def test_only_what_was_never_paid_in_is_cancelled(make, status, after):
    escrow = make.escrow(status=status)
    funding.cancel_if_unpaid(escrow_id=escrow.id, actor=make.actor(escrow.payee), now=NOON)
    escrow.refresh_from_db()
    assert escrow.status == after


def test_a_declined_card_lets_the_payer_try_again(make):
    escrow = make.escrow(status="funding")
    charge = Charge.objects.get(reference_id=escrow.id)

    declined = make.paid(charge, card="4000000000000002")
    escrow.refresh_from_db()
    assert (escrow.status, declined.status, declined.decline_code) == ("funding", "open", "generic_decline")
    assert make.charge_of(escrow).id == charge.id
    paid = make.paid(charge)

    escrow.refresh_from_db()
    assert (escrow.status, paid.status, paid.decline_code) == ("funded", "succeeded", "")
    assert not Event.objects.filter(name="escrow.funding_failed").exists()


def test_funding_is_refused_to_the_freelancer(make):
    escrow = make.escrow()
    with pytest.raises(NotAllowed):
        funding.start_funding(
            escrow_id=escrow.id, actor=make.actor(escrow.payee), now=NOON, return_url="http://testserver/"
        )


def test_an_amount_that_the_processor_cannot_be_told_is_refused_at_once(make):
    with pytest.raises(policies.AmountNotPayable, match=r"12\.340"):
        make.escrow(amount=Money.of("12.345", "KWD"))


def test_an_escrow_is_not_opened_where_money_cannot_go(make):
    from apps.compliance.policies import CorridorClosed

    payer, payee = make.employer(), make.freelancer(country="KP")
    with pytest.raises(CorridorClosed):
        make.escrow(payer=payer, payee=payee)


# -- release


def test_release_gives_the_net_to_the_freelancer_and_earns_both_fees(make):
    escrow = make.escrow(status="funded", amount=EUR("500.00"))

    release = release_operations.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=NOON)

    escrow.refresh_from_db()
    assert escrow.status == "released"
    assert release.net == EUR("450.00") == books.balance(chart.payable(escrow.payee_id, "EUR"))
    assert sound_books()


def test_release_refuses_the_freelancer(make):
    escrow = make.escrow(status="funded")
    with pytest.raises(policies.OnlyThePayerReleases):
        release_operations.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=NOON)
    assert escrows.held(escrow.id) == EUR("500.00")


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_release_refuses_roles_that_may_not_approve(make, role):
    escrow = make.escrow(status="funded")
    with pytest.raises(policies.OnlyThePayerReleases):
        release_operations.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer, role), now=NOON)


@pytest.mark.parametrize("status", ["pending", "funding", "released", "refunded", "cancelled"])
def test_nothing_is_released_or_refunded_that_is_not_held(make, status):
    escrow = make.escrow(status=status)
    for move in (release_operations.release, release_operations.refund):
        with pytest.raises(policies.NothingHeld):
            move(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)


@pytest.mark.parametrize("amount", [Money.of("500.01", "EUR"), Money.zero("EUR"), Money.of("1.00", "USD")])
def test_an_amount_that_is_not_held_is_refused(make, amount):
    escrow = make.escrow(status="funded")
    with pytest.raises(policies.AmountNotHeld):
        release_operations.release(escrow_id=escrow.id, amount=amount, actor=SYSTEM, now=NOON)


def test_release_by_the_clock_is_named_so(make):
    escrow = make.escrow(status="funded")
    release_operations.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON, kind="auto")
    assert escrows.entries_of(escrow.id)[-1].event == "escrow.auto_released"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.tuples(st.sampled_from(["release", "refund"]), st.integers(1, 400_00)), max_size=5),
    finish=st.booleans(),
)
def test_every_order_of_parts_keeps_the_sum_and_nothing_released_costs_nothing(make, steps, finish):
    with transaction.atomic():
        escrow = make.escrow(status="funded", amount=Money.of("999.99", "EUR"))
        payee, total = escrow.payee_id, escrow.total
        verbs = {"release": release_operations.release, "refund": release_operations.refund}
        for verb, minor in steps:
            escrow.refresh_from_db()
            if minor <= escrow.remaining.amount_minor:
                verbs[verb](escrow_id=escrow.id, amount=Money(minor, "EUR"), actor=SYSTEM, now=NOON)
        escrow.refresh_from_db()
        if finish and escrow.remaining:
            release_operations.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)
        escrow.refresh_from_db()
        releases = list(Release.objects.filter(escrow=escrow))
        refunds = list(Refund.objects.filter(reference_id=escrow.id))
        kept = Money.total((release.commission for release in releases), "EUR")
        out = books.balance(chart.payable(payee, "EUR")) + Money.total((refund.amount for refund in refunds), "EUR")
        inside = books.balance(chart.escrow_held(escrow.id, "EUR"))
        deferred = books.balance(chart.deferred_fee(escrow.id, "EUR"))
        entries = escrows.entries_of(escrow.id)
        fee_earned = Money(
            sum(-line.amount_minor for entry in entries for line in entry.lines
                if line.account == chart.employer_fee("EUR")),
            "EUR",
        )  # fmt: skip

        assert inside == escrow.remaining
        assert out + kept + fee_earned + inside + deferred == total
        if not escrow.released:
            assert not kept
            assert not fee_earned
        if not escrow.remaining:
            assert not deferred
        assert kept == escrow.released.share_bps(1000)


# -- refund


def test_a_refund_takes_its_part_of_the_fee_back_and_reaches_the_employer(make):
    escrow = make.escrow(status="funded", amount=EUR("500.00"))
    refund = release_operations.refund(
        escrow_id=escrow.id, amount=EUR("200.00"), actor=make.actor(escrow.payee), now=NOON
    )
    assert books.balance(chart.transit_refund(refund.id, "EUR")) == EUR("210.00")

    dispatch.send_due(clock=lambda: NOON)

    refund.refresh_from_db()
    assert (refund.status, refund.amount) == ("succeeded", EUR("210.00"))
    assert not books.balance(chart.transit_refund(refund.id, "EUR"))
    assert escrows.held(escrow.id) == EUR("300.00")
    assert sound_books()


def test_a_refund_that_comes_back_is_kept_as_the_employers_credit(make):
    escrow = make.escrow(status="funding")
    make.paid(Charge.objects.get(reference_id=escrow.id), card="4000000000005126")
    refund = release_operations.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=NOON)

    dispatch.send_due(clock=lambda: NOON)

    refund.refresh_from_db()
    escrow.refresh_from_db()
    assert (refund.status, refund.failure_code, escrow.status) == ("failed", "expired_or_canceled_card", "refunded")
    assert books.balance(chart.employer_credit(escrow.payer_id, "EUR")) == EUR("525.00")
    assert sound_books()


def test_a_refund_is_refused_to_strangers(make):
    escrow = make.escrow(status="funded")
    with pytest.raises(policies.OnlyThePartiesAgree):
        release_operations.refund(escrow_id=escrow.id, amount=None, actor=make.actor(make.employer()), now=NOON)


def test_the_rest_after_a_part_may_go_back(make):
    escrow = make.escrow(status="funded", amount=EUR("500.00"))
    release_operations.release(escrow_id=escrow.id, amount=EUR("100.00"), actor=SYSTEM, now=NOON)

    release_operations.refund(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)

    escrow.refresh_from_db()
    assert (escrow.status, escrow.refunded) == ("released", EUR("400.00"))


def test_held_money_is_not_cancelled(make):
    escrow = make.escrow(status="funded")
    with pytest.raises(IllegalTransition):
        funding.cancel(escrow_id=escrow.id, actor=SYSTEM, now=NOON)


# -- the law's limit


def test_the_limit_is_warned_of_once_and_then_the_money_goes_back(make):
    from datetime import timedelta

    escrow = make.escrow(status="funded")
    near, here = escrow.hold_until - timedelta(days=10), escrow.hold_until - timedelta(days=2)

    assert list(escrows.hold_ending(NOON)) == []
    assert list(escrows.hold_ending(near)) == [escrow.id]
    release_operations.warn_of_hold_limit(escrow_id=escrow.id, now=near)
    assert list(escrows.hold_ending(near)) == []
    release_operations.end_hold(escrow_id=escrow.id, now=near)
    assert escrows.held(escrow.id) == EUR("500.00")
    release_operations.end_hold(escrow_id=escrow.id, now=here)

    assert not escrows.held(escrow.id)
    assert Refund.objects.get(reference_id=escrow.id).amount == EUR("525.00")


@pytest.mark.parametrize(("country", "days"), [("DE", 90), ("US", 730), ("TH", 10)])
def test_the_limit_depends_on_the_platforms_country(make, settings, country, days):
    settings.PLATFORM_COUNTRY = country
    escrow = make.escrow(status="funded")
    assert (escrow.hold_until - escrow.funded_at).days == days
