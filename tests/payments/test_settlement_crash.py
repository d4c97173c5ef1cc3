"""
Kill the settlement at every point, with real processes and SIGKILL, and count what moved at the processor.

Our own books cannot see a payout that was sent twice: only the processor can.

`CRASH_PAYOUTS=200` makes the large run as large as it is meant to be; `make test-full` tries every variant.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payments.operations import charges
from apps.payouts.models import Payout, ReversalAttempt, TransferReversal
from apps.payouts.operations import accounts, reversals
from apps.payouts.operations import payouts as payout_operations
from apps.treasury.models import TreasuryOperation
from apps.treasury.operations import reconciliation
from tests import forks
from tests.conftest import NOON
from tests.make import dispatch
from tests.payments.crash_worker import POINTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
MANY = int(os.environ.get("CRASH_PAYOUTS", "12"))
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def url(tmp_path: Path, settings) -> Iterator[str]:
    """A processor that is a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack.sandbox_processor", "--port", "0", "--db", str(tmp_path / "p.db"),
         "--payout-delay", "1000000"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    search = re.search(r"http://\S+", process.stdout.readline())
    assert search is not None
    settings.PROCESSOR_URL = search[0]
    yield search[0]
    process.kill()
    process.wait()
    process.stdout.close()


def control(url: str, desk: str, **body: object) -> dict:
    return requests.post(f"{url}/control/{desk}", json=body, timeout=5).json()


def requested_payouts(make, url: str, count: int = 3) -> list[Payout]:
    """Payouts of so many freelancers, funded at this processor; every third goes abroad in one call."""
    created = []
    for number in range(count):
        ada = make.freelancer()
        if number % 3 == 2:
            onboard(make, ada, url)
        else:
            accounts.set_payout_account(
                organization_id=ada.id, currency="USD", holder_name="Ada", account_number="0001234567",
                is_automatic=False, gateway="sandbox", actor=make.actor(ada), now=NOON,
            )  # fmt: skip
        charge = fund_and_release(make, ada, url)
        assert charge.status == "succeeded"
        created.append(
            payout_operations.request_payout(
                organization_id=ada.id, currency="EUR", amount=None, actor=make.actor(ada), now=NOON
            )
        )
    return created


def onboard(make, organization, url: str) -> None:
    account = accounts.start_onboarding(
        organization_id=organization.id, currency="USD", holder_name="Ada", is_automatic=False, gateway="sandbox",
        actor=make.actor(organization), now=NOON,
    )  # fmt: skip
    accounts.onboarding_page(
        account_id=account.id, return_url="http://a/", refresh_url="http://b/", actor=make.actor(organization)
    )
    control(url, f"onboard/{account.remote_account_id}")
    assert accounts.refresh_onboarding(account_id=account.id, now=NOON).status == "active"


def fund_and_release(make, payee, url: str):
    from apps.common.actors import SYSTEM
    from apps.escrow.operations import funding, releases
    from apps.outbox import bus

    escrow = make.escrow(amount=Money.of("500.00", "EUR"), payee=payee)
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url="http://testserver/"
    )
    control(url, f"pay/{charge.remote_session_id}")
    charge = charges.refresh_charge(charge_id=charge.id, now=NOON)
    bus.deliver_pending(now=NOON)
    releases.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)
    return charge


def run_workers(
    point: str, url: str, kills: Path, most: int, *, lives: int = 2, lease: float = 0.6, **more: str
) -> None:
    forks.run(
        "tests.payments.crash_worker", point, kills, most, lives, lease,
        timeout=60 + 2 * MANY, environment=more, PROCESSOR_URL=url,
    )  # fmt: skip


def check_everything_moved_once(url: str, payouts: list[Payout]) -> None:
    counts = control(url, "state")["counts"]
    abroad = sum(bool(payout.account.remote_payout_method_id) for payout in payouts)
    moved = {name: counts.get(name, 0) for name in ("transfer", "payout", "v2.money_management.outbound_payment")}
    assert moved == {
        "transfer": len(payouts) - abroad, "payout": len(payouts) - abroad,
        "v2.money_management.outbound_payment": abroad,
    }  # fmt: skip
    for payout in payouts:
        payout.refresh_from_db()
        assert payout.status == "submitted"
        control(url, f"payouts/{payout.remote_payout_id}")
        payout_operations.refresh_payout(payout_id=payout.id, clock=lambda: NOON)
        payout.refresh_from_db()
        assert payout.status == "paid"
        assert not books.balance(chart.payable(payout.organization_id, "EUR"))
    assert reconciliation.compare_balances(gateway="sandbox") == {}
    assert {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


@pytest.mark.parametrize("point", POINTS)
def test_killing_the_worker_loses_and_doubles_nothing(make, url, tmp_path, point):
    payouts = requested_payouts(make, url)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers(point, url, kills, most=4)

    assert len(list(kills.iterdir())) >= 3
    check_everything_moved_once(url, payouts)


def test_lost_replies_kills_and_forgotten_keys_together_double_nothing(make, url, tmp_path):
    payouts = requested_payouts(make, url)
    for path in ("POST /v1/transfers", "POST /v1/payouts"):
        control(url, "faults", path=path, kind="lost_reply", times=3)
        control(url, "faults", path=path, kind="500", times=1)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers("after_call", url, kills, most=3)
    control(url, "forget_keys")
    run_workers("after_commit", url, kills, most=5)

    check_everything_moved_once(url, payouts)


def test_many_payouts_with_kills_lost_replies_and_failures_move_once(make, url, tmp_path):
    """The run of docs/explanation/money.md: `CRASH_PAYOUTS=200`."""
    payouts = requested_payouts(make, url, MANY)
    for path in ("POST /v1/transfers", "POST /v1/payouts", "POST /v2/money_management/outbound_payments"):
        for kind in ("lost_reply", "500", "lost_request"):
            control(url, "faults", path=path, kind=kind, times=max(MANY // 12, 1))
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers("before_commit", url, kills, most=MANY // 3, lives=3)

    assert len(list(kills.iterdir())) >= MANY // 4
    check_everything_moved_once(url, payouts)


@pytest.mark.parametrize("kind", [pytest.param("slow", marks=pytest.mark.full), "slow_start"])
def test_several_senders_of_one_payout_at_a_time_move_it_once(make, url, tmp_path, kind):
    """The lease ends long before the call does, so that others send the same payout meanwhile."""
    payouts = requested_payouts(make, url)
    for path in ("POST /v1/transfers", "POST /v1/payouts", "POST /v2/money_management/outbound_payments"):
        control(url, "faults", path=path, kind=kind, times=2)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers("after_commit", url, kills, most=0, lives=4, lease=0.3)

    sent = Counter(call["key"] for call in control(url, "state")["calls"] if call["key"] and call["method"] == "POST")
    assert max(sent.values()) >= 2 or max(payout.attempts.count() for payout in payouts) >= 2
    check_everything_moved_once(url, payouts)


def test_a_day_later_when_the_keys_are_forgotten_everything_is_looked_up_first(make, url, tmp_path):
    payouts = requested_payouts(make, url)
    for path in ("POST /v1/transfers", "POST /v1/payouts", "POST /v2/money_management/outbound_payments"):
        control(url, "faults", path=path, kind="lost_reply", times=1)
    dispatch.send_due(clock=lambda: NOON)
    assert Payout.objects.filter(status="sending").exists()
    control(url, "clock", advance_seconds=25 * 3600)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers("after_call", url, kills, most=3)

    check_everything_moved_once(url, payouts)


@pytest.mark.parametrize(
    "point",
    [
        "after_call",
        *(pytest.param(item, marks=pytest.mark.full) for item in ("before_call", "mid_transaction", "after_commit")),
    ],
)
def test_killing_the_worker_refunds_once(make, url, tmp_path, point):
    from apps.common.actors import SYSTEM
    from apps.escrow.operations import funding, releases
    from apps.outbox import bus

    refunds = []
    for _ in range(3):
        escrow = make.escrow(amount=Money.of("500.00", "EUR"))
        charge = funding.start_funding(
            escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url="http://testserver/"
        )
        control(url, f"pay/{charge.remote_session_id}")
        charges.refresh_charge(charge_id=charge.id, now=NOON)
        bus.deliver_pending(now=NOON)
        refunds.append(releases.refund(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON))
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers(point, url, kills, most=3)

    assert len(list(kills.iterdir())) >= 3
    assert control(url, "state")["counts"]["refund"] == 3
    for refund in refunds:
        refund.refresh_from_db()
        assert refund.status == "succeeded"
    assert reconciliation.compare_balances(gateway="sandbox") == {}


def test_the_processor_keeps_everything_when_it_is_killed(tmp_path):
    database = tmp_path / "p.db"

    def start() -> tuple[subprocess.Popen, str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "devstack.sandbox_processor", "--port", "0", "--db", str(database)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return process, re.search(r"http://\S+", process.stdout.readline())[0]

    process, first = start()
    body = {
        "mode": "payment", "success_url": "http://x/", "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur", "line_items[0][price_data][unit_amount]": "1000",
    }  # fmt: skip
    json = requests.post(f"{first}/v1/checkout/sessions", data=body, headers={"Idempotency-Key": "k"}, timeout=5).json()
    control(first, f"pay/{json['id']}")
    process.kill()
    process.wait()
    process, second = start()
    again = requests.post(
        f"{second}/v1/checkout/sessions", data=body, headers={"Idempotency-Key": "k"}, timeout=5
    ).json()
    state = control(second, "state")
    process.kill()
    process.wait()

    assert again["id"] == json["id"]
    assert state["platform"] == {"eur": 1000 - 59}


@pytest.mark.parametrize(
    "point", ["after_claim", "before_call", "after_call", "mid_transaction", "before_commit", "after_commit"]
)
def test_killing_who_brings_our_own_money_brings_it_once(make, url, tmp_path, point):
    forms = [str(uuid4()) for _ in range(3)]
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers(point, url, kills, most=3, TOP_UPS=",".join(forms), TOP_UPS_BY=str(make.staff().pk))

    assert len(list(kills.iterdir())) == 3
    assert control(url, "state")["counts"]["topup"] == 3
    assert {str(item) for item in TreasuryOperation.objects.values_list("id", flat=True)} == set(forms)
    assert books.balance(chart.operator_equity("EUR")) == Money.of("150.00", "EUR")
    assert reconciliation.compare_balances(gateway="sandbox") == {}
    assert {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


@pytest.mark.parametrize("point", POINTS)
def test_killing_who_takes_cash_back_takes_it_once(make, url, tmp_path, point):
    payouts = [
        requested_payout
        for requested_payout in requested_payouts(make, url, 4)
        if not requested_payout.account.remote_payout_method_id
    ]
    dispatch.send_due(clock=lambda: NOON)
    staff = make.staff_actor()
    for payout in payouts:
        payout.refresh_from_db()
        control(url, f"payouts/{payout.remote_payout_id}", fail=True)
        payout_operations.refresh_payout(payout_id=payout.id, clock=lambda: NOON)
        reversals.request_reversal(payout_id=payout.id, actor=staff, now=NOON)
    first = f"POST /v1/transfers/{payouts[0].remote_transfer_id}/reversals"
    control(url, "faults", path=first, kind="lost_reply", times=1)
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers(point, url, kills, most=3)

    assert len(list(kills.iterdir())) >= 2  # a call whose reply was lost is looked up, so nobody dies after it
    assert control(url, "state")["counts"]["transfer_reversal"] == len(payouts) == 3
    assert set(TransferReversal.objects.values_list("status", flat=True)) == {"succeeded"}
    assert ReversalAttempt.objects.count() > 3
    for payout in payouts:
        assert not books.balance(chart.clearing_connected(payout.organization_id, payout.currency))
        assert books.balance(chart.payable(payout.organization_id, payout.currency)) == payout.amount
    assert reconciliation.compare_balances(gateway="sandbox") == {}
    assert {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}
