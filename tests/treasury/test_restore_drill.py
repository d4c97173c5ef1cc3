"""After a restore the books are older than the processor. Nothing that was paid is paid again, whoever asks for it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.common.actors import SYSTEM
from apps.common.errors import DomainError
from apps.common.management import backups
from apps.common.money import Money
from apps.escrow.operations import funding, releases
from apps.gateways import policies
from apps.gateways.models import PaymentPause, UnbookedObject
from apps.gateways.operations import pauses as pause_operations
from apps.gateways.queries import pauses as pause_queries
from apps.ledger.queries import invariants
from apps.outbox import bus
from apps.payments.models import Charge
from apps.payments.operations import charges
from apps.payouts.models import Payout
from apps.payouts.operations import accounts, payouts, reversals
from apps.payouts.operations import dispatch as payout_dispatch
from apps.payouts.queries import wallet
from apps.treasury.operations import comparison, reconciliation
from apps.treasury.operations.comparison import are_current
from tests.conftest import NOON
from tests.make import dispatch
from tests.make.processes import control, fund_and_release

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(autouse=True)
def _compare_at_once(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.PAYMENT_GATEWAYS_ALSO = []
    comparison.forget_checks()
    yield
    comparison.forget_checks()


@pytest.fixture
def ada(make, processor_url):
    """A freelancer with a balance, and books that have compared themselves with the processor before."""
    ada = make.freelancer()
    accounts.set_payout_account(
        organization_id=ada.id, currency="USD", holder_name="Ada", account_number="0001234567",
        is_automatic=False, gateway="sandbox", actor=make.actor(ada), now=NOON,
    )  # fmt: skip
    fund_and_release(make, ada, processor_url)
    dispatch.dispatch_due(clock=timezone.now)
    return ada


def request(make, ada, amount: Money | None = None) -> Payout:
    return payouts.request_payout(
        organization_id=ada.id, currency="EUR", amount=amount, actor=make.actor(ada), now=timezone.now()
    )


def moved(processor_url: str) -> dict[str, int]:
    counts = control(processor_url, "state")["counts"]
    return {kind: counts.get(kind, 0) for kind in ("transfer", "payout")}


def back_up(folder: Path) -> None:
    call_command("backup", str(folder), stdout=StringIO())


def restore(folder: Path) -> None:
    call_command("restore", str(folder), "--replace", "--connected", stdout=StringIO())


def after_restore() -> str:
    out = StringIO()
    call_command("after_restore", stdout=out)
    return out.getvalue()


def resume() -> None:
    pause_operations.resume(reason="compared", now=timezone.now(), actor=SYSTEM)
    comparison.forget_checks()


def check_books() -> None:
    assert reconciliation.compare_balances(gateway="sandbox") == {}
    assert {item.invariant: item.breaches for item in invariants.check_all() if item.breaches} == {}


def test_a_payout_made_and_sent_after_the_backup_is_entered_and_not_sent_again(make, processor_url, ada, tmp_path):
    back_up(tmp_path / "b")
    payout = request(make, ada)
    dispatch.dispatch_due()
    assert moved(processor_url) == {"transfer": 1, "payout": 1}

    restore(tmp_path / "b")

    assert not Payout.objects.exists()
    assert wallet.available(ada.id, "EUR")  # the books show it again
    assert dispatch.dispatch_due() == 0
    with pytest.raises(pause_operations.ComparisonMissing):
        pause_operations.resume(reason="too early", now=timezone.now(), actor=SYSTEM)
    assert payout.number in after_restore()
    with pytest.raises(DomainError):  # the balance is what it was after the withdrawal
        request(make, ada)
    assert dispatch.dispatch_due() == 0
    resume()
    assert dispatch.dispatch_due() == 1
    again = Payout.objects.get()
    assert (again.id, again.status, again.amount) == (payout.id, "submitted", payout.amount)
    assert moved(processor_url) == {"transfer": 1, "payout": 1}
    check_books()


def test_a_payout_requested_before_the_backup_and_sent_after_it_is_looked_up(make, processor_url, ada, tmp_path):
    payout = request(make, ada)
    back_up(tmp_path / "b")
    dispatch.dispatch_due()
    control(processor_url, "forget_keys")  # a day later the keys protect nobody

    restore(tmp_path / "b")
    after_restore()
    resume()
    dispatch.dispatch_due()

    payout.refresh_from_db()
    assert payout.status == "submitted"
    assert moved(processor_url) == {"transfer": 1, "payout": 1}
    check_books()


def test_without_a_pause_the_worker_itself_refuses_and_pauses(make, processor_url, ada, tmp_path):
    """A recovery to a moment by WAL says nothing to anybody: the comparison before dispatching does."""
    back_up(tmp_path / "b")
    request(make, ada)
    dispatch.dispatch_due()
    restore(tmp_path / "b")
    PaymentPause.objects.all().delete()
    comparison.forget_checks()
    request(make, ada)

    assert dispatch.dispatch_due() == 0

    pause = pause_queries.open_pause()
    assert pause is not None
    assert (pause.kind, pause.needs_check) == ("mismatch", True)
    assert moved(processor_url) == {"transfer": 1, "payout": 1}


def test_what_cannot_be_entered_freezes_whom_it_belongs_to(make, processor_url, ada, tmp_path):
    """The approval is lost with the payout: the balance does not cover it, so nobody pays on top."""
    back_up(tmp_path / "b")
    fund_and_release(make, ada, processor_url)
    request(make, ada)
    dispatch.dispatch_due()
    restore(tmp_path / "b")

    output = after_restore()

    frozen = UnbookedObject.objects.get(kind="transfer")
    assert (frozen.status, frozen.organization_id) == ("frozen", ada.id)
    assert str(frozen.id) in output
    with pytest.raises(policies.WithdrawalsFrozen):
        request(make, ada)
    resume()
    assert dispatch.dispatch_due() == 0
    assert moved(processor_url) == {"transfer": 1, "payout": 1}
    pause_operations.resolve_unbooked(object_id=frozen.id, reason="booked", now=timezone.now(), actor=SYSTEM)
    assert not pause_queries.is_frozen(ada.id)


def test_a_payment_that_came_after_the_backup_is_taken_in(make, processor_url, ada, tmp_path):
    from apps.escrow.operations import funding

    escrow = make.escrow(amount=Money.of("70.00", "EUR"), payee=ada)
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url="http://testserver/"
    )
    back_up(tmp_path / "b")
    control(processor_url, f"pay/{charge.remote_session_id}")
    restore(tmp_path / "b")

    assert charge.number in after_restore()

    charge.refresh_from_db()
    assert charge.status == "succeeded"


def failed_payout(make, ada, processor_url) -> Payout:
    """A payout whose cash is on the freelancer's account again, since the bank did not take it."""
    payout = request(make, ada)
    dispatch.dispatch_due()
    payout.refresh_from_db()
    control(processor_url, f"payouts/{payout.remote_payout_id}", fail=True)
    payouts.refresh_payout(payout_id=payout.id)
    payout.refresh_from_db()
    assert payout.status == "failed"
    return payout


def reversed_at(processor_url: str) -> int:
    return control(processor_url, "state")["counts"].get("transfer_reversal", 0)


def test_a_reversal_that_the_books_have_forgotten_is_listed_and_blocks(make, processor_url, ada, tmp_path):
    payout = failed_payout(make, ada, processor_url)
    back_up(tmp_path / "b")
    payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=timezone.now())
    assert reversed_at(processor_url) == 1
    restore(tmp_path / "b")

    output = after_restore()

    frozen = UnbookedObject.objects.get(kind="reversal")
    assert (frozen.status, frozen.organization_id, frozen.amount) == ("frozen", ada.id, payout.amount)
    assert frozen.remote_id in output
    with pytest.raises(pause_operations.UnbookedObjectsOpen):
        pause_operations.resume(reason="hurry", now=timezone.now(), actor=SYSTEM)
    with pytest.raises(policies.WithdrawalsFrozen):
        request(make, ada)
    assert dispatch.dispatch_due() == 0
    pause_operations.resolve_unbooked(object_id=frozen.id, reason="booked", now=timezone.now(), actor=SYSTEM)
    resume()
    dispatch.dispatch_due()
    assert reversed_at(processor_url) == 1


def test_a_reversal_asked_for_before_the_backup_is_looked_up(make, processor_url, ada, tmp_path):
    payout = failed_payout(make, ada, processor_url)
    transfer_reversal = reversals.request_reversal(payout_id=payout.id, actor=make.staff_actor(), now=timezone.now())
    back_up(tmp_path / "b")
    dispatch.dispatch_due()
    assert reversed_at(processor_url) == 1
    control(processor_url, "forget_keys")
    restore(tmp_path / "b")

    after_restore()
    resume()
    dispatch.dispatch_due()

    transfer_reversal.refresh_from_db()
    assert transfer_reversal.status == "succeeded"
    assert reversed_at(processor_url) == 1
    check_books()


def test_without_a_pause_a_forgotten_reversal_stops_the_worker(make, processor_url, ada, tmp_path):
    payout = failed_payout(make, ada, processor_url)
    back_up(tmp_path / "b")
    payout_dispatch.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=timezone.now())
    restore(tmp_path / "b")
    PaymentPause.objects.all().delete()
    comparison.forget_checks()

    assert not are_current(gateway="sandbox", now=timezone.now())
    assert pause_queries.is_paused()


def test_a_refund_that_the_books_have_forgotten_is_listed_and_blocks(make, processor_url, ada, tmp_path):
    charge = Charge.objects.get(status="succeeded")
    escrow = make.escrow(amount=Money.of("70.00", "EUR"), payee=ada)
    paid = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url="http://testserver/"
    )
    control(processor_url, f"pay/{paid.remote_session_id}")
    charges.refresh_charge(charge_id=paid.id, now=timezone.now())
    bus.deliver_pending(now=timezone.now())
    back_up(tmp_path / "b")
    releases.refund(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=timezone.now())
    dispatch.dispatch_due()
    assert control(processor_url, "state")["counts"]["refund"] == 1
    restore(tmp_path / "b")

    output = after_restore()

    frozen = UnbookedObject.objects.get(kind="refund")
    assert (frozen.status, frozen.organization_id) == ("frozen", None)
    assert frozen.amount >= Money.of("70.00", "EUR")
    assert frozen.remote_id in output
    with pytest.raises(pause_operations.UnbookedObjectsOpen):
        pause_operations.resume(reason="hurry", now=timezone.now(), actor=SYSTEM)
    assert dispatch.dispatch_due() == 0
    charge.refresh_from_db()
    assert charge.status == "succeeded"


def test_a_payment_whose_charge_is_lost_is_listed(make, processor_url, ada, tmp_path):
    back_up(tmp_path / "b")
    fund_and_release(make, ada, processor_url)
    number = Charge.objects.latest("created_at").id
    restore(tmp_path / "b")
    output = after_restore()
    frozen = UnbookedObject.objects.get(kind="charge")
    assert (frozen.own_id, frozen.status) == (number, "frozen")
    assert frozen.remote_id in output


def test_a_silent_processor_leaves_payments_paused(make, processor_url, ada, tmp_path):
    back_up(tmp_path / "b")
    restore(tmp_path / "b")
    control(processor_url, "faults", path="GET /v1/transfers", kind="500", times=20)

    with pytest.raises(CommandError, match="does not answer"):
        after_restore()
    with pytest.raises(pause_operations.ComparisonMissing):
        pause_operations.resume(reason="hurry", now=timezone.now(), actor=SYSTEM)


def test_what_cannot_be_asked_is_not_sent_to(make, processor_url, ada):
    request(make, ada)
    control(processor_url, "faults", path="GET /v1/transfers", kind="500", times=20)
    comparison.forget_checks()

    assert not are_current(gateway="sandbox", now=timezone.now())
    assert dispatch.dispatch_due() == 0
    assert not pause_queries.is_paused()


def test_files_come_back_with_the_books_and_damage_is_refused(make, settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path / "files"
    (settings.MEDIA_ROOT / "ab").mkdir(parents=True)
    (settings.MEDIA_ROOT / "ab" / "evidence.txt").write_text("signed")
    ada = make.freelancer()
    back_up(tmp_path / "b")
    (settings.MEDIA_ROOT / "ab" / "evidence.txt").unlink()
    type(ada).objects.filter(id=ada.id).update(display_name="Changed")

    restore(tmp_path / "b")

    ada.refresh_from_db()
    assert ada.display_name != "Changed"
    assert (settings.MEDIA_ROOT / "ab" / "evidence.txt").read_text() == "signed"
    assert pause_queries.is_paused()
    with pytest.raises(CommandError, match="not empty"):
        back_up(tmp_path / "b")
    (tmp_path / "b" / "media" / "ab" / "evidence.txt").write_text("forged")
    with pytest.raises(CommandError, match="damaged"):
        restore(tmp_path / "b")
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(tmp_path / "b"))


def test_a_missing_program_is_named(settings, monkeypatch, db):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(backups, "find_spec", lambda name: None)
    with pytest.raises(backups.BackupFailed, match="postgresql-client"):
        backups._program("pg_dump")
