"""Payouts to countries that the processor reaches by one call, from our own balance."""

from datetime import timedelta

import pytest

from apps.common.money import Money
from apps.gateways import webhook_handlers
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payouts.models import Payout
from apps.payouts.operations import payouts
from apps.payouts.queries import wallet
from devstack.sandbox_processor import outbound
from tests.conftest import NOON
from tests.make import dispatch
from tests.make.onboarding import onboarded

pytestmark = pytest.mark.django_db


def broken() -> dict[str, int]:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches}


@pytest.fixture
def abroad(make) -> Payout:
    """450 euros of a freelancer in Nigeria, asked for in dollars."""
    ada = make.freelancer("Ada")
    onboarded(make, ada)
    make.balance(ada, Money.of("450.00", "EUR"))
    return payouts.request_payout(organization_id=ada.id, currency="EUR", amount=None, actor=make.actor(ada), now=NOON)


def settle(payout: Payout, minutes: int = 0) -> Payout:
    dispatch.send_due(clock=lambda: NOON + timedelta(minutes=minutes))
    payout.refresh_from_db()
    return payout


def ends(make, payout: Payout, *statuses: str) -> Payout:
    for status in statuses:
        outbound.end(make.processor.store, payout.remote_payout_id, status)
        webhook_handlers.refresh(
            kind="outbound", reference=payout.remote_payout_id, processor="sandbox", clock=lambda: NOON
        )
    payout.refresh_from_db()
    return payout


def outbounds(make, payout: Payout) -> list[dict]:
    every = make.processor.store.listed(outbound.KIND, "")
    return [item for item in every if item["metadata"].get("payout") == str(payout.id)]


def test_one_call_pays_cross_border_and_the_postings_are_those_of_the_other_rail(make, abroad):
    payout = settle(abroad)
    assert (payout.status, payout.remote_transfer_id, payout.source_currency) == (
        "submitted", payout.remote_payout_id, "EUR",
    )  # fmt: skip
    assert books.balance(chart.clearing_connected(payout.organization_id, "USD")) == payout.amount

    assert ends(make, payout, "posted").status == "paid"

    assert not books.balance(chart.clearing_connected(payout.organization_id, "USD"))
    assert len(outbounds(make, payout)) == 1
    assert broken() == {}


@pytest.mark.parametrize(
    ("statuses", "status"),
    [(("failed",), "failed"), (("canceled",), "failed"), (("posted", "returned"), "returned")],
)
def test_what_comes_back_across_borders_is_as_if_it_had_never_left(make, abroad, statuses, status):
    before = books.balance(chart.fx_position("EUR")) + Money.of("450.00", "EUR")
    payout = ends(make, settle(abroad), *statuses)

    assert payout.status == status
    assert wallet.available(payout.organization_id, "EUR") == Money.of("450.00", "EUR")
    assert not books.balance(chart.clearing_connected(payout.organization_id, "USD"))
    assert books.balance(chart.fx_position("EUR")) == before
    assert broken() == {}

    again = payouts.request_payout(
        organization_id=payout.organization_id, currency="EUR", amount=None,
        actor=make.actor(payout.organization), now=NOON,
    )  # fmt: skip
    assert ends(make, settle(again), "posted").status == "paid"


@pytest.mark.parametrize("kind", ["lost_reply", "lost_request", "500"])
def test_no_answer_cross_border_is_looked_up_before_it_is_sent_again(make, abroad, kind):
    store = make.processor.store
    path = "POST /v2/money_management/outbound_payments"
    store.run("INSERT INTO faults (path, kind, times) VALUES (?, ?, 1)", path, kind)
    assert settle(abroad).status == "sending"
    make.processor.api.forget_keys()

    payout = settle(abroad, minutes=1)

    assert payout.status == "submitted"
    assert len(outbounds(make, payout)) == 1
    assert broken() == {}


def test_money_that_is_pending_at_the_processor_makes_a_payout_wait_under_a_new_key(make, abroad):
    store = make.processor.store
    first_key = abroad.transfer_key
    held = {code: store.available("", code) for code in store.balances("")}
    for code, amount in held.items():
        store.run(
            "INSERT INTO pending VALUES (?, '', ?, ?, ?)",
            f"txn_all_{code}_{abroad.id}",
            code,
            amount,
            store.now() + 3600,
        )

    assert settle(abroad).status == "sending"
    abroad.refresh_from_db()
    assert abroad.transfer_key != first_key
    store.run("DELETE FROM pending WHERE line_id LIKE 'txn_all_%'")

    payout = settle(abroad, minutes=1)

    assert payout.status == "submitted"
    assert [attempt.outcome for attempt in payout.attempts.order_by("nth")] == ["refused", "taken"]
    keys = {
        row["key"] for row in store.rows("SELECT key FROM calls WHERE path LIKE '%outbound_payments' AND key != ''")
    }
    assert {str(first_key), str(payout.transfer_key)} <= keys


def test_the_key_on_the_wire_is_the_rows(make, abroad):
    payout = settle(abroad)
    calls = make.processor.store.rows("SELECT key FROM calls WHERE path LIKE '%outbound_payments' AND method = 'POST'")
    assert str(payout.transfer_key) in {row["key"] for row in calls}


def test_a_thin_event_that_outran_our_own_answer_finds_its_payout(make, abroad):
    store = make.processor.store
    path = "POST /v2/money_management/outbound_payments"
    store.run("INSERT INTO faults (path, kind, times) VALUES (?, 'lost_reply', 1)", path)
    settle(abroad)
    remote_id = outbounds(make, abroad)[0]["id"]
    outbound.end(store, remote_id, "posted")

    assert webhook_handlers.refresh(kind="outbound", reference=remote_id, processor="sandbox", clock=lambda: NOON)

    assert settle(abroad, minutes=1).status == "paid"
