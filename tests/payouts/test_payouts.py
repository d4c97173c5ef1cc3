from datetime import timedelta

import pytest

from apps.common.errors import NotAllowed, NotFound
from apps.common.money import Money
from apps.gateways import errors
from apps.ledger import chart
from apps.ledger.operations import NotEnoughMoney
from apps.ledger.queries import books, invariants
from apps.payments import policies as payment_policies
from apps.payouts import policies
from apps.payouts.models import FxQuote, Payout, PayoutAccount
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import payouts as payout_operations
from apps.payouts.queries import accounts as account_queries
from apps.payouts.queries import payouts as payout_queries
from apps.payouts.queries import wallet
from apps.pricing.queries.rates import NoRate
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def broken() -> dict[str, int]:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches}


@pytest.fixture
def ada(make):
    """A freelancer in Nigeria, paid in dollars, with 450 euros to withdraw."""
    organization = make.freelancer("Ada")
    make.payout_account(organization)
    make.balance(organization, EUR("450.00"))
    return organization


def quote(make, organization, **options) -> FxQuote:
    defaults = {"currency": "EUR", "amount": None, "now": NOON}
    return payout_operations.quote_payout(
        organization_id=organization.id, actor=make.actor(organization), **(defaults | options)
    )


# -- accounts


def test_only_the_end_of_the_account_number_is_kept(make):
    account = make.payout_account(make.freelancer(), number="0001 2345 67")

    assert (account.status, account.last4) == ("active", "4567")
    assert "0001234567" not in str(PayoutAccount.objects.filter(id=account.id).values())


def test_a_refused_account_leaves_the_old_one_active(make):
    ada = make.freelancer()
    old = make.payout_account(ada)

    with pytest.raises(account_operations.BankAccountRefused):
        make.payout_account(ada, number="12")

    assert account_queries.payout_account_of(ada.id) == old


def test_a_new_account_replaces_the_old_one(make):
    ada = make.freelancer()
    old = make.payout_account(ada)

    new = make.payout_account(ada, number="999888777")

    old.refresh_from_db()
    assert (old.status, new.status) == ("replaced", "active")


def test_a_currency_that_does_not_reach_the_country_is_refused(make):
    with pytest.raises(policies.PayoutCountryUnsupported, match="USD"):
        make.payout_account(make.freelancer(), currency="JPY")


def test_no_answer_about_an_account_promises_nothing(make, settings):
    ada = make.freelancer()
    assert make.processor
    settings.PROCESSOR_URL = "http://127.0.0.1:9"
    with pytest.raises(errors.PaymentUnavailable):
        account_operations.set_payout_account(
            organization_id=ada.id, currency="USD", holder_name="Ada", account_number="0001234567",
            is_automatic=False, gateway="sandbox", actor=make.actor(ada), now=NOON,
        )  # fmt: skip
    assert account_queries.payout_account_of(ada.id) is None


@pytest.mark.parametrize("role", ["manager", "member", "viewer"])
def test_money_is_moved_only_by_roles_that_may(make, ada, role):
    with pytest.raises(NotAllowed):
        payout_operations.quote_payout(
            organization_id=ada.id, currency="EUR", amount=None, actor=make.actor(ada, role), now=NOON
        )


def test_another_organizations_money_is_not_there(make, ada):
    created = quote(make, ada)
    with pytest.raises(NotFound):
        payout_queries.quote_visible_to(make.actor(make.freelancer()), created.id)


# -- quotes


def test_a_quote_says_both_amounts_the_rate_and_its_day(make, ada):
    created = quote(make, ada)

    assert created.amount_from == EUR("450.00")
    assert created.amount_to == Money.of("450.00", "EUR").at_rate(created.customer_rate, "USD")
    assert created.margin == created.amount_mid - created.amount_to > Money.zero("USD")
    assert created.rate_date == NOON.date()
    assert created.expires_at - created.quoted_at == timedelta(minutes=15)
    assert wallet.available(ada.id, "EUR") == EUR("450.00")


def test_the_same_currency_is_quoted_at_one(make):
    berta = make.freelancer("Berta", country="FR", currency="EUR")
    make.payout_account(berta)
    make.balance(berta, EUR("450.00"))

    created = quote(make, berta, amount=EUR("100.00"))

    assert (created.amount_from, created.amount_to, created.mid) == (EUR("100.00"), EUR("100.00"), 1)


def test_a_quote_is_refused_without_an_account_without_money_and_for_too_much(make, ada):
    stranger = make.freelancer()
    with pytest.raises(policies.PayoutAccountMissing):
        quote(make, stranger)
    with pytest.raises(payment_policies.NothingToPayOut):
        quote(make, ada, currency="JPY")
    with pytest.raises(payment_policies.AmountTooLarge, match=r"450\.00"):
        quote(make, ada, amount=EUR("450.01"))
    with pytest.raises(payment_policies.AmountTooSmall):
        quote(make, ada, amount=EUR("0.00"))


def test_a_balance_without_an_official_rate_is_not_guessed(make):
    ada = make.freelancer()
    make.payout_account(ada)
    make.balance(ada, Money.of("45.000", "KWD"))
    with pytest.raises(NoRate):
        quote(make, ada, currency="KWD")


def test_a_quote_is_accepted_once(make, ada):
    created = quote(make, ada)
    payout_operations.accept_quote(quote_id=created.id, actor=make.actor(ada), now=NOON)
    with pytest.raises(policies.QuoteUsed):
        payout_operations.accept_quote(quote_id=created.id, actor=make.actor(ada), now=NOON)


def test_an_expired_quote_is_never_priced_again_in_no_answer(make, ada):
    created = quote(make, ada)
    with pytest.raises(policies.QuoteExpired):
        payout_operations.accept_quote(quote_id=created.id, actor=make.actor(ada), now=NOON + timedelta(minutes=15))
    assert not Payout.objects.exists()


def test_a_quote_for_a_replaced_account_is_refused(make, ada):
    created = quote(make, ada)
    make.payout_account(ada, number="999888777")
    with pytest.raises(policies.QuoteOutdated):
        payout_operations.accept_quote(quote_id=created.id, actor=make.actor(ada), now=NOON)


def test_two_quotes_of_one_balance_pay_it_out_once(make, ada):
    first, second = quote(make, ada), quote(make, ada)
    payout_operations.accept_quote(quote_id=first.id, actor=make.actor(ada), now=NOON)
    with pytest.raises(NotEnoughMoney):
        payout_operations.accept_quote(quote_id=second.id, actor=make.actor(ada), now=NOON)


# -- payouts


def test_an_accepted_quote_is_reserved_as_it_stands(make, ada):
    created = quote(make, ada)

    payout = payout_operations.accept_quote(quote_id=created.id, actor=make.actor(ada), now=NOON)

    assert payout.amount == created.amount_to
    assert not wallet.available(ada.id, "EUR")
    assert books.balance(chart.transit_payout(payout.id, "USD")) == created.amount_to
    assert [balance.pending for balance in wallet.balances(ada.id)] == [created.amount_to]


def test_a_paid_payout_leaves_nothing_behind_and_closes_its_conversion(make):
    make.processor.store.run("DELETE FROM balances WHERE account = '' AND currency = 'usd'")  # so that it must convert
    positions = {code: books.balance(chart.fx_position(code)) for code in ("EUR", "USD")}

    payout = make.payout(status="paid")

    assert payout.status == "paid"
    assert not books.balance(chart.transit_payout(payout.id, "USD"))
    assert not books.balance(chart.clearing_connected(payout.organization_id, "USD"))
    assert {code: books.balance(chart.fx_position(code)) for code in ("EUR", "USD")} == positions
    events = [entry.event for entry in books.journals_of(payout=payout.id)]
    assert events == ["payout.requested", "payout.transferred", "payout.paid"]
    assert broken() == {}


def test_a_payout_to_a_closed_account_comes_back_and_goes_out_again_without_a_transfer(make):
    payout = make.payout(status="failed", number="000111111116")
    ada = payout.organization
    assert (payout.status, payout.failure_code) == ("failed", "account_closed")
    assert wallet.available(ada.id, "USD") == payout.amount

    make.payout_account(ada, number="0001234567")
    later = account_queries.payout_account_of(ada.id).payable_from
    again = payout_operations.request_payout(
        organization_id=ada.id, currency="USD", amount=None, actor=make.actor(ada), now=later
    )
    assert not again.needs_transfer
    transfers = len(make.processor.store.listed("transfer", ""))
    dispatch.send_due(clock=lambda: later)
    again.refresh_from_db()
    make.arrive(again)
    again.refresh_from_db()

    assert again.status == "paid"
    assert len(make.processor.store.listed("transfer", "")) == transfers
    assert not books.balance(chart.clearing_connected(ada.id, "USD"))
    assert broken() == {}


def test_a_returned_payout_is_back_in_the_balance(make):
    payout = make.payout(status="returned")

    assert payout.status == "returned"
    assert wallet.available(payout.organization_id, "USD") == payout.amount
    assert books.balance(chart.clearing_connected(payout.organization_id, "USD")) == payout.amount
    assert broken() == {}


def test_a_definite_no_undoes_the_quote(make):
    payout = make.payout()
    make.processor.store.run("INSERT INTO faults (path, kind, times) VALUES ('POST /v1/transfers', 'refuse', 1)")

    dispatch.send_due(clock=lambda: NOON)

    payout.refresh_from_db()
    assert payout.status == "failed"
    assert wallet.available(payout.organization_id, "EUR") == EUR("450.00")
    assert [attempt.outcome for attempt in payout.attempts.all()] == ["refused"]
    assert broken() == {}


@pytest.mark.parametrize("path", ["POST /v1/transfers", "POST /v1/payouts"])
@pytest.mark.parametrize("kind", ["lost_reply", "lost_request", "500"])
def test_no_answer_is_no_failure_and_the_next_attempt_doubles_nothing(make, path, kind):
    payout = make.payout()
    store = make.processor.store
    counts = {name: len(store.listed(name, "")) for name in ("transfer",)}
    store.run("INSERT INTO faults (path, kind, times) VALUES (?, ?, 1)", path, kind)

    dispatch.send_due(clock=lambda: NOON)
    payout.refresh_from_db()
    assert payout.status == "sending"
    assert dispatch.send_due(clock=lambda: NOON) == 0  # not before its pause is over
    dispatch.send_due(clock=lambda: NOON + timedelta(minutes=1))

    payout.refresh_from_db()
    account = payout.account.remote_account_id
    assert payout.status == "submitted"
    assert len(store.listed("transfer", "")) == counts["transfer"] + 1
    assert len(store.listed("payout", account)) == 1
    assert [attempt.outcome for attempt in payout.attempts.order_by("nth")] == ["unknown", "taken"]
    assert broken() == {}


def test_a_processor_that_forgot_its_keys_is_looked_up_first(make):
    payout = make.payout()
    store = make.processor.store
    before = len(store.listed("transfer", ""))
    for day, path in enumerate(("POST /v1/transfers", "POST /v1/payouts"), start=1):
        store.run("INSERT INTO faults (path, kind, times) VALUES (?, 'lost_reply', 1)", path)
        dispatch.send_due(clock=lambda day=day: NOON + timedelta(days=day))
        make.processor.api.forget_keys()

    dispatch.send_due(clock=lambda: NOON + timedelta(days=3))

    payout.refresh_from_db()
    assert len(store.listed("transfer", "")) == before + 1
    assert len(store.listed("payout", payout.account.remote_account_id)) == 1
    assert payout.status == "submitted"


def test_the_stored_keys_are_the_keys_on_the_wire(make):
    payout = make.payout(status="submitted")
    calls = make.processor.store.rows("SELECT path, key FROM calls ORDER BY id DESC LIMIT 20")
    keys = {row["path"]: row["key"] for row in reversed(calls)}
    assert keys["/v1/transfers"] == str(payout.transfer_key)
    assert keys["/v1/payouts"] == str(payout.payout_key)


def test_news_in_any_order_and_any_number_ends_the_same(make):
    from apps.gateways.protocols.movements import Movement, TransferState

    payout = make.payout(status="submitted")
    paid = Movement(payout.remote_payout_id, TransferState.SUCCEEDED)
    pending = Movement(payout.remote_payout_id, TransferState.PENDING)
    for news in (pending, paid, pending, paid, paid):
        payout_operations.payout_answered(payout_id=payout.id, movement=news, now=NOON)

    payout.refresh_from_db()
    assert payout.status == "paid"
    assert broken() == {}
