"""Cash of a payout that came back, taken back from where the processor holds it."""

from datetime import timedelta

import pytest
import requests
from django.db import IntegrityError, transaction

from apps.common.money import Money
from apps.gateways import policies as gateway_policies
from apps.gateways import registry
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payouts.models import TransferReversal
from apps.payouts.operations import dispatch as payout_dispatch
from apps.payouts.operations import reversals as reversal_operations
from apps.payouts.queries import reversals as reversal_queries
from apps.payouts.queries import wallet
from devstack.sandbox_processor.accounts import PLATFORM
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


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
