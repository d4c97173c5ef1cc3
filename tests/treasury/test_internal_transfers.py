"""Cash from one gateway to another: two people, an account in between, and only the gateways' own lines are believed."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import requests
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.queries import actors
from apps.assurance import operations as assurance
from apps.assurance import queries as published
from apps.banking.models import BankOrder
from apps.common.errors import IllegalTransition
from apps.common.money import Money
from apps.gateways import policies
from apps.ledger import chart
from apps.ledger import operations as writing
from apps.ledger.queries import books as book_queries
from apps.ledger.queries import invariants
from apps.moderation.models import AuditEntry
from apps.outbox import bus
from apps.payouts.queries import liquidity
from apps.treasury import entries
from apps.treasury.models import InternalTransfer, ProcessorLine
from apps.treasury.operations import internal_transfers as internal_transfer_operations
from apps.treasury.operations import reconciliation
from apps.treasury.operations.top_ups import AmountMissing
from apps.treasury.operations.treasury import ReasonMissing
from apps.treasury.queries import holdings
from apps.treasury.queries import internal_transfers as internal_transfer_queries
from tests.make import dispatch
from tests.make.bank_statements import camt, take_in
from tests.payouts.test_ways_to_be_paid import by_bank, withdraw

pytestmark = pytest.mark.django_db
EUR_450 = Money.of("450.00", "EUR")


@pytest.fixture
def market(books):
    """A market with a processor of its own, where an employer paid 1,000.00 by card and nothing is at the bank."""
    call_command("load_payment_methods", verbosity=0)
    books.escrow(status="funded", amount=Money.of("1000.00", "EUR"))
    books.one, books.other = actors.actor_for(books.staff()), actors.actor_for(books.staff("Second"))
    assert reconciliation.reconcile(gateway="sandbox").is_clean
    return books


def propose(market, amount=EUR_450, **options) -> InternalTransfer:
    values = {"transfer_id": uuid4(), "source": "sandbox", "target": "bank", "reason": "Withdrawals by bank"}
    values |= {"actor": market.one, "now": timezone.now()}
    return internal_transfer_operations.propose_transfer(amount=amount, **(values | options))


def agreed(market, **options) -> InternalTransfer:
    move = propose(market, **options)
    return internal_transfer_operations.approve_transfer(transfer_id=move.id, actor=market.other, now=timezone.now())


def pay_out_at_processor(market, amount: str = "45000") -> None:
    """By hand, on the processor's own pages: to our own bank."""
    answer = requests.post(
        f"{market.processor.url}/v1/payouts", data={"amount": amount, "currency": "eur"}, timeout=5,
        headers={"Idempotency-Key": str(uuid4())},
    )  # fmt: skip
    assert answer.status_code == 200


def reconciled(*names: str) -> bool:
    return all(reconciliation.reconcile(gateway=name).is_clean for name in names)


def transit(move: InternalTransfer) -> Money:
    return book_queries.balance(chart.clearing_transit(move.id, move.currency))


def sound() -> bool:
    return not [item for item in invariants.check_all() if item.breaches]


def test_cash_goes_from_the_processor_to_the_bank_and_pays_a_freelancer_there(market, outbox_drain):
    move = agreed(market)
    assert reconciliation.reconcile(gateway="sandbox").is_clean
    assert InternalTransfer.objects.get().status == "agreed"  # nobody has made it yet: nothing is believed
    pay_out_at_processor(market)
    assert reconciled("sandbox")
    move.refresh_from_db()
    assert (move.status, transit(move)) == ("left", EUR_450)
    report = assurance.publish(night=timezone.now().date(), now=timezone.now())
    [euros] = [row for row in published.coverage(report) if row.currency == "EUR"]
    assert euros.booked - (euros.at_processor or EUR_450) == EUR_450  # between the gateways, and still ours
    before = holdings.shortfall("EUR")

    number = move.number.replace("-", " ").lower()  # banks write it as they like
    take_in(market.one, camt(("450.00", f"Payout {number}", "B1", "")))
    assert reconciled("bank", "sandbox")

    move.refresh_from_db()
    assert (move.status, transit(move)) == ("arrived", Money.zero("EUR"))
    assert book_queries.balance(chart.clearing("bank", "EUR")) == EUR_450
    assert holdings.shortfall("EUR") == before
    assert {line.status for line in ProcessorLine.objects.all()} == {"matched"}
    ada = market.freelancer("Ada", country="FR", currency="EUR")
    market.balance(ada, EUR_450)
    by_bank(market, ada)
    withdraw(market, ada)
    dispatch.send_due(clock=timezone.now)
    assert BankOrder.objects.get().amount == EUR_450
    assert sound()
    outbox_drain(timezone.now())
    logged = AuditEntry.objects.get(action="treasury.internal_transfer")
    assert logged.details["proposed_by"] == str(market.one.user_id)


def test_and_from_the_bank_to_the_processor(market):
    take_in(market.one, camt(("450.00", "gift", "B0", "")))
    reconciliation.reconcile(gateway="bank")
    # Nobody has said yet whose it is, but the account holds it as soon as it is moved to suspense.
    reconciliation.reconcile(gateway="bank", clock=lambda: timezone.now() + timedelta(days=2))
    move = agreed(market, source="bank", target="sandbox")

    take_in(market.one, camt(("-450.00", f"{move.number} own funds", "B1", "")))
    reconciliation.reconcile(gateway="bank")
    move.refresh_from_db()
    assert (move.status, transit(move)) == ("left", EUR_450)
    market.processor.store.book("", "topup", 45000, "eur", "tu_by_hand")
    assert reconciled("sandbox")

    move.refresh_from_db()
    assert (move.status, transit(move)) == ("arrived", Money.zero("EUR"))
    assert not reconciliation.compare_balances(gateway="bank")
    assert sound()


def test_what_is_agreed_is_promised_and_no_more_than_is_free_may_move(market):
    clearing = book_queries.balance(chart.clearing("sandbox", "EUR"))
    with pytest.raises(internal_transfer_operations.ExceedsAvailable):
        propose(market, clearing + Money.of("0.01", "EUR"))
    first, second = propose(market, clearing), propose(market, clearing)
    internal_transfer_operations.approve_transfer(transfer_id=first.id, actor=market.other, now=timezone.now())
    assert not liquidity.cash_at("sandbox", "EUR").free
    with pytest.raises(internal_transfer_operations.ExceedsAvailable):
        internal_transfer_operations.approve_transfer(transfer_id=second.id, actor=market.other, now=timezone.now())
    internal_transfer_operations.cancel_transfer(transfer_id=first.id, actor=market.one, now=timezone.now())
    assert liquidity.cash_at("sandbox", "EUR").free == clearing
    internal_transfer_operations.approve_transfer(transfer_id=second.id, actor=market.other, now=timezone.now())
    assert not transit(second)
    assert sound()


def test_one_person_alone_moves_nothing_and_what_has_left_is_not_cancelled(market):
    move = propose(market)
    assert propose(market, transfer_id=move.id) == move
    with pytest.raises(internal_transfer_operations.SecondPersonMissing):
        internal_transfer_operations.approve_transfer(transfer_id=move.id, actor=market.one, now=timezone.now())
    with pytest.raises(policies.OnlyStaff):
        propose(market, actor=market.actor(market.employer()))
    with pytest.raises(internal_transfer_operations.GatewaysIncompatible):
        propose(market, target="sandbox")
    with pytest.raises(internal_transfer_operations.GatewaysIncompatible):
        propose(market, Money.of("1.00", "USD"))  # the bank holds euros alone
    with pytest.raises(ReasonMissing):
        propose(market, reason=" ")
    with pytest.raises(AmountMissing):
        propose(market, Money.zero("EUR"))
    same = InternalTransfer.objects.filter(id=move.id)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        same.update(agreed_by_id=market.one.user_id)
    with pytest.raises(IntegrityError, match="left_has_a_line"), transaction.atomic():
        same.update(status="left", agreed_by_id=market.other.user_id)
    internal_transfer_operations.approve_transfer(transfer_id=move.id, actor=market.other, now=timezone.now())
    pay_out_at_processor(market)
    reconciliation.reconcile(gateway="sandbox")
    with pytest.raises(IllegalTransition):
        internal_transfer_operations.cancel_transfer(transfer_id=move.id, actor=market.one, now=timezone.now())


def test_a_customers_payment_of_the_same_amount_is_never_taken_for_it(market):
    """At the bank the number decides; without it people look, even after the money was moved to suspense."""
    move = agreed(market)
    pay_out_at_processor(market)
    reconciliation.reconcile(gateway="sandbox")
    take_in(market.one, camt(("450.00", "Rechnung 12", "B1", ""), ("449.99", move.number, "B2", "")))
    later = timezone.now() + timedelta(days=2)
    assert not reconciliation.reconcile(gateway="bank", clock=lambda: later).is_clean
    move.refresh_from_db()
    assert move.status == "left"
    [line] = internal_transfer_queries.lines_of_transfer(move)
    assert line.status == "suspense"
    other = ProcessorLine.objects.get(gateway="bank", net_minor=44999)
    with pytest.raises(internal_transfer_operations.LineMismatch):
        internal_transfer_operations.match_statement_line(
            transfer_id=move.id, line_id=other.id, actor=market.one, now=later
        )

    internal_transfer_operations.match_statement_line(transfer_id=move.id, line_id=line.id, actor=market.one, now=later)
    reconciliation.reconcile(gateway="bank", clock=lambda: later)

    move.refresh_from_db()
    line.refresh_from_db()
    assert (move.status, line.status, transit(move)) == ("arrived", "matched", Money.zero("EUR"))
    assert not reconciliation.compare_balances(gateway="bank")
    with pytest.raises(internal_transfer_operations.LineMismatch):
        internal_transfer_operations.match_statement_line(
            transfer_id=move.id, line_id=line.id, actor=market.one, now=later
        )


def test_a_sweep_of_the_same_amount_keeps_its_payout(market):
    move = agreed(market, amount=Money.of("7.00", "EUR"))
    pay_out_at_processor(market, "700")
    writing.record(
        entries.swept(operation_id=uuid4(), gateway="sandbox", amount=Money.of("7.00", "EUR")), now=timezone.now()
    )  # fmt: skip
    assert reconciled("sandbox")
    move.refresh_from_db()
    assert move.status == "agreed"


def test_two_people_walk_it_on_the_pages(market):
    first, second = Client(), Client()
    first.force_login(people_user(market.one))
    second.force_login(people_user(market.other))
    assert "/money/internal-transfers/" in first.get("/en/money/internal-transfers/").content.decode()
    form = first.get("/en/money/internal-transfers/").content.decode()
    transfer_id = re.search(r'name="transfer_id" value="([^"]+)"', form)[1]
    filled = {"transfer_id": transfer_id, "source": "sandbox", "target": "bank", "currency": "EUR", "amount": "450",
              "reason": "Withdrawals"}  # fmt: skip
    assert first.post("/en/money/internal-transfers/", filled | {"amount": "99999"}).status_code == 422
    address = first.post("/en/money/internal-transfers/", filled).url
    assert "A second person has to agree" in first.get(address).content.decode()
    second.post(address, {"step": "approve"})
    page = second.get(address).content.decode()
    assert InternalTransfer.objects.get().number in page
    assert "Make the transfer by hand" in page
    pay_out_at_processor(market)
    reconciliation.reconcile(gateway="sandbox")
    take_in(market.one, camt(("450.00", "no number", "B1", "")))
    reconciliation.reconcile(gateway="bank")
    page = second.get(address).content.decode()
    line = re.search(r'name="line" value="([^"]+)"', page)[1]
    second.post(address, {"step": "match", "line": line})
    assert InternalTransfer.objects.get().status == "arrived"
    assert "Arrived from another of our accounts" in second.get(address).content.decode()
    assert second.post(address, {"step": "match", "line": "x"}).status_code == 302
    assert second.post(f"/en/money/internal-transfers/{uuid4()}/", {"step": "approve"}, follow=True).status_code == 404
    stranger = Client()
    stranger.force_login(market.employer().memberships.get().user)
    assert (stranger.get("/en/money/internal-transfers/").status_code, stranger.get(address).status_code) == (403, 403)


def people_user(actor):
    return User.objects.get(id=actor.user_id)


def test_the_api_does_the_same(market):
    item, other = APIClient(), APIClient()
    item.force_login(people_user(market.one))
    other.force_login(people_user(market.other))
    body = {"id": str(uuid4()), "source": "sandbox", "target": "bank", "reason": "Withdrawals",
            "amount": {"amount_minor": 45000, "currency": "EUR"}}  # fmt: skip

    def post(client, path, sent):
        return client.post(path, sent, format="json", headers={"Idempotency-Key": str(uuid4())})

    assert [post(item, "/api/v1/treasury/internal-transfers/", body).status_code for _ in range(2)] == [201, 201]
    address = f"/api/v1/treasury/internal-transfers/{body['id']}/"
    alone = post(item, address, {"step": "approve"})
    assert (alone.status_code, alone.json()["code"]) == (409, "second_person_missing")
    assert post(other, address, {"step": "approve"}).json()["transfer"]["status"] == "agreed"
    pay_out_at_processor(market)
    assert item.get(address).json()["candidates"] == []  # nobody has read the processor's lines yet
    reconciliation.reconcile(gateway="sandbox")
    assert item.get(address).json()["transfer"]["status"] == "left"
    body = item.get("/api/v1/treasury/internal-transfers/").json()
    held = {row["gateway"]: row["held"] for row in body["gateways"]}
    assert held["bank"] == {"amount_minor": 0, "currency": "EUR"}
    assert held["sandbox"]["amount_minor"] > 0
    assert body["transfers"][0]["number"] == InternalTransfer.objects.get().number
    stranger = APIClient()
    stranger.force_login(market.employer().memberships.get().user)
    assert stranger.get(address).status_code == 403
    bus.deliver_pending(now=timezone.now())
