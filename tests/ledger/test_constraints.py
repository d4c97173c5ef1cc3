"""One test per rule of the books, each breaking it with plain SQL as a careless or hostile hand would."""

import json
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from apps.common.money import Money
from apps.ledger import chart, operations
from apps.ledger.entries import Entry, Line
from apps.ledger.models import JournalEntry, LedgerAccount, Posting
from apps.ledger.queries import books
from apps.ledger.queries import invariants as invariant_queries

from .conftest import NOON, fund, release

pytestmark = pytest.mark.django_db(transaction=True)


def run(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def refusal(error: pytest.ExceptionInfo[Error]) -> str:
    """The SQLSTATE, or the constraint where one was broken."""
    cause = error.value.__cause__
    return cause.diag.constraint_name or cause.pgcode


def open_journal(*, reverses: UUID | None = None) -> UUID:
    journal_id = uuid4()
    run(
        "INSERT INTO ledger_journalentry (id, event, idem_key, reverses_id, memo, refs, fingerprint, happened_at,"
        " recorded_at, xact) VALUES (%s, 'by.hand', %s, %s, '', '{}', '', now(), now(),"
        " pg_current_xact_id()::text::bigint)",
        journal_id,
        uuid4(),
        reverses,
    )
    return journal_id


def add_lines(journal_id: UUID, *lines: tuple[LedgerAccount, str, int]) -> None:
    values = ", ".join(["(%s, %s, %s, %s)"] * len(lines))
    parameters = [part for account, currency, minor in lines for part in (journal_id, account.id, currency, minor)]
    run(f"INSERT INTO ledger_posting (journal_id, account_id, currency, amount_minor) VALUES {values}", *parameters)


@pytest.fixture
def account(funded):
    def find(code: str, currency: str = "EUR") -> LedgerAccount:
        funded("1.00", currency)
        return LedgerAccount.objects.get(code=code, currency=currency)

    return find


def test_i1_an_unbalanced_entry_is_refused_at_commit():
    lines = [Line(chart.bank("EUR"), 100), Line(chart.clearing("sandbox", "EUR"), -99)]

    with pytest.raises(Error) as error, transaction.atomic():
        operations.record(Entry("unbalanced", uuid4(), lines), now=NOON)

    assert refusal(error) == "TW001"


def test_i1_balancing_across_currencies_is_refused():
    lines = [Line(chart.bank("EUR"), 100), Line(chart.bank("USD"), -100)]

    with pytest.raises(Error) as error, transaction.atomic():
        operations.record(Entry("mixed", uuid4(), lines), now=NOON)

    assert refusal(error) == "TW001"


def test_i1_an_entry_without_lines_is_refused():
    with pytest.raises(Error) as error, transaction.atomic():
        open_journal()
    assert refusal(error) == "TW001"


def test_i2_a_line_is_never_added_to_an_entry_of_another_transaction(account):
    bank, journal = account("clearing:sandbox"), JournalEntry.objects.latest("recorded_at")

    with pytest.raises(Error) as error:
        add_lines(journal.id, (bank, "EUR", 5), (bank, "EUR", -5))

    assert refusal(error) == "TW002"


def test_i2_a_line_is_never_added_by_a_second_statement_even_after_an_early_check(account):
    bank = account("clearing:sandbox")

    with pytest.raises(Error) as error, transaction.atomic():
        journal_id = open_journal()
        add_lines(journal_id, (bank, "EUR", 5), (bank, "EUR", -5))
        run("SET CONSTRAINTS ALL IMMEDIATE")
        add_lines(journal_id, (bank, "EUR", 7), (bank, "EUR", 7))

    assert refusal(error) == "TW002"


@pytest.mark.parametrize("table", ["ledger_ledgeraccount", "ledger_journalentry", "ledger_posting", "ledger_balance"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_i3_rows_are_never_removed(funded, table, sql):
    funded()
    with pytest.raises(Error) as error:
        run(sql.format(table))
    assert refusal(error) == "TW003"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_ledgeraccount SET is_guarded = false",
        "UPDATE ledger_journalentry SET memo = 'other'",
        "UPDATE ledger_posting SET amount_minor = amount_minor * 2",
        "UPDATE ledger_balance SET amount_minor = 0",
    ],
)
def test_i3_rows_are_never_changed_by_hand(funded, sql):
    funded()
    with pytest.raises(Error) as error:
        run(sql)
    assert refusal(error) == "TW003"


def test_i4_a_line_is_in_the_currency_of_its_account(account):
    bank = account("clearing:sandbox")

    with pytest.raises(Error) as error, transaction.atomic():
        add_lines(open_journal(), (bank, "USD", 5), (bank, "USD", -5))

    assert refusal(error) == "ledger_posting_account_currency"


def test_i4_a_line_is_on_an_account_that_there_is(account):
    bank = account("clearing:sandbox")

    with pytest.raises(Error) as error, transaction.atomic():
        add_lines(open_journal(), (bank, "EUR", 5), (LedgerAccount(id=bank.id + 10**9), "EUR", -5))

    assert refusal(error) == "ledger_posting_account_currency"


def test_i4_a_line_belongs_to_an_entry(account):
    bank = account("clearing:sandbox")

    with pytest.raises(Error) as error, transaction.atomic():
        add_lines(uuid4(), (bank, "EUR", 5), (bank, "EUR", -5))

    assert refusal(error) == "ledger_posting_journal_known"


def test_i5_a_line_of_nothing_is_refused(account):
    bank = account("clearing:sandbox")

    with pytest.raises(Error) as error, transaction.atomic():
        add_lines(open_journal(), (bank, "EUR", 0), (bank, "EUR", 0))

    assert refusal(error) == "ledger_posting_amount_not_zero"


def test_i6_a_guarded_account_is_not_overdrawn_by_hand_either(funded):
    escrow_id = funded("5.00")
    held = LedgerAccount.objects.get(code=f"escrow:{escrow_id}")
    clearing = LedgerAccount.objects.get(code="clearing:sandbox", currency="EUR")

    with pytest.raises(Error) as error, transaction.atomic():
        add_lines(open_journal(), (held, "EUR", 501), (clearing, "EUR", -501))

    assert refusal(error) == "ledger_balance_never_crosses_zero"


def test_i7_a_key_stands_for_one_entry(funded):
    funded()
    key = JournalEntry.objects.latest("recorded_at").idem_key
    with pytest.raises(Error) as error:
        run(
            "INSERT INTO ledger_journalentry (id, event, idem_key, memo, refs, fingerprint, happened_at, recorded_at,"
            " xact) VALUES (%s, 'again', %s, '', '{}', '', now(), now(), 0)",
            uuid4(),
            key,
        )
    assert refusal(error) == "ledger_journalentry_idem_key_key"


def test_i8_a_reversal_is_the_mirror_of_the_whole_entry(funded):
    escrow_id = funded("5.00")
    journal = JournalEntry.objects.latest("recorded_at")
    held = LedgerAccount.objects.get(code=f"escrow:{escrow_id}")
    clearing = LedgerAccount.objects.get(code="clearing:sandbox", currency="EUR")

    with pytest.raises(Error) as error, transaction.atomic():
        add_lines(open_journal(reverses=journal.id), (held, "EUR", 499), (clearing, "EUR", -499))

    assert refusal(error) == "TW006"


def test_i8_an_entry_is_reversed_once(funded):
    funded("5.00")
    journal_id = JournalEntry.objects.latest("recorded_at").id
    operations.reverse(journal_id=journal_id, key=uuid4(), memo="", now=NOON)

    with pytest.raises(Error) as error, transaction.atomic():
        open_journal(reverses=journal_id)

    assert refusal(error) == "ledger_journalentry_reverses_id_key"


def test_ledger_check_is_silent_about_sound_books(funded, capsys):
    escrow_id = funded("5.00")
    released = operations.record(release(escrow_id, uuid4(), Money.of("2.00", "EUR")), now=NOON)
    operations.reverse(journal_id=released, key=uuid4(), memo="", now=NOON)

    call_command("ledger_check")

    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert summary["ok"] is True
    assert set(summary["invariants"].values()) == {0}
    assert len({name.split("_")[0] for name in summary["invariants"]} & {f"I{n}" for n in range(1, 11)}) == 10


@pytest.mark.parametrize(
    ("sql", "invariants"),
    [
        (
            "UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE amount_minor > 0",
            {
                "I1_unbalanced_entries",
                "I2_entries_that_no_longer_match_their_fingerprint",
                "I10_currencies_that_do_not_sum_to_zero",
            },
        ),
        (
            "UPDATE ledger_balance SET amount_minor = amount_minor - 1",
            {"I10_balances_that_are_not_the_sum_of_their_lines"},
        ),
        ("UPDATE ledger_balance SET version = version + 1", {"I9_updates_lost"}),
        (
            "DELETE FROM ledger_posting",
            {
                "I1_entries_with_fewer_than_two_lines",
                "I2_entries_that_no_longer_match_their_fingerprint",
                "I9_updates_lost",
                "I10_balances_that_are_not_the_sum_of_their_lines",
            },
        ),
        ("UPDATE ledger_journalentry SET event = 'other'", {"I2_entries_that_no_longer_match_their_fingerprint"}),
        (
            "UPDATE ledger_posting SET amount_minor = -amount_minor",
            {
                "I2_entries_that_no_longer_match_their_fingerprint",
                "I6_guarded_accounts_below_zero",
                "I10_balances_that_are_not_the_sum_of_their_lines",
            },
        ),
        ("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_append_only", {"I3_guards_missing_or_disabled"}),
    ],
)
def test_ledger_check_sees_what_was_done_behind_the_guards(funded, capsys, sql, invariants):
    funded("5.00")

    with pytest.raises(CommandError, match="do not add up"), transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        run(sql)
        call_command("ledger_check", "--json")

    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {name for name, breaches in summary["invariants"].items() if breaches} == invariants


def test_ledger_check_counts_what_areas_above_add(funded):
    from apps.ledger.queries import invariants

    invariant_queries.register_invariant("I10_test", lambda: 3)
    try:
        assert invariant_queries.Finding("I10_test", 3) in invariant_queries.check_all()
    finally:
        del invariants._registered["I10_test"]


def test_the_books_are_written_in_one_round_trip(funded, django_assert_num_queries):
    escrow_id = funded("5.00")
    with transaction.atomic(), django_assert_num_queries(1):
        operations.record(release(escrow_id, uuid4(), Money.of("1.00", "EUR")), now=NOON)
    assert Posting.objects.count() == 4


def test_funding_again_after_a_refusal_uses_the_same_key(funded):
    escrow_id, key = uuid4(), uuid4()
    with pytest.raises(Error), transaction.atomic():
        operations.record(fund(escrow_id, Money.of("5.00", "EUR"), key=key), now=NOON)
        operations.record(Entry("unbalanced", uuid4(), [Line(chart.bank("EUR"), 1)]), now=NOON)

    operations.record(fund(escrow_id, Money.of("5.00", "EUR"), key=key), now=NOON)

    assert books.balance(chart.escrow_held(escrow_id, "EUR")) == Money.of("5.00", "EUR")
