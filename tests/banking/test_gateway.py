"""The gateway to our own bank account: paid by reference, paid out by file, and the same promises as any other gateway."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from stdnum import iso11649

from apps.accounts.queries import actors
from apps.banking import queries
from apps.banking.formats import reader
from apps.banking.gateway import creditor_reference
from apps.banking.models import BankOrder, BankStatementLine
from apps.banking.operations import orders
from apps.banking.operations.statements import StatementRefused
from apps.common.money import Money
from apps.escrow.models import Escrow
from apps.escrow.operations import releases
from apps.gateways import policies, registry
from apps.gateways.errors import GatewayRefused
from apps.gateways.protocols.charges import ChargeState, CheckoutRequest, RefundRequest
from apps.gateways.protocols.disputes import Disputes
from apps.gateways.protocols.gateway import Gateway
from apps.gateways.protocols.movements import TransferState
from apps.gateways.protocols.onboarding import Onboarding
from apps.gateways.protocols.payouts import OutboundRequest, RecipientRequest
from apps.gateways.protocols.statements import Listing
from apps.gateways.protocols.top_ups import TopUps
from apps.gateways.protocols.transfers import RecipientBalances
from apps.gateways.protocols.webhooks import Webhooks
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.outbox import bus
from apps.payments.queries import credits
from apps.payouts.operations import accounts, payouts
from apps.payouts.queries import wallet
from apps.treasury.models import ProcessorLine, SuspenseItem
from apps.treasury.operations import reconciliation, suspense
from tests.make import dispatch
from tests.make.bank_statements import IBAN, camt, charge_by_bank, take_in

pytestmark = pytest.mark.django_db
EUR_525 = Money.of("525.00", "EUR")


@pytest.fixture
def bank(make):
    make.now = timezone.now()
    call_command("load_payment_methods", verbosity=0)
    return registry.gateway("bank")


def sound() -> bool:
    return not [item for item in invariants.check_all() if item.breaches]


# -- what every gateway promises


def request_for(charge_id, amount=EUR_525):
    return CheckoutRequest(uuid4(), charge_id, amount, "Logo", "escrow_1", "http://s.test/", "http://s.test/", "en")


def test_the_reference_is_of_the_standard_and_always_the_same(bank):
    charge_id = uuid4()
    first, second = bank.open_checkout(request_for(charge_id)), bank.open_checkout(request_for(charge_id))
    assert first.session_id == second.session_id == creditor_reference(charge_id)
    assert iso11649.is_valid(first.session_id)
    assert first.url.startswith("http://s.test/")


def test_it_offers_what_a_bank_does_and_refuses_the_rest(bank):
    assert bank.capabilities.currencies == {"EUR"}
    assert isinstance(bank, Gateway)
    for flow in (RecipientBalances, Onboarding, TopUps, Disputes, Webhooks, Listing):
        assert not registry.offers("bank", flow)
        with pytest.raises(GatewayRefused) as error:
            registry.gateway_with("bank", flow)
        assert error.value.code == "unsupported"
    with pytest.raises(GatewayRefused) as error:
        bank.open_checkout(request_for(uuid4(), Money.of("5", "USD")))
    assert error.value.code == "unsupported"


def test_an_order_is_made_once_per_key_found_again_and_never_for_more_than_there_is(bank, make, staff):
    take_in(staff, camt(("600.00", "gift", "B1", "")))
    organization = make.freelancer()
    recipient = bank.open_recipient(RecipientRequest(uuid4(), organization.id, "FR", "EUR", "Ada", IBAN, "connect"))
    request = OutboundRequest(uuid4(), uuid4(), recipient.account_id, recipient.payout_method_id, EUR_525, "EUR")

    created, again = bank.send_cross_border(request), bank.send_cross_border(request)

    assert created == again == bank.find_cross_border(payout_id=request.payout_id, account_id=recipient.account_id)
    assert created.movement.state == TransferState.PENDING
    assert BankOrder.objects.count() == 1
    assert bank.balance() == {"EUR": Money.of("75.00", "EUR")}
    with pytest.raises(GatewayRefused) as refusal:
        bank.send_cross_border(OutboundRequest(uuid4(), uuid4(), recipient.account_id, "x", EUR_525, "EUR"))
    assert refusal.value.code == "balance_insufficient"
    assert bank.find_refund(refund_id=uuid4(), payment_id="bsl_x") is None


def test_a_number_that_is_no_iban_is_refused(bank, make):
    with pytest.raises(GatewayRefused) as refusal:
        bank.open_recipient(RecipientRequest(uuid4(), make.freelancer().id, "FR", "EUR", "A", "FR99", "connect"))
    assert refusal.value.code == "account_number_invalid"


def test_only_what_a_statement_says_was_paid(bank, make, staff):
    charge = charge_by_bank(make)
    assert bank.charge_outcome(charge.remote_session_id).state == ChargeState.OPEN
    take_in(staff, camt(("525.00", charge.remote_session_id, "B1", "")))
    outcome = bank.charge_outcome(charge.remote_session_id)
    assert (outcome.state, outcome.amount, outcome.fee) == (ChargeState.SUCCEEDED, EUR_525, None)
    with pytest.raises(GatewayRefused):
        bank.refund(RefundRequest(uuid4(), uuid4(), outcome.payment_id, Money.of("525.01", "EUR")))


# -- end to end


def test_a_milestone_is_paid_by_bank_and_its_freelancer_by_file(bank, make, staff):
    charge = charge_by_bank(make)
    assert charge.gateway == "bank"
    for _ in range(2):
        take_in(staff, camt(("525.00", iso11649.format(charge.remote_session_id), "B1", "")))
    charge.refresh_from_db()
    assert charge.status == "succeeded"
    assert books.balance(chart.clearing("bank", "EUR")) == EUR_525

    escrow = Escrow.objects.get(id=charge.reference_id)
    releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=timezone.now())
    payee, now = escrow.payee, timezone.now()
    accounts.set_payout_account(
        organization_id=payee.id, currency="EUR", holder_name="Ada", account_number=IBAN, is_automatic=False,
        gateway="bank", actor=make.actor(payee), now=now,
    )  # fmt: skip
    balance = wallet.balances(payee.id)[0].available
    payout = payouts.request_payout(
        organization_id=payee.id, currency="EUR", amount=balance, actor=make.actor(payee), now=now
    )
    dispatch.send_due(clock=timezone.now)
    order = BankOrder.objects.get()
    file = orders.export_orders(actor=staff, now=now)
    assert order.end_to_end_id in file.body and IBAN in file.body

    take_in(staff, camt((f"-{balance.as_decimal()}", "", "B2", order.end_to_end_id)))

    payout.refresh_from_db()
    assert payout.status == "paid"
    assert reconciliation.reconcile(gateway="bank").is_clean
    assert not ProcessorLine.objects.exclude(status="matched").exists()
    assert sound()


def test_a_refund_goes_back_to_the_account_it_came_from(bank, make, staff):
    charge = charge_by_bank(make)
    take_in(staff, camt(("525.00", charge.remote_session_id, "B1", "")))
    payee = Escrow.objects.get(id=charge.reference_id).payee
    releases.refund(escrow_id=charge.reference_id, amount=None, actor=make.actor(payee), now=timezone.now())
    dispatch.send_due(clock=timezone.now)
    order = BankOrder.objects.get()
    assert (order.iban, order.amount) == (IBAN, EUR_525)
    orders.export_orders(actor=staff, now=timezone.now())
    orders.end_order(order_id=order.id, is_executed=True, actor=staff, now=timezone.now())
    assert charge.refunds.get().status == "succeeded"
    assert reconciliation.reconcile(gateway="bank").is_clean
    assert sound()


def test_a_wrong_amount_or_reference_is_moved_to_suspense_and_given_to_who_paid(bank, make, staff):
    charge = charge_by_bank(make)
    take_in(staff, camt(("500.00", charge.remote_session_id, "B1", ""), ("7.00", "hello", "B2", "")))
    charge.refresh_from_db()
    assert charge.status == "open"
    later = timezone.now() + timedelta(days=2)
    reconciliation.reconcile(gateway="bank", clock=lambda: later)
    assert sorted(SuspenseItem.objects.values_list("amount_minor", flat=True)) == [700, 50000]
    assert not reconciliation.compare_balances(gateway="bank")

    item = SuspenseItem.objects.get(amount_minor=50000)
    suspense.propose_booking(item_id=item.id, target="credit:employer", payment_number=charge.number,
                               explanation="Paid without our fee", actor=staff, now=later)  # fmt: skip
    suspense.confirm_booking(item_id=item.id, actor=actors.actor_for(make.staff("Second")), now=later)
    assert credits.credit(charge.payer_id, "EUR") == Money.of("500.00", "EUR")


# -- statements


def test_csv_reads_the_same_and_a_booking_counts_once_in_whichever_file(bank, make, staff):
    rows = "date,amount,currency,reference,bank_reference\n2026-11-20,10.00,EUR,a,B1\n2026-11-20,-2.50,EUR,fee,B2\n"
    take_in(staff, rows.encode(), "a.csv")
    take_in(staff, camt(("10.00", "a", "B1", "")))
    assert sorted(BankStatementLine.objects.values_list("amount_minor", flat=True)) == [-250, 1000]


def test_the_same_twice_on_a_day_without_a_reference_of_the_bank_is_two_bookings():
    rows = "date,amount,currency\n2026-11-20,10.00,EUR\n2026-11-20,10.00,EUR\n"
    result = reader.read(rows.encode())
    assert len({booking.line_ref for booking in result.bookings}) == 2


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Document><Stmt>&b;</Stmt></Document>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Document/>',
        b"<Document/>", b"<not closed", b"", b"\xff\xfe", b"date,amount\n1,2\n",
        b"date,amount,currency\n2026-11-20,1.005,EUR\n", b"date,amount,currency\nyesterday,1,EUR\n",
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused_and_nothing_is_taken(bank, staff, body):
    with pytest.raises(StatementRefused):
        take_in(staff, body)
    assert not BankStatementLine.objects.exists()


def test_statements_and_files_are_staffs(bank, make):
    actor = make.actor(make.employer())
    with pytest.raises(policies.OnlyStaff):
        take_in(actor, camt())
    with pytest.raises(policies.OnlyStaff):
        orders.export_orders(actor=actor, now=timezone.now())


# -- pages


def test_the_payer_sees_what_to_transfer_and_a_stranger_nothing(bank, make):
    charge = charge_by_bank(make)
    payer, stranger = Client(), Client()
    payer.force_login(charge.payer.memberships.get().user)
    stranger.force_login(make.freelancer("Stranger").memberships.get().user)
    assert f"/money/transfers/{charge.id}/" in charge.checkout_url
    page = payer.get(f"/en/money/transfers/{charge.id}/").content.decode()
    assert iso11649.format(charge.remote_session_id) in page
    assert stranger.get(f"/en/money/transfers/{charge.id}/").status_code == 404


def test_staff_take_a_statement_in_and_make_a_file(bank, make):
    charge = charge_by_bank(make)
    client = Client()
    client.force_login(make.staff())
    body = camt(("525.00", charge.remote_session_id, "B1", ""))
    client.post("/en/money/bank/", {"statement": SimpleUploadedFile("s.xml", body)})
    bus.deliver_pending(now=timezone.now())
    charge.refresh_from_db()
    assert charge.status == "succeeded"
    assert client.post("/en/money/bank/", {"statement": SimpleUploadedFile("s.xml", b"x")}).status_code == 422
    payee = Escrow.objects.get(id=charge.reference_id).payee
    releases.refund(escrow_id=charge.reference_id, amount=None, actor=make.actor(payee), now=timezone.now())
    dispatch.send_due(clock=timezone.now)
    client.post("/en/money/bank/files/")
    file = queries.bank_files()[0]
    assert b"CstmrCdtTrfInitn" in client.get(f"/en/money/bank/files/{file.id}/").content
    client.post(f"/en/money/bank/orders/{BankOrder.objects.get().id}/", {"end": "rejected"})
    assert charge.refunds.get().status == "failed"
    assert credits.credit(charge.payer_id, "EUR") == EUR_525
    assert reconciliation.reconcile(gateway="bank").is_clean
