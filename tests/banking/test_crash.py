"""
Kill those who pay by bank at every point, with real processes and SIGKILL, and count in the files and at the bank.

Our own books cannot see an order that is in two files: only the bank can.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from apps.banking.gateway import Order
from apps.banking.models import BankFile, BankOrder, BankStatementLine
from apps.banking.operations.book import DatabaseBook
from apps.common.money import Money
from apps.escrow.models import Escrow
from apps.escrow.operations import releases
from apps.gateways import registry
from apps.gateways.errors import GatewayRefused
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payments.models import Refund
from apps.payouts.models import Payout
from apps.payouts.operations import accounts, payouts
from apps.treasury.operations import reconciliation
from tests import forks
from tests.banking.bank_worker import POINTS, transfers_in
from tests.make.bank_statements import IBAN, camt, charge_by_bank, take_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
MANY = int(os.environ.get("CRASH_PAYOUTS", "3"))


@pytest.fixture
def due(make, staff) -> list[Payout | Refund]:
    """Payouts to so many freelancers, and one refund, all to be paid by bank and not sent yet."""
    make.now = timezone.now()
    call_command("load_payment_methods", verbosity=0)
    created: list[Payout | Refund] = []
    for number in range(MANY + 1):
        charge = charge_by_bank(make)
        take_in(staff, camt(("525.00", charge.remote_session_id, f"IN{number}", "")))
        escrow = Escrow.objects.get(id=charge.reference_id)
        if number == MANY:
            created.append(_refund(make, escrow))
        else:
            created.append(_payout(make, escrow))
    return created


def _refund(make, escrow) -> Refund:
    refund = releases.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=timezone.now())
    assert refund is not None
    return refund


def _payout(make, escrow) -> Payout:
    payee, now = escrow.payee, timezone.now()
    releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=now)
    accounts.set_payout_account(
        organization_id=payee.id, currency="EUR", holder_name="Ada", account_number=IBAN, is_automatic=False,
        gateway="bank", actor=make.actor(payee), now=now,
    )  # fmt: skip
    return payouts.request_payout(
        organization_id=payee.id, currency="EUR", amount=None, actor=make.actor(payee), now=now
    )


def run_workers(point: str, kills: Path, bank: Path, staff_id: object, *, most: int = 3) -> None:
    forks.run("tests.banking.bank_worker", point, kills, most, 2, bank, staff_id, timeout=60 + 2 * MANY, environment={})


@pytest.mark.parametrize("point", POINTS)
def test_killing_who_pays_by_bank_pays_once(make, staff, due, tmp_path, point):
    kills, bank = tmp_path / "kills", tmp_path / "bank"
    kills.mkdir()
    bank.mkdir()
    before = sum(line.amount_minor for line in BankStatementLine.objects.all())

    run_workers(point, kills, bank, staff.user_id)

    assert len(list(kills.iterdir())) >= 1
    executed = Counter(transfer for file in bank.glob("*/pain.xml") for transfer in transfers_in(file.read_text()))
    assert set(executed.values()) == {1}
    assert sum(Money.of(amount, "EUR").amount_minor for _, amount in executed) == sum(item.amount_minor for item in due)
    assert len(executed) == len(due) == BankOrder.objects.count()
    assert {file.number for file in BankFile.objects.all()} == {folder.name for folder in bank.iterdir()}
    for row in due:
        row.refresh_from_db()
        assert row.status in ("paid", "succeeded")
    at_bank = before - sum(item.amount_minor for item in due)
    assert sum(line.amount_minor for line in BankStatementLine.objects.all()) == at_bank
    assert (
        books.balance(chart.clearing("bank", "EUR"))
        == registry.gateway("bank").balance()["EUR"]
        == Money(at_bank, "EUR")
    )
    assert reconciliation.reconcile(gateway="bank").is_clean
    assert {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


def ordered(key, document_id, amount="50.00") -> Order:
    return DatabaseBook().order(
        key=key, document_id=document_id, kind="transfer", holder_name="Ada", iban=IBAN, amount=Money.of(amount, "EUR")
    )


def test_senders_who_come_late_with_another_key_order_nothing_twice(make, staff):
    """The claim ran out, the key was given up for a new one, and then the first sender's call arrives after all."""
    document_id = uuid4()
    with pytest.raises(GatewayRefused) as refusal:
        ordered(uuid4(), document_id)
    assert refusal.value.code == "balance_insufficient"
    take_in(staff, camt(("600.00", "gift", "B1", "")))

    first, late = ordered(uuid4(), document_id), ordered(uuid4(), document_id)

    assert first == late
    assert BankOrder.objects.count() == 1
    with pytest.raises(GatewayRefused) as refusal:
        ordered(uuid4(), document_id, "60.00")
    assert refusal.value.code == "idempotency_error"
    row = BankOrder.objects.get()
    with pytest.raises(IntegrityError, match="one_alive"), transaction.atomic():
        BankOrder.objects.create(
            key=uuid4(), document_id=document_id, type="transfer", holder_name="A", iban=IBAN, amount_minor=1,
            currency="EUR", ordered_at=row.ordered_at,
        )  # fmt: skip


def test_sixteen_senders_at_once_make_one_order(make, staff):
    take_in(staff, camt(("600.00", "gift", "B1", "")))
    key, document_id = uuid4(), uuid4()

    def send(_: int) -> str:
        try:
            return ordered(key, document_id).order_id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as threads:
        result = set(threads.map(send, range(16)))

    assert result == {str(BankOrder.objects.get().id)}
