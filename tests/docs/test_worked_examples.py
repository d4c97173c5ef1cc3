"""The examples of docs/explanation/worked-examples.md, section by section, against the books in PostgreSQL."""

from __future__ import annotations

import doctest
import re
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.conf import settings

from apps.common.money import Money
from apps.escrow import entries as escrow
from apps.gateways.protocols.statements import BalanceLine
from apps.ledger import chart, operations
from apps.ledger.chart import Account
from apps.ledger.entries import Entry, credit, debit, event_key
from apps.ledger.queries import books
from apps.payments import entries as payments
from apps.payouts import entries as payouts
from apps.pricing.rules import EarnedFee, Terms, convert, earned_part, employer_fee, split
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

PAGE = "docs/explanation/worked-examples.md"
TEXT = (settings.BASE_DIR / PAGE).read_text()
INTRODUCTION, *SECTIONS = re.split(r"^## ", TEXT, flags=re.MULTILINE)
NAMES = ("EMPLOYER", "FREELANCER", "ESCROW", "MILESTONE", "CHARGE", "RELEASE", "REFUND", "DISPUTE", "PAYOUT", "QUOTE",
         "CHARGEBACK", "OTHER_CHARGEBACK")  # fmt: skip
IDS = {name: uuid5(UUID(int=0), name) for name in NAMES}


def _named(code: str) -> str:
    for name, id_ in IDS.items():
        code = code.replace(str(id_), name.lower())
    return code


def _print_line(code: str, money: Money) -> None:
    print(f"{_named(code):<34}{money.as_decimal():>14} {money.currency}")


def post(entry: Entry) -> None:
    operations.record(entry, now=NOON)
    print(entry.event)
    for line in entry.lines:
        _print_line(f"  {line.account.code}", Money(line.amount_minor, line.account.currency))


def print_books() -> None:
    for code, currency, amount_minor in books.trial_balance():
        if amount_minor:
            _print_line(code, Money(amount_minor, currency))


def _bring(account: Account, amount: Money) -> None:
    lines = [debit(chart.bank(amount.currency), amount), credit(account, amount)]
    operations.record(Entry("platform.topped_up", event_key("example", account.code), lines), now=NOON)


def names() -> dict[str, Any]:
    """What the page may use without saying where it comes from."""
    return {
        **IDS, "NOW": NOON, "Decimal": Decimal, "Money": Money, "Terms": Terms, "EarnedFee": EarnedFee,
        "BalanceLine": BalanceLine, "split": split, "convert": convert, "earned_part": earned_part,
        "employer_fee": employer_fee, "escrow": escrow, "payments": payments, "payouts": payouts, "post": post,
        "books": print_books,
        "reserve": lambda amount, currency: _bring(chart.reserve_chargeback(currency), Money.of(amount, currency)),
        "credit_balance": lambda organization, amount, currency: _bring(
            chart.payable(organization, currency), Money.of(amount, currency)
        ),
    }  # fmt: skip


@pytest.mark.parametrize("section", SECTIONS, ids=[section.partition("\n")[0] for section in SECTIONS])
def test_the_page_prints_what_the_program_does(section):
    # The terms at the top of the page hold in every section.
    source = (INTRODUCTION + section).replace("```pycon\n", "").replace("\n```", "\n")
    example = doctest.DocTestParser().get_doctest(source, names(), section.partition("\n")[0], PAGE, 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(example, out=said.append)
    assert result.attempted > 1
    assert result.failed == 0, "".join(said)
