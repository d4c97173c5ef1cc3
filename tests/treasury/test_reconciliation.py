"""The processor's books against ours: both ways, over HTTP, against a processor of each test's own."""

import json
from datetime import datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
import requests
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import actors
from apps.common.money import Money
from apps.gateways import policies
from apps.ledger import chart
from apps.ledger.entries import event_key
from apps.ledger.queries import books as book_queries
from apps.ledger.queries import invariants
from apps.moderation.models import AuditEntry
from apps.notifications.models import Notification
from apps.payments.models import Charge
from apps.payments.operations import chargebacks, charges
from apps.payments.queries import credits
from apps.treasury.models import BookLine, ProcessorLine, ReconciliationRun, SuspenseItem
from apps.treasury.operations import reconciliation, suspense
from apps.treasury.operations.suspense import ExplanationMissing, PaymentNotFound
from tests.make import dispatch

pytestmark = pytest.mark.django_db
LATER = timedelta(days=2)


def control(make, desk, **body):
    return requests.post(f"{make.processor.url}/control/{desk}", json=body, timeout=5).json()


def run(at: datetime | None = None) -> ReconciliationRun:
    moment = at or timezone.now()
    return reconciliation.reconcile(gateway="sandbox", clock=lambda: moment)


def later() -> ReconciliationRun:
    return run(timezone.now() + LATER)


def staff(make, name="Staff"):
    return actors.actor_for(make.staff(name) if name != "Staff" else make.staff())


def sound() -> bool:
    return not [entry for entry in invariants.check_all() if entry.breaches]


def clearing_is_the_processors() -> bool:
    return not reconciliation.compare_balances(gateway="sandbox")


# -- both sides agree


def test_every_movement_of_money_has_its_line_and_its_entry(books):
    books.escrow(status="released", amount=Money.of("1000.00", "EUR"))
    books.escrow(status="refunded", amount=Money.of("30000", "JPY"))
    books.payout(status="paid", net=Money.of("450.00", "EUR"))
    books.payout(status="returned", net=Money.of("90.00", "USD"))
    books.escrow(status="funded", amount=Money.of("12.340", "KWD"))
    dispatch.send_due(clock=timezone.now)
    control(books, "fees", amount=250, currency="eur")

    result = run()

    assert result.is_clean, result.summary
    assert result.lines_read >= 8
    assert not ProcessorLine.objects.exclude(status="matched").exists()
    assert not BookLine.objects.exclude(status="matched").exists()
    assert not ProcessorLine.objects.filter(journal_id=None).exists()
    assert sound()


def test_a_second_run_reads_nothing_new_and_changes_nothing(books):
    books.escrow(status="funded")
    run()
    before = ProcessorLine.objects.count(), BookLine.objects.count()
    assert run().lines_read == 0
    assert (ProcessorLine.objects.count(), BookLine.objects.count()) == before


def test_a_fee_that_the_processor_takes_on_its_own_is_a_cost(books):
    books.escrow(status="funded")
    before = book_queries.balance(chart.processor_expense("EUR"))
    control(books, "fees", amount=250, currency="eur")
    assert run().is_clean
    assert book_queries.balance(chart.processor_expense("EUR")) - before == Money.of("2.50", "EUR")
    assert sound()


def test_a_refund_that_came_back_and_a_chargeback_explain_themselves(books):
    escrow = books.escrow(status="funding")
    charge = Charge.objects.get(reference_id=escrow.id)
    books.paid(charge, card="4000000000005126")
    other = Charge.objects.get(reference_id=books.escrow(status="funded").id)
    dispute = control(books, f"disputes/{other.remote_payment_id}")
    chargebacks.refresh_chargeback(gateway="sandbox", remote_id=dispute["id"], now=timezone.now())
    assert run().is_clean


# -- the processor moved money that is not in our books


def test_a_payment_sent_twice_is_seen_here_alone(books):
    payout = books.payout(status="submitted", net=Money.of("450.00", "EUR"))
    again = {"amount": 4500, "currency": "eur", "destination": payout.account.remote_account_id}
    books.escrow(status="funded", amount=Money.of("2000.00", "EUR"))
    headers = {"Idempotency-Key": str(uuid4())}
    requests.post(f"{books.processor.url}/v1/transfers", data=again, headers=headers, timeout=5)
    assert sound(), "our own books cannot see it"

    result = run()
    assert result.summary["differences"]
    assert result.summary["waiting"] == {"EUR": -4500}
    assert result.items_opened == 0, "the first day it may still explain itself"

    result = later()

    item = SuspenseItem.objects.get()
    assert (item.amount, item.reason) == (Money.of("-45.00", "EUR"), "no_entry")
    assert clearing_is_the_processors()
    assert book_queries.balance(chart.suspense("EUR")) == Money.of("45.00", "EUR")
    [account] = result.summary["connected_differences"]
    assert account["processor"] - account["books"] == 4500
    assert not result.is_clean


def test_a_kind_that_nobody_knows_is_never_skipped(books):
    books.escrow(status="funded")
    control(books, "fees", amount=99, currency="eur", type="moon_tax")
    run()
    item = SuspenseItem.objects.get()
    assert (item.reason, item.amount) == ("unknown_type", Money.of("-0.99", "EUR"))
    assert clearing_is_the_processors()


def test_what_explains_itself_late_is_cleared_on_its_own(books):
    escrow = books.escrow(status="funding")
    charge = Charge.objects.get(reference_id=escrow.id)
    control(books, f"pay/{charge.remote_session_id}")  # and no webhook comes
    later()
    item = SuspenseItem.objects.get()
    assert item.amount == Money.of("509.47", "EUR")

    charges.refresh_charge(charge_id=charge.id, now=timezone.now())
    from apps.outbox import bus

    bus.deliver_pending(now=timezone.now())
    result = later()

    item.refresh_from_db()
    assert item.status == "cleared"
    assert not book_queries.balance(chart.suspense("EUR"))
    assert result.is_clean, result.summary
    assert sound()


# -- our books say that money moved, and the processor knows nothing of it


def test_an_entry_without_a_line_is_moved_to_suspense(books):
    from apps.ledger import operations as writing
    from apps.treasury import entries

    books.escrow(status="funded")
    wrong = entries.swept(operation_id=uuid4(), gateway="sandbox", amount=Money.of("7.00", "EUR"))
    writing.record(wrong, now=timezone.now())
    assert run().items_opened == 0
    later()

    item = SuspenseItem.objects.get()
    assert (item.reason, item.amount) == ("no_line", Money.of("7.00", "EUR"))
    assert clearing_is_the_processors()
    assert BookLine.objects.get(event="platform.swept").item == item


def test_a_sweep_finds_its_payout_by_the_amount(books):
    from apps.ledger import operations as writing
    from apps.treasury import entries

    books.escrow(status="funded")
    books.processor.store.book("", "payout", -700, "eur", "po_by_hand")
    writing.record(entries.swept(operation_id=uuid4(), gateway="sandbox", amount=Money.of("7.00", "EUR")),
                   now=timezone.now())  # fmt: skip
    assert run().is_clean


# -- two people


@pytest.fixture
def item(books):
    books.escrow(status="funded")
    control(books, "fees", amount=99, currency="eur", type="moon_tax")
    run()
    return SuspenseItem.objects.get()


def propose(item, actor, **options):
    values = {"target": "expense:processor", "payment_number": "", "explanation": "The processor wrote to us."}
    return suspense.propose_booking(item_id=item.id, actor=actor, now=timezone.now(), **(values | options))


def test_two_people_book_it_where_it_belongs(books, item, outbox_drain):
    row, other = staff(books), staff(books, "Second")
    before = book_queries.balance(chart.processor_expense("EUR"))
    propose(item, row)
    with pytest.raises(suspense.SamePerson):
        suspense.confirm_booking(item_id=item.id, actor=row, now=timezone.now())
    suspense.confirm_booking(item_id=item.id, actor=other, now=timezone.now())
    outbox_drain(timezone.now() + timedelta(minutes=1))

    assert book_queries.balance(chart.processor_expense("EUR")) - before == Money.of("0.99", "EUR")
    assert not book_queries.balance(chart.suspense("EUR"))
    assert AuditEntry.objects.get(action="treasury.suspense_resolved").details["proposed_by"] == str(row.user_id)
    assert later().is_clean
    assert sound()
    assert Notification.objects.filter(kind="books_differ").exists()


def test_the_database_refuses_one_person_alone(books, item):
    row = staff(books)
    propose(item, row)
    with pytest.raises(IntegrityError, match="treasury_suspenseitem_two_people"), transaction.atomic():
        SuspenseItem.objects.update(confirmed_by_id=row.user_id)


def test_a_booking_says_why_and_is_staffs(books, item):
    with pytest.raises(ExplanationMissing):
        propose(item, staff(books), explanation=" ")
    with pytest.raises(policies.OnlyStaff):
        propose(item, books.actor(books.employer()))
    with pytest.raises(PaymentNotFound):
        propose(item, staff(books), target="credit:employer", payment_number="CH-NONE")


def test_money_of_nobody_becomes_the_credit_of_who_paid_it(books):
    escrow = books.escrow(status="funded")
    books.processor.store.book("", "charge", 5000, "eur", "ch_of_nobody")
    later()
    item, number = SuspenseItem.objects.get(), Charge.objects.get(reference_id=escrow.id).number
    propose(item, staff(books), target="credit:employer", payment_number=number.lower())
    suspense.confirm_booking(item_id=item.id, actor=staff(books, "Second"), now=timezone.now())
    assert credits.credit(escrow.payer_id, "EUR") == Money.of("50.00", "EUR")
    assert book_queries.journal_by_key(event_key("suspense.resolved", item.id)) is not None


def test_the_pages_of_the_desk(books, item):
    row, two = Client(), Client()
    row.force_login(books.staff())
    two.force_login(books.staff("Second"))
    address = f"/en/money/reconciliation/{item.id}/"
    listed = row.get("/en/money/reconciliation/").content.decode()
    assert address in listed
    assert "moon_tax" in row.get(address).content.decode()
    values = {"step": "propose", "target": "expense:processor", "explanation": ""}
    assert row.post(address, values).status_code == 422
    row.post(address, values | {"explanation": "Told by mail"})
    assert "Confirm and write the entry" not in row.get(address).content.decode()
    assert "Confirm and write the entry" in two.get(address).content.decode()
    two.post(address, {"step": "confirm"})
    assert SuspenseItem.objects.get().status == "resolved"
    row.post("/en/money/reconciliation/run/")
    assert "Nothing is in suspense" not in row.get("/en/money/reconciliation/").content.decode()
    stranger = Client()
    stranger.force_login(books.employer().memberships.get().user)
    for path in (address, "/en/money/reconciliation/"):
        assert stranger.get(path).status_code in (403, 404)


# -- from a terminal


def test_the_command_fails_while_anything_differs(books):
    books.escrow(status="funded")
    out = StringIO()
    call_command("reconcile", "--json", stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["ok"] is True
    control(books, "fees", amount=99, currency="eur", type="moon_tax")
    with pytest.raises(CommandError, match="1 items in suspense"):
        call_command("reconcile", stdout=StringIO())


def test_payouts_that_take_too_long_are_listed(books):
    payout = books.payout(status="submitted")
    result = run(timezone.now() + timedelta(days=8))
    assert result.summary["payouts_stuck"] == [payout.number]
    assert not result.is_clean


def test_the_check_of_the_ledger_counts_what_lies_too_long(books, item):
    assert sound()
    SuspenseItem.objects.update(opened_at=timezone.now() - timedelta(days=2))
    breaches = {entry.invariant: entry.breaches for entry in invariants.check_all()}
    assert breaches["I11_suspense_older_than_a_day"] == 1
    assert breaches["I11_suspense_that_is_not_the_sum_of_its_items"] == 0


def test_reconciling_tells_a_difference_by_its_currency(make, capsys, tmp_path, settings):
    from django.core.management import CommandError, call_command

    from devstack.sandbox_processor.server import Processor

    running = Processor(db=tmp_path / "p.db").start()
    settings.PROCESSOR_URL = running.url
    call_command("reconcile", "--json")
    running.store.book("", "adjustment", 500, "eur", "by hand")

    with pytest.raises(CommandError, match="EUR"):
        call_command("reconcile")
    running.stop()

    assert '"EUR": [500, 0]' in capsys.readouterr().out
    with pytest.raises(CommandError, match="does not answer"):
        call_command("reconcile")
