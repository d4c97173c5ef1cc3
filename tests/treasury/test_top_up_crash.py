"""Kill whoever brings our own capital, with real processes and SIGKILL, and count what moved at the processor."""

from __future__ import annotations

from uuid import uuid4

import pytest

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.treasury.models import TreasuryOperation
from apps.treasury.operations import reconciliation
from tests.make.processes import control, run_workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.mark.parametrize(
    "point", ["after_claim", "before_call", "after_call", "mid_transaction", "before_commit", "after_commit"]
)
def test_killing_who_brings_our_own_money_brings_it_once(make, processor_url, tmp_path, point):
    forms = [str(uuid4()) for _ in range(3)]
    kills = tmp_path / "kills"
    kills.mkdir()

    run_workers(point, processor_url, kills, most=3, TOP_UPS=",".join(forms), TOP_UPS_BY=str(make.staff().pk))

    assert len(list(kills.iterdir())) == 3
    assert control(processor_url, "state")["counts"]["topup"] == 3
    assert {str(item) for item in TreasuryOperation.objects.values_list("id", flat=True)} == set(forms)
    assert books.balance(chart.operator_equity("EUR")) == Money.of("150.00", "EUR")
    assert reconciliation.compare_balances(gateway="sandbox") == {}
    assert {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}
