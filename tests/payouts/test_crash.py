"""
Kill whoever sends payouts at every point, with real processes and SIGKILL, and count what moved at the processor.

Our own books cannot see a payout that was sent twice: only the processor can.

`CRASH_PAYOUTS=200` makes the large run as large as it is meant to be; `make test-full` tries every variant.
"""

from __future__ import annotations

from collections import Counter

import pytest

from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payouts.models import Payout, ReversalAttempt, TransferReversal
from apps.payouts.operations import accounts, reversals
from apps.payouts.operations import payouts as payout_operations
from apps.treasury.operations import reconciliation
from tests.conftest import NOON
from tests.make import dispatch
from tests.make.processes import MANY, control, fund_and_release, onboard, run_workers
from tests.payouts.crash_worker import POINTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def requested_payouts(make, processor_url: str, count: int = 3) -> list[Payout]:
    """Payouts of so many freelancers, funded at this processor; every third goes abroad in one call."""
    created = []
    for number in range(count):
        ada = make.freelancer()
        if number % 3 == 2:
            onboard(make, ada, processor_url)
        else:
            accounts.set_payout_account(
                organization_id=ada.id, currency="USD", holder_name="Ada", account_number="0001234567",
                is_automatic=False, gateway="sandbox", actor=make.actor(ada), now=NOON,
            )  # fmt: skip
        charge = fund_and_release(make, ada, processor_url)
        assert charge.status == "succeeded"
        created.append(
            payout_operations.request_payout(
                organization_id=ada.id, currency="EUR", amount=None, actor=make.actor(ada), now=NOON
            )
        )
    return created


def check_everything_moved_once(processor_url: str, payouts: list[Payout]) -> None:
    counts = control(processor_url, "state")["counts"]
    abroad = sum(bool(payout.account.remote_payout_method_id) for payout in payouts)
    moved = {name: counts.get(name, 0) for name in ("transfer", "payout", "v2.money_management.outbound_payment")}
    assert moved == {
        "transfer": len(payouts) - abroad, "payout": len(payouts) - abroad,
        "v2.money_management.outbound_payment": abroad,
    }  # fmt: skip
    for payout in payouts:
        payout.refresh_from_db()
        assert payout.status == "submitted"
        control(processor_url, f"payouts/{payout.remote_payout_id}")
        payout_operations.refresh_payout(payout_id=payout.id, clock=lambda: NOON)
        payout.refresh_from_db()
        assert payout.status == "paid"
        assert not books.balance(chart.payable(payout.organization_id, "EUR"))
    assert reconciliation.compare_balances(gateway="sandbox") == {}
    assert {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


@pytest.mark.parametrize("point", POINTS)
def test_killing_the_worker_loses_and_doubles_nothing(make, processor_url, tmp_path, point):
    payouts = requested_payouts(make, processor_url)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers(point, processor_url, kills, most=4)

    assert len(list(kills.iterdir())) >= 3
    check_everything_moved_once(processor_url, payouts)


def test_lost_replies_kills_and_forgotten_keys_together_double_nothing(make, processor_url, tmp_path):
    payouts = requested_payouts(make, processor_url)
    for path in ("POST /v1/transfers", "POST /v1/payouts"):
        control(processor_url, "faults", path=path, kind="lost_reply", times=3)
        control(processor_url, "faults", path=path, kind="500", times=1)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers("after_call", processor_url, kills, most=3)
    control(processor_url, "forget_keys")
    run_workers("after_commit", processor_url, kills, most=5)

    check_everything_moved_once(processor_url, payouts)


def test_many_payouts_with_kills_lost_replies_and_failures_move_once(make, processor_url, tmp_path):
    """The run of docs/explanation/money.md: `CRASH_PAYOUTS=200`."""
    payouts = requested_payouts(make, processor_url, MANY)
    for path in ("POST /v1/transfers", "POST /v1/payouts", "POST /v2/money_management/outbound_payments"):
        for kind in ("lost_reply", "500", "lost_request"):
            control(processor_url, "faults", path=path, kind=kind, times=max(MANY // 12, 1))
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers("before_commit", processor_url, kills, most=MANY // 3, lives=3)

    assert len(list(kills.iterdir())) >= MANY // 4
    check_everything_moved_once(processor_url, payouts)


@pytest.mark.parametrize("kind", [pytest.param("slow", marks=pytest.mark.full), "slow_start"])
def test_several_senders_of_one_payout_at_a_time_move_it_once(make, processor_url, tmp_path, kind):
    """The lease ends long before the call does, so that others send the same payout meanwhile."""
    payouts = requested_payouts(make, processor_url)
    for path in ("POST /v1/transfers", "POST /v1/payouts", "POST /v2/money_management/outbound_payments"):
        control(processor_url, "faults", path=path, kind=kind, times=2)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers("after_commit", processor_url, kills, most=0, lives=4, lease=0.3)

    sent = Counter(
        call["key"] for call in control(processor_url, "state")["calls"] if call["key"] and call["method"] == "POST"
    )
    assert max(sent.values()) >= 2 or max(payout.attempts.count() for payout in payouts) >= 2
    check_everything_moved_once(processor_url, payouts)


def test_a_day_later_when_the_keys_are_forgotten_everything_is_looked_up_first(make, processor_url, tmp_path):
    payouts = requested_payouts(make, processor_url)
    for path in ("POST /v1/transfers", "POST /v1/payouts", "POST /v2/money_management/outbound_payments"):
        control(processor_url, "faults", path=path, kind="lost_reply", times=1)
    dispatch.send_due(clock=lambda: NOON)
    assert Payout.objects.filter(status="sending").exists()
    control(processor_url, "clock", advance_seconds=25 * 3600)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers("after_call", processor_url, kills, most=3)

    check_everything_moved_once(processor_url, payouts)


@pytest.mark.parametrize("point", POINTS)
def test_killing_who_takes_cash_back_takes_it_once(make, processor_url, tmp_path, point):
    payouts = [
        requested_payout
        for requested_payout in requested_payouts(make, processor_url, 4)
        if not requested_payout.account.remote_payout_method_id
    ]
    dispatch.send_due(clock=lambda: NOON)
    staff = make.staff_actor()
    for payout in payouts:
        payout.refresh_from_db()
        control(processor_url, f"payouts/{payout.remote_payout_id}", fail=True)
        payout_operations.refresh_payout(payout_id=payout.id, clock=lambda: NOON)
        reversals.request_reversal(payout_id=payout.id, actor=staff, now=NOON)
    first = f"POST /v1/transfers/{payouts[0].remote_transfer_id}/reversals"
    control(processor_url, "faults", path=first, kind="lost_reply", times=1)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers(point, processor_url, kills, most=3)

    assert len(list(kills.iterdir())) >= 2  # a call whose reply was lost is looked up, so nobody dies after it
    assert control(processor_url, "state")["counts"]["transfer_reversal"] == len(payouts) == 3
    assert set(TransferReversal.objects.values_list("status", flat=True)) == {"succeeded"}
    assert ReversalAttempt.objects.count() > 3
    for payout in payouts:
        assert not books.balance(chart.clearing_connected(payout.organization_id, payout.currency))
        assert books.balance(chart.payable(payout.organization_id, payout.currency)) == payout.amount
    assert reconciliation.compare_balances(gateway="sandbox") == {}
    assert {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}
