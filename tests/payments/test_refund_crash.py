"""Kill whoever sends refunds, with real processes and SIGKILL, and count what moved at the processor."""

from __future__ import annotations

import pytest

from apps.common.money import Money
from apps.payments.operations import charges
from apps.treasury.operations import reconciliation
from tests.conftest import NOON
from tests.make.processes import control, run_workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.mark.parametrize(
    "point",
    [
        "after_call",
        *(pytest.param(item, marks=pytest.mark.full) for item in ("before_call", "mid_transaction", "after_commit")),
    ],
)
def test_killing_the_worker_refunds_once(make, processor_url, tmp_path, point):
    from apps.common.actors import SYSTEM
    from apps.escrow.operations import funding, releases
    from apps.outbox import bus

    refunds = []
    for _ in range(3):
        escrow = make.escrow(amount=Money.of("500.00", "EUR"))
        charge = funding.start_funding(
            escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url="http://testserver/"
        )
        control(processor_url, f"pay/{charge.remote_session_id}")
        charges.refresh_charge(charge_id=charge.id, now=NOON)
        bus.deliver_pending(now=NOON)
        refunds.append(releases.refund(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON))
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers(point, processor_url, kills, most=3)

    assert len(list(kills.iterdir())) >= 3
    assert control(processor_url, "state")["counts"]["refund"] == 3
    for refund in refunds:
        refund.refresh_from_db()
        assert refund.status == "succeeded"
    assert reconciliation.compare_balances(gateway="sandbox") == {}
