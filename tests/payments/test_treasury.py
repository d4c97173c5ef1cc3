"""What the operator does with its own money and with kept tax; credit sent back; cash taken back."""

from datetime import timedelta

import pytest
import requests
from django.db import IntegrityError, transaction

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.compliance.models import Withholding
from apps.gateways import policies as gateway_policies
from apps.gateways import registry
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.moderation.models import AuditEntry
from apps.payments import policies
from apps.payments.models import Charge, Refund
from apps.payments.operations import refunds
from apps.payments.queries import credits
from apps.payments.queries import refunds as refund_queries
from apps.payouts.models import TransferReversal
from apps.payouts.operations import dispatch as payout_dispatch
from apps.payouts.operations import reversals as reversal_operations
from apps.payouts.queries import reversals as reversal_queries
from apps.payouts.queries import wallet
from apps.pricing.models import CommissionTax
from apps.treasury.models import TreasuryOperation
from apps.treasury.operations import treasury
from apps.treasury.operations.treasury import ExceedsMovable, ReasonMissing
from apps.treasury.queries import holdings
from devstack.sandbox_processor.accounts import PLATFORM
from tests.conftest import NOON
from tests.escrow.test_credit_and_goodwill import with_credit
from tests.make import dispatch

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


def act(make, kind, subject, amount, **fields):
    values = {"operation_id": uuid7(), "reason": "Return 10/2026", "actor": make.staff_actor(), "now": NOON}
    return treasury.record_operation(kind=kind, subject=subject, amount=amount, **(values | fields))


@pytest.fixture
def taxed(make):
    day = "2020-01-01"
    Withholding.objects.create(
        payer_country="DE", payee_country="AT", rate_bps=500, jurisdiction="AT", effective_from=day, source="test"
    )
    CommissionTax.objects.create(
        platform_country="DE", payee_country="AT", rate_bps=2000, jurisdiction="AT", effective_from=day, source="test"
    )
    return make.freelancer(country="AT", currency="EUR")


@pytest.mark.parametrize(
    ("amount", "withheld", "collected"),
    [
        (Money.of("500.00", "EUR"), "25.00", "8.33"),
        (Money.of("12345", "JPY"), "617", "206"),
        (Money.of("12.340", "KWD"), "0.617", "0.206"),
    ],
)
def test_kept_tax_is_remitted_and_never_more(make, taxed, outbox_drain, amount, withheld, collected):
    code = amount.currency
    before = books.balance(chart.bank(code))
    make.escrow(status="released", amount=amount, payee=taxed)
    for kind, text, account in (
        ("tax_withheld", withheld, chart.tax_withheld),
        ("tax_collected", collected, chart.tax_collected),
    ):
        kept = Money.of(text, code)
        assert books.balance(account("AT", code)) == kept
        with pytest.raises(ExceedsMovable):
            act(make, kind, "AT", kept + Money(1, code))
        act(make, kind, "AT", kept)
        assert not books.balance(account("AT", code))

    assert before - books.balance(chart.bank(code)) == Money.of(withheld, code) + Money.of(collected, code)
    outbox_drain()
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "treasury.tax_withheld",
        "treasury.tax_collected",
    }
    assert sound_books()


def test_only_our_own_money_is_swept(make):
    before = holdings.own_money("sandbox", "EUR")
    make.escrow(status="funded", amount=EUR("500.00"))  # 525 came in, 15.53 went to the processor, 525 are others'
    assert holdings.own_money("sandbox", "EUR") == before
    make.escrow(status="released", amount=EUR("1000.00"))  # 100 + 50 earned, the processor's fee is paid of it

    own = holdings.own_money("sandbox", "EUR")
    with pytest.raises(ExceedsMovable):
        act(make, "sweep", "sandbox", own + EUR("0.01"))
    act(make, "sweep", "sandbox", own)

    assert own > before
    assert not holdings.own_money("sandbox", "EUR")
    assert books.balance(chart.clearing("sandbox", "EUR")) >= EUR("525.00") + EUR("900.00")
    assert sound_books()


@pytest.mark.parametrize(
    ("amount", "lacking"),
    [
        (Money.of("500.00", "EUR"), "0.50"),
        (Money.of("12345", "JPY"), "12"),
        (Money.of("12.340", "KWD"), "0.012"),
    ],
)
def test_the_reserve_is_a_share_of_all_commission_and_reserved_once(make, amount, lacking):
    code = amount.currency
    before = holdings.to_reserve(code)
    make.escrow(status="released", amount=amount)
    assert holdings.to_reserve(code) - before == Money.of(lacking, code)

    act(make, "reserve", "", holdings.to_reserve(code))

    assert not holdings.to_reserve(code)
    assert books.balance(chart.reserve_chargeback(code)) == books.balance(chart.chargeback_expense(code))
    assert sound_books()


def test_an_act_is_staffs_has_a_reason_and_happens_once(make, taxed):
    make.escrow(status="released", payee=taxed)
    with pytest.raises(gateway_policies.OnlyStaff):
        act(make, "tax_withheld", "AT", EUR("1.00"), actor=make.actor(taxed))
    with pytest.raises(ReasonMissing):
        act(make, "tax_withheld", "AT", EUR("1.00"), reason=" ")
    form = uuid7()
    for _ in range(2):
        act(make, "tax_withheld", "AT", EUR("1.00"), operation_id=form)
    assert TreasuryOperation.objects.count() == 1
    assert books.balance(chart.tax_withheld("AT", "EUR")) == EUR("24.00")


# -- credit sent back


def test_credit_goes_back_through_the_payments_it_came_from(make):
    payer = with_credit(make, EUR("100.00"))

    [created] = refunds.send_credit_back(
        organization_id=payer.id, amount=EUR("60.00"), actor=make.actor(payer), now=NOON
    )
    assert books.balance(chart.transit_refund(created.id, "EUR")) == EUR("60.00")
    dispatch.send_due(clock=lambda: NOON)

    created.refresh_from_db()
    assert created.status == "succeeded"
    assert credits.credit(payer.id, "EUR") == EUR("45.00")
    assert refund_queries.refundable(created.charge_id) == EUR("45.00")
    assert sound_books()


def test_credit_without_a_payment_behind_it_stays(make):
    escrow = make.escrow(status="funding")
    make.paid(Charge.objects.get(reference_id=escrow.id), card="4000000000005126")
    from apps.escrow.operations import releases

    releases.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=NOON)
    dispatch.send_due(clock=lambda: NOON)  # came back: kept as credit, and can be tried again
    payer = escrow.payer
    assert credits.credit(payer.id, "EUR") == EUR("525.00")
    with pytest.raises(policies.AmountTooLarge):
        refunds.send_credit_back(organization_id=payer.id, amount=EUR("525.01"), actor=make.actor(payer), now=NOON)

    refunds.send_credit_back(organization_id=payer.id, amount=EUR("525.00"), actor=make.actor(payer), now=NOON)

    assert Refund.objects.filter(charge__payer=payer).count() == 2
    assert sound_books()


# -- cash taken back


def test_cash_of_a_payout_that_came_back_is_taken_back(make):
    payout = make.payout(status="failed")
    [listed] = reversal_queries.payouts_with_cash_at_the_processor()
    assert listed == payout
    available = wallet.available(payout.organization_id, payout.currency)
    clearing = books.balance(chart.clearing("sandbox", "EUR"))

    for _ in range(2):
        done = payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=NOON)

    assert done.remote_reversal_id
    assert not books.balance(chart.clearing_connected(payout.organization_id, payout.currency))
    [taken] = reversals_at_processor(make, payout)
    assert (taken["currency"], taken["amount"]) == ("usd", payout.amount_minor)
    # The processor had bought the dollars with euros, and gives the euros back.
    lines = [line for line in lines_at_processor(make) if line.source_id == taken["id"]]
    assert [line.net for line in lines] == [books.balance(chart.clearing("sandbox", "EUR")) - clearing]
    assert books.balance(chart.fx_position("USD")) == payout.amount
    assert books.balance(chart.fx_position("EUR")) == -lines[0].net
    assert wallet.available(payout.organization_id, payout.currency) == available
    assert not reversal_queries.payouts_with_cash_at_the_processor()
    assert sound_books()


@pytest.mark.parametrize("status", ["requested", "paid"])
def test_cash_that_does_not_lie_there_is_not_taken(make, status):
    payout = make.payout(status=status)
    with pytest.raises(reversal_operations.NothingToReverse):
        payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=NOON)
    with pytest.raises(gateway_policies.OnlyStaff):
        payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.actor(payout.organization), now=NOON)


def fault(make, payout, kind):
    body = {"path": f"POST /v1/transfers/{payout.remote_transfer_id}/reversals", "kind": kind, "times": 1}
    requests.post(f"{make.processor.url}/control/faults", json=body, timeout=5)


def reversals_at_processor(make, payout) -> list:
    listed = make.processor.store.listed("transfer_reversal", PLATFORM)
    return [item for item in listed if item["transfer"] == payout.remote_transfer_id]


@pytest.mark.parametrize("kind", ["lost_reply", "lost_request", "500"])
def test_without_an_answer_the_reversal_waits_is_looked_up_and_done_once(make, client, kind):
    payout = make.payout(status="failed")
    fault(make, payout, kind)
    with pytest.raises(payout_dispatch.ReversalUnanswered):
        payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=NOON)
    transfer_reversal = TransferReversal.objects.get()
    assert (transfer_reversal.status, [attempt.outcome for attempt in transfer_reversal.attempts.all()]) == (
        "sending",
        ["unknown"],
    )
    assert not reversal_queries.payouts_with_cash_at_the_processor()
    client.force_login(make.staff())
    assert "Asked back, not answered yet" in client.get("/en/money/treasury/").content.decode()
    make.processor.api.forget_keys()

    later = NOON + timedelta(minutes=5)
    dispatch.send_due(clock=lambda: later)

    transfer_reversal.refresh_from_db()
    payout.refresh_from_db()
    assert (transfer_reversal.status, transfer_reversal.attempts_made, payout.remote_reversal_id) == (
        "succeeded",
        2,
        transfer_reversal.remote_id,
    )
    assert len(reversals_at_processor(make, payout)) == 1
    assert (
        reversal_operations.request_reversal(payout_id=payout.id, actor=make.staff_actor(), now=later)
        == transfer_reversal
    )
    assert sound_books()


def test_a_reversal_that_is_refused_changes_nothing_and_may_be_asked_for_again(make):
    payout = make.payout(status="failed")
    connected = chart.clearing_connected(payout.organization_id, payout.currency)
    lies = books.balance(connected)
    fault(make, payout, "refuse")
    with pytest.raises(payout_dispatch.ReversalRefused):
        payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=NOON)
    assert books.balance(connected) == lies
    assert reversal_queries.payouts_with_cash_at_the_processor() == [payout]

    payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=NOON)

    assert sorted(TransferReversal.objects.values_list("status", flat=True)) == ["failed", "succeeded"]
    assert len(reversals_at_processor(make, payout)) == 1
    assert not books.balance(connected)
    assert sound_books()


def test_the_database_lets_one_reversal_live_at_a_time(make):
    payout = make.payout(status="failed")
    transfer_reversal = reversal_operations.request_reversal(payout_id=payout.id, actor=make.staff_actor(), now=NOON)
    fields = {
        "payout": payout,
        "requested_by_id": transfer_reversal.requested_by_id,
        "requested_at": NOON,
        "next_attempt_at": NOON,
    }
    with pytest.raises(IntegrityError, match="one_alive"), transaction.atomic():
        TransferReversal.objects.create(**fields)
    with pytest.raises(IntegrityError, match="done_is_remote"), transaction.atomic():
        TransferReversal.objects.filter(id=transfer_reversal.id).update(status="succeeded")


def test_what_was_not_exchanged_comes_back_as_it_went(make):
    ada = make.freelancer(country="FR", currency="EUR")
    payout = make.payout(status="failed", organization=ada)
    clearing = books.balance(chart.clearing("sandbox", "EUR"))
    payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=NOON)
    assert books.balance(chart.clearing("sandbox", "EUR")) - clearing == payout.amount
    assert not books.balance(chart.fx_position("EUR"))
    assert sound_books()


def lines_at_processor(make) -> list:
    return list(registry.gateway("sandbox").balance_lines(since=NOON - timedelta(days=3650)))


def test_the_command_shows_first_and_writes_when_told(make, taxed, capsys):
    import json

    from django.core.management import CommandError, call_command

    make.escrow(status="released", payee=taxed)
    staff = make.staff()
    call_command("treasury")
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"kind": "tax_withheld", "subject": "AT", "balance": "25.00 EUR", "movable": "25.00 EUR"} in listed
    call_command("treasury", "tax_withheld", subject="AT")
    assert json.loads(capsys.readouterr().out)["would_write"] == "25.00 EUR"
    assert not TreasuryOperation.objects.exists()
    with pytest.raises(CommandError):
        call_command(
            "treasury", "tax_withheld", subject="AT", yes=True, all=True, reason="Return", by="nobody@example.org"
        )

    call_command("treasury", "tax_withheld", subject="AT", yes=True, all=True, reason="Return", by=staff.email)

    assert TreasuryOperation.objects.get().amount == EUR("25.00")
