"""A freelancer chooses the gateway that pays: by our bank or a wallet, where the operator has it, as far as it holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.queries import actors as actor_queries
from apps.banking.models import BankOrder, BankRecipient
from apps.banking.operations import orders
from apps.common.errors import NotAllowed
from apps.common.money import Money
from apps.gateways.wallet.provider import WalletProvider
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.notifications.models import Notification
from apps.outbox import bus
from apps.payments.models import PaymentMethod
from apps.payouts import jobs, policies
from apps.payouts.models import LiquidityShortage, Payout, PayoutAccount
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import payouts
from apps.payouts.queries import accounts as account_queries
from apps.payouts.queries import liquidity, methods, wallet
from apps.treasury.operations import reconciliation
from tests.conftest import prove
from tests.make import dispatch
from tests.make.bank_statements import IBAN, camt, take_in

EUR_450 = Money.of("450.00", "EUR")


@pytest.fixture
def ada(make):
    """In France, with 450.00 EUR to withdraw that an employer paid by card: all cash is at the processor."""
    make.now = timezone.now()
    call_command("load_payment_methods", verbosity=0)
    organization = make.freelancer("Ada", country="FR", currency="EUR")
    make.balance(organization, EUR_450)
    return organization


@pytest.fixture
def cash_at_bank(make):
    """The operator's bank holds so much that nobody has explained yet: enough to pay from."""

    def put(amount: str) -> None:
        staff = actor_queries.actor_for(make.staff())
        take_in(staff, camt((amount, "moved", f"IN{amount}", "")))
        later = timezone.now() + timedelta(days=2)
        reconciliation.reconcile(gateway="bank", clock=lambda: later)

    return put


def by_bank(make, organization, number=IBAN, **options) -> PayoutAccount:
    values = {"currency": "EUR", "holder_name": "Ada", "is_automatic": False, "gateway": "bank"}
    return account_operations.set_payout_account(
        organization_id=organization.id, account_number=number, actor=make.actor(organization), now=timezone.now(),
        **(values | options),
    )  # fmt: skip


def withdraw(make, organization, amount=None) -> Payout:
    return payouts.request_payout(
        organization_id=organization.id, currency="EUR", amount=amount, actor=make.actor(organization),
        now=timezone.now(),
    )  # fmt: skip


def sound() -> bool:
    return not [
        item for item in invariants.check_all() if item.breaches and not item.invariant.startswith("I11_suspense_old")
    ]


# -- where it is offered


@pytest.mark.django_db
def test_only_an_open_gateway_of_the_country_and_currency_is_offered(make, ada, settings):
    today = timezone.now().date()
    assert [
        (payout_method.name, payout_method.currencies)
        for payout_method in methods.payout_methods_for(country="FR", on=today)
    ] == [("bank", ("EUR",))]
    assert methods.payout_methods_for(country="NG", on=today) == []
    assert methods.payout_methods_for(country="FR", on=today - timedelta(days=400)) == []
    settings.PAYMENT_GATEWAYS_ALSO = []
    assert methods.payout_methods_for(country="FR", on=today) == []
    with pytest.raises(policies.GatewayNotOffered):
        by_bank(make, ada)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        ("FR1420041010050500013M02607", policies.NumberWrong),
        ("hello", policies.NumberWrong),
        ("SA0380000000608010167519", policies.AccountNotReached),  # sound, but nowhere that our bank pays to
    ],
)
def test_a_number_that_cannot_be_paid_is_refused_before_anything_is_written(make, ada, number, refusal):
    with pytest.raises(refusal):
        by_bank(make, ada, number)
    assert not PayoutAccount.objects.exists()


@pytest.mark.django_db
def test_a_stranger_and_another_currency_are_refused(make, ada):
    with pytest.raises(NotAllowed):
        account_operations.set_payout_account(
            organization_id=ada.id, currency="EUR", holder_name="E", account_number=IBAN, is_automatic=False,
            gateway="bank", actor=make.actor(make.freelancer("Eve")), now=timezone.now(),
        )  # fmt: skip
    with pytest.raises(policies.GatewayNotOffered):
        by_bank(make, ada, currency="USD")
    by_bank(make, ada)
    make.escrow(status="released", amount=Money.of("100.00", "USD"), payee=ada)
    with pytest.raises(policies.GatewayDoesNotExchange, match="a balance in USD"):
        payouts.quote_payout(
            organization_id=ada.id, currency="USD", amount=None, actor=make.actor(ada), now=timezone.now()
        )


# -- as far as it holds


@pytest.mark.django_db
def test_a_gateway_that_holds_too_little_refuses_takes_nothing_and_tells_staff_once(make, ada):
    staff = make.staff()
    by_bank(make, ada)
    for _ in range(2):
        with pytest.raises(policies.InsufficientLiquidity, match="Nothing was taken from your balance"):
            withdraw(make, ada)
    bus.deliver_pending(now=timezone.now())

    assert wallet.available(ada.id, "EUR") == EUR_450
    assert not Payout.objects.exists()
    assert LiquidityShortage.objects.get().missing == EUR_450
    assert Notification.objects.filter(user=staff, kind="liquidity_short").count() == 1
    client = Client()
    client.force_login(staff)
    page = client.get("/en/money/treasury/").content.decode()
    assert "Bank transfer held too little for a withdrawal" in page
    assert "/money/internal-transfers/" in page  # where to mend it
    assert sound()


@pytest.mark.django_db
def test_with_cash_at_the_bank_the_withdrawal_goes_into_a_file_and_arrives(make, ada, cash_at_bank):
    cash_at_bank("450.00")
    by_bank(make, ada)
    payout = withdraw(make, ada)
    assert liquidity.cash_at("bank", "EUR").free == Money.zero("EUR")
    dispatch.send_due(clock=timezone.now)
    staff, now = actor_queries.actor_for(make.staff()), timezone.now()
    order = BankOrder.objects.get()
    assert (order.iban, order.amount) == (IBAN, EUR_450)
    orders.export_orders(actor=staff, now=now)
    take_in(staff, camt(("-450.00", "", "OUT1", order.end_to_end_id)))

    payout.refresh_from_db()
    assert (payout.status, payout.gateway) == ("paid", "bank")
    assert not books.balance(chart.clearing("bank", "EUR"))
    assert not wallet.available(ada.id, "EUR")
    assert sound()


@pytest.mark.django_db
def test_what_is_promised_is_not_promised_again(make, ada, cash_at_bank):
    cash_at_bank("500.00")
    by_bank(make, ada)
    withdraw(make, ada, Money.of("400.00", "EUR"))
    bob = make.freelancer("Bob", country="FR", currency="EUR")
    make.balance(bob, EUR_450)
    by_bank(make, bob)
    with pytest.raises(policies.InsufficientLiquidity):
        withdraw(make, bob)
    assert withdraw(make, bob, Money.of("100.00", "EUR")).amount == Money.of("100.00", "EUR")
    dispatch.send_due(clock=timezone.now)
    assert liquidity.cash_at("bank", "EUR").held == Money.zero("EUR")


@pytest.mark.django_db
def test_a_quote_binds_the_rate_and_not_the_cash(make, ada, cash_at_bank):
    """The cash went while somebody read the quote: refused, and the balance is whole."""
    cash_at_bank("450.00")
    by_bank(make, ada)
    quote = payouts.quote_payout(
        organization_id=ada.id, currency="EUR", amount=None, actor=make.actor(ada), now=timezone.now()
    )
    bob = make.freelancer("Bob", country="FR", currency="EUR")
    make.balance(bob, EUR_450)
    by_bank(make, bob)
    withdraw(make, bob)
    client = Client()
    client.force_login(ada.memberships.get().user)
    answer = client.post(f"/en/money/quotes/{quote.id}/accept/", follow=True)
    assert "does not hold enough" in answer.content.decode()
    assert wallet.available(ada.id, "EUR") == EUR_450
    assert LiquidityShortage.objects.get().gateway == "bank"


@pytest.mark.django_db
def test_automatic_payouts_wait_and_staff_are_notified_of_it(make, ada):
    by_bank(make, ada, is_automatic=True)
    assert jobs.batch_payables() == 0
    assert LiquidityShortage.objects.get().missing == EUR_450
    assert wallet.available(ada.id, "EUR") == EUR_450


@pytest.mark.django_db(transaction=True)
def test_eight_withdrawals_at_once_take_no_more_than_there_is(make, ada, cash_at_bank):
    cash_at_bank("1000.00")
    owners = [ada]
    for number in range(7):
        owners.append(make.freelancer(f"F{number}", country="FR", currency="EUR"))
        make.balance(owners[-1], EUR_450)
    for owner in owners:
        by_bank(make, owner)
    actors = {owner.id: make.actor(owner) for owner in owners}

    def take(owner) -> bool:
        try:
            payouts.request_payout(
                organization_id=owner.id, currency="EUR", amount=None, actor=actors[owner.id], now=timezone.now()
            )
        except policies.InsufficientLiquidity:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(take, owners))

    assert sum(taken) == 2
    assert liquidity.cash_at("bank", "EUR").free == Money.of("100.00", "EUR")
    assert LiquidityShortage.objects.count() == 1


@pytest.mark.django_db
def test_a_wallet_is_a_way_too_where_the_table_has_it(make, ada, settings):
    provider = WalletProvider().start()
    settings.WALLET_PROVIDER_URL, settings.PAYMENT_GATEWAYS_ALSO = provider.url, ["wallet"]
    PaymentMethod.objects.create(gateway="wallet", direction="out", rank=1, valid_from="2026-01-01", source="test")
    try:
        account = by_bank(make, ada, "WALLET0001", gateway="wallet")
        assert (account.gateway, account.status) == ("wallet", "active")
        with pytest.raises(policies.InsufficientLiquidity):
            withdraw(make, ada)
    finally:
        provider.stop()


# -- pages and API


@pytest.mark.django_db
def test_the_page_offers_the_bank_and_says_at_the_field_what_is_wrong(make, ada):
    client = Client()
    client.force_login(ada.memberships.get().user)
    assert "reauthenticate" in client.get("/en/money/account/by/bank/").url
    _log_in_freshly(client)
    assert "/money/account/by/bank/" in client.get("/en/money/account/").content.decode()
    filled = {"holder_name": "Ada", "account_number": "FR14 2004 1010 0505 0001 3M02 607", "currency": "EUR"}
    wrong = client.post("/en/money/account/by/bank/", filled)
    assert (wrong.status_code, "This is not an IBAN" in wrong.content.decode()) == (422, True)

    right = client.post("/en/money/account/by/bank/", filled | {"account_number": "FR14 2004 1010 0505 0001 3M02 606"})

    assert right.status_code == 302
    assert BankRecipient.objects.get().iban == IBAN
    assert account_queries.payout_account_of(ada.id).gateway == "bank"
    assert client.get("/en/money/account/by/wallet/").status_code == 404
    refused = client.post("/en/money/withdraw/EUR/", {"all": "1"})
    assert (refused.status_code, "does not hold enough" in refused.content.decode()) == (422, True)
    nigeria = make.freelancer("Ngozi")
    client.force_login(nigeria.memberships.get().user)
    _log_in_freshly(client)
    assert "/money/account/by/" not in client.get("/en/money/account/").content.decode()
    assert client.get("/en/money/account/by/bank/").status_code == 404


def _log_in_freshly(client: Client) -> None:
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
    session.save()


@pytest.mark.django_db
def test_the_api_does_the_same(make, ada):
    client, user = APIClient(), ada.memberships.get().user
    client.force_login(user)
    prove(client, user)
    assert client.get("/api/v1/payout-account/methods/").json() == [
        {"gateway": "bank", "title": "Bank transfer", "currencies": ["EUR"]}
    ]
    body = {"currency": "EUR", "holder_name": "Ada", "account_number": IBAN, "gateway": "bank"}
    assert client.put("/api/v1/payout-account/", body, format="json").json()["gateway"] == "bank"
    wrong = client.put("/api/v1/payout-account/", body | {"account_number": "FR14123456"}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "account_number_wrong")
    shut = client.put("/api/v1/payout-account/", body | {"gateway": "stripe"}, format="json")
    assert (shut.status_code, shut.json()["code"]) == (422, "gateway_not_offered")
    refused = client.post(
        "/api/v1/quotes/", {"currency": "EUR", "all": True}, format="json", headers={"Idempotency-Key": "k-1"}
    )  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_liquidity")
