from uuid import uuid4

import pytest
from django.db import transaction

from apps.common.money import Money
from apps.ledger import chart, operations
from apps.ledger.entries import Entry, Line, WrongCurrency, credit, debit, event_key
from apps.ledger.queries import books

from .conftest import NOON, fund, release

pytestmark = pytest.mark.django_db(transaction=True)


def test_record_moves_the_balances_of_both_accounts():
    escrow_id = uuid4()

    operations.record(fund(escrow_id, Money.of("500.00", "EUR")), now=NOON)

    assert books.balance(chart.escrow_held(escrow_id, "EUR")) == Money.of("500.00", "EUR")
    assert books.balance(chart.clearing("sandbox", "EUR")) == Money.of("500.00", "EUR")
    assert books.balance(chart.escrow_held(escrow_id, "USD")) == Money.zero("USD")


def test_record_twice_gives_the_first_entry_and_moves_nothing():
    escrow_id = uuid4()
    entry = fund(escrow_id, Money.of("500.00", "EUR"), key=event_key("fund", escrow_id))

    first = operations.record(entry, now=NOON)
    second = operations.record(entry, now=NOON)

    assert first == second
    assert books.balance(chart.escrow_held(escrow_id, "EUR")) == Money.of("500.00", "EUR")
    assert books.journal_by_key(entry.key) == books.journal(first)


def test_record_refuses_the_same_key_with_other_content():
    key, escrow_id = uuid4(), uuid4()
    operations.record(fund(escrow_id, Money.of("500.00", "EUR"), key=key), now=NOON)

    with pytest.raises(operations.EntryDiffers):
        operations.record(fund(escrow_id, Money.of("500.01", "EUR"), key=key), now=NOON)
    with pytest.raises(operations.EntryDiffers):
        operations.record(fund(escrow_id, Money.of("500.00", "EUR"), key=key, event="other.event"), now=NOON)


def test_record_refuses_to_overdraw_a_guarded_account(funded):
    escrow_id = funded("500.00")

    with pytest.raises(operations.NotEnoughMoney):
        operations.record(release(escrow_id, uuid4(), Money.of("500.01", "EUR")), now=NOON)

    assert books.balance(chart.escrow_held(escrow_id, "EUR")) == Money.of("500.00", "EUR")


def test_record_refuses_an_account_known_with_another_guard(funded):
    escrow_id = funded()
    unguarded = chart.Account(f"escrow:{escrow_id}", "EUR", chart.AccountKind.LIABILITY, is_guarded=False)

    with pytest.raises(operations.EntryRefused):
        operations.record(Entry("x", uuid4(), [Line(unguarded, 900_00), Line(chart.bank("EUR"), -900_00)]), now=NOON)


def test_a_refusal_takes_the_whole_transaction_back(funded):
    escrow_id, payee_id = funded("500.00"), uuid4()

    with pytest.raises(operations.NotEnoughMoney), transaction.atomic():
        operations.record(release(escrow_id, payee_id, Money.of("400.00", "EUR")), now=NOON)
        operations.record(release(escrow_id, payee_id, Money.of("400.00", "EUR")), now=NOON)

    assert books.balance(chart.payable(payee_id, "EUR")) == Money.zero("EUR")


def test_reverse_mirrors_an_entry_once(funded):
    escrow_id, payee_id = funded("500.00"), uuid4()
    released = operations.record(release(escrow_id, payee_id, Money.of("200.00", "EUR")), now=NOON)
    key = uuid4()

    reversal = operations.reverse(journal_id=released, key=key, memo="wrong amount", now=NOON)

    assert books.balance(chart.payable(payee_id, "EUR")) == Money.zero("EUR")
    assert books.balance(chart.escrow_held(escrow_id, "EUR")) == Money.of("500.00", "EUR")
    assert books.journal(reversal).reverses_id == released
    assert operations.reverse(journal_id=released, key=key, memo="wrong amount", now=NOON) == reversal
    with pytest.raises(operations.AlreadyReversed):
        operations.reverse(journal_id=released, key=uuid4(), memo="again", now=NOON)


def test_reverse_refuses_when_the_money_has_moved_on(funded):
    escrow_id, payee_id = funded("500.00"), uuid4()
    released = operations.record(release(escrow_id, payee_id, Money.of("200.00", "EUR")), now=NOON)
    payout = chart.transit_payout(uuid4(), "EUR")
    amount = Money.of("200.00", "EUR")
    operations.record(
        Entry("payout.requested", uuid4(), [debit(chart.payable(payee_id, "EUR"), amount), credit(payout, amount)]),
        now=NOON,
    )

    with pytest.raises(operations.NotEnoughMoney):
        operations.reverse(journal_id=released, key=uuid4(), memo="too late", now=NOON)


def test_a_line_refuses_the_currency_of_another_account_and_negative_amounts():
    with pytest.raises(WrongCurrency):
        debit(chart.bank("EUR"), Money.of("1.00", "USD"))
    with pytest.raises(ValueError, match="never negative"):
        credit(chart.bank("EUR"), Money.of("-1.00", "EUR"))


def test_statement_shows_each_line_with_the_balance_after_it(funded):
    escrow_id, payee_id = funded("500.00"), uuid4()
    operations.record(release(escrow_id, payee_id, Money.of("120.00", "EUR")), now=NOON)
    operations.record(release(escrow_id, payee_id, Money.of("80.00", "EUR")), now=NOON)

    newest, oldest = books.statement([f"payable:{payee_id}"])

    assert (newest.amount, newest.balance) == (Money.of("80.00", "EUR"), Money.of("200.00", "EUR"))
    assert (oldest.amount, oldest.balance) == (Money.of("120.00", "EUR"), Money.of("120.00", "EUR"))
    assert books.statement([f"payable:{payee_id}"], before=newest.id) == [oldest]


def test_journals_of_an_object_are_all_its_entries(funded):
    escrow_id, other_id = funded(), funded()
    operations.record(release(escrow_id, uuid4(), Money.of("1.00", "EUR")), now=NOON)

    assert [view.event for view in books.journals_of(escrow=escrow_id)] == ["escrow.funded", "escrow.released"]
    assert len(books.journals_of(escrow=other_id)) == 1


def test_pages_of_a_statement_show_what_one_long_page_shows(funded):
    payee_id = uuid4()
    codes = [f"payable:{payee_id}", "clearing:sandbox"]  # guarded and summed, in two currencies
    for nth in range(1, 8):
        for currency in ("EUR", "JPY"):
            escrow_id = funded(str(nth * 100), currency)
            operations.record(release(escrow_id, payee_id, Money.of(str(nth), currency)), now=NOON)

    whole = books.statement(codes, limit=1000)
    pages, before = [], None
    while page := books.statement(codes, before=before, limit=5):
        pages += page
        before = page[-1].id

    assert len(whole) == 28
    assert pages == whole
    for currency in ("EUR", "JPY"):
        after = [line.balance for line in whole if line.account_code == codes[0] and line.amount.currency == currency]
        assert after == [Money.of(str(sum(range(1, nth + 1))), currency) for nth in range(7, 0, -1)]
