"""The books against a plain model: dictionaries of balances and nothing else."""

from collections import Counter
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.ledger import chart, operations
from apps.ledger.entries import Entry, Line, event_key
from apps.ledger.queries import books, invariants

from .conftest import NOON, fund, release

CURRENCIES = ["EUR", "JPY", "KWD"]


class Books(RuleBasedStateMachine):
    """Fund, release, reverse and repeat at random; the plain model says what must be refused."""

    @initialize()
    def open(self) -> None:
        self.world = uuid7()  # objects of this run only
        self.held: Counter[tuple[str, str]] = Counter()
        self.entries: list[tuple[Entry, UUID]] = []
        self.reversed: set[UUID] = set()

    def place(self, number: int) -> UUID:
        return uuid5(self.world, str(number))

    def attempt(self, entry: Entry, moves: dict[tuple[str, str], int]) -> None:
        possible = all(self.held[account] + minor >= 0 for account, minor in moves.items())
        try:
            journal_id = operations.record(entry, now=NOON)
        except operations.NotEnoughMoney:
            assert not possible
            return
        assert possible
        self.held.update(moves)
        self.entries.append((entry, journal_id))

    @rule(number=st.integers(0, 3), currency=st.sampled_from(CURRENCIES), minor=st.integers(1, 10**12))
    def fund(self, number: int, currency: str, minor: int) -> None:
        escrow_id = self.place(number)
        self.attempt(fund(escrow_id, Money(minor, currency), key=uuid7()), {(f"escrow:{escrow_id}", currency): minor})

    @rule(
        source=st.integers(0, 3),
        payee=st.integers(10, 12),
        currency=st.sampled_from(CURRENCIES),
        minor=st.integers(1, 10**12),
    )
    def release(self, source: int, payee: int, currency: str, minor: int) -> None:
        escrow_id, payee_id = self.place(source), self.place(payee)
        self.attempt(
            release(escrow_id, payee_id, Money(minor, currency), key=uuid7()),
            {(f"escrow:{escrow_id}", currency): -minor, (f"payable:{payee_id}", currency): minor},
        )

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        if self.entries:
            entry, journal_id = data.draw(st.sampled_from(self.entries))
            assert operations.record(entry, now=NOON) == journal_id

    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        if not self.entries:
            return
        entry, journal_id = data.draw(st.sampled_from(self.entries))
        moves: Counter[tuple[str, str]] = Counter()
        for line in entry.lines:
            if line.account.is_guarded:
                moves[line.account.code, line.account.currency] += line.amount_minor  # back: a credit becomes less
        possible = journal_id not in self.reversed and all(
            self.held[account] + minor >= 0 for account, minor in moves.items()
        )
        try:
            operations.reverse(journal_id=journal_id, key=uuid7(), memo="", now=NOON)
        except (operations.NotEnoughMoney, operations.AlreadyReversed):
            assert not possible
            return
        assert possible
        self.reversed.add(journal_id)
        self.held.update(moves)

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        if not hasattr(self, "held"):
            return
        balances = books.balances({code for code, _ in self.held})
        for (code, currency), minor in self.held.items():
            assert balances.get((code, currency), Money.zero(currency)) == Money(minor, currency)

    def teardown(self) -> None:
        assert {finding.breaches for finding in invariants.check_all()} == {0}


Books.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


class TestBooks(Books.TestCase, TransactionTestCase):  # type: ignore[misc,name-defined]
    pass


@pytest.mark.parametrize(
    ("build", "side"),
    [
        (lambda: chart.clearing("sandbox", "EUR"), 1),
        (lambda: chart.processor_expense("EUR"), 1),
        (lambda: chart.commission("EUR"), -1),
        (lambda: chart.tax_withheld("NG", "EUR"), -1),
    ],
)
def test_an_account_grows_in_its_own_sense(build, side):
    assert build().side == side


def test_an_event_has_the_same_key_for_the_same_words():
    assert event_key("release", 1) == event_key("release", 1)
    assert event_key("release", 1) != event_key("release", 2)
    assert Line(chart.bank("EUR"), 1) == Line(chart.bank("EUR"), 1)
