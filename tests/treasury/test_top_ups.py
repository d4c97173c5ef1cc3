"""The operator's own capital: asked of the processor once, booked as capital when it has arrived."""

import re
from uuid import uuid4

import pytest
import requests
from django.core.management import call_command
from django.test import Client

from apps.assurance import operations as assurance
from apps.assurance import queries as published
from apps.common.money import Money
from apps.gateways import policies
from apps.gateways.errors import PaymentUnavailable
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.moderation.models import AuditEntry
from apps.treasury.models import TopUp, TreasuryOperation
from apps.treasury.operations import reconciliation, top_ups
from apps.treasury.operations.top_ups import AmountMissing
from apps.treasury.operations.treasury import ReasonMissing
from apps.treasury.queries import holdings
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
FIFTY = Money.of("50.00", "EUR")


def staff(make):
    from apps.accounts.queries import actors

    return actors.actor_for(make.staff())


def top_up(make, amount=FIFTY, **options):
    values = {
        "top_up_id": uuid4(),
        "gateway": "sandbox",
        "reason": "Working capital",
        "actor": staff(make),
        "now": NOON,
    }
    return top_ups.top_up(amount=amount, **(values | options))


def fault(make, kind, times=1):
    body = {"path": "POST /v1/topups", "kind": kind, "times": times}
    requests.post(f"{make.processor.url}/control/faults", json=body, timeout=5)


@pytest.mark.parametrize("amount", [FIFTY, Money.of("5000", "JPY"), Money.of("50.000", "KWD")])
def test_capital_is_brought_and_booked_once(make, outbox_drain, amount):
    assert make.processor
    clearing, form = chart.clearing("sandbox", amount.currency), uuid4()
    before, at_processor = books.balance(clearing), reconciliation.balance_at_processor(gateway="sandbox") or {}
    actor = staff(make)
    for _ in range(2):
        top_up(make, amount, top_up_id=form, actor=actor)
    outbox_drain()

    held = reconciliation.balance_at_processor(gateway="sandbox")[amount.currency]
    assert held - at_processor.get(amount.currency, Money.zero(amount.currency)) == amount
    assert books.balance(clearing) - before == amount
    assert books.balance(chart.operator_equity(amount.currency)) == amount
    assert TreasuryOperation.objects.get().kind == "top_up"
    assert AuditEntry.objects.get().action == "treasury.top_up"
    assert not [item for item in invariants.check_all() if item.breaches]


def test_without_an_answer_it_is_looked_up_and_never_brought_twice(make):
    assert make.processor
    fault(make, "lost_reply")
    with pytest.raises(PaymentUnavailable):
        top_up(make)
    assert TopUp.objects.get().status == "requested"
    assert not TreasuryOperation.objects.exists()

    make.processor.api.forget_keys()
    assert top_ups.refresh_top_ups(now=NOON) == 1

    assert TopUp.objects.get().status == "succeeded"
    assert books.balance(chart.operator_equity("EUR")) == FIFTY


def test_a_definite_no_moves_nothing(make):
    assert make.processor
    fault(make, "refuse")
    with pytest.raises(top_ups.TopUpRefused):
        top_up(make)
    assert TopUp.objects.get().status == "failed"
    assert not books.balance(chart.operator_equity("EUR"))


def test_a_top_up_is_staffs_and_says_how_much_and_why(make):
    with pytest.raises(policies.OnlyStaff):
        top_up(make, actor=make.actor(make.employer()))
    with pytest.raises(ReasonMissing):
        top_up(make, reason=" ")
    with pytest.raises(AmountMissing):
        top_up(make, Money.zero("EUR"))


def test_what_fees_took_is_lacking_until_it_is_brought(make):
    make.escrow(status="funded", amount=Money.of("500.00", "EUR"))
    lacking = holdings.shortfall("EUR")
    assert lacking == Money.of("15.53", "EUR")

    top_up(make, lacking)

    assert not holdings.shortfall("EUR")
    report = assurance.publish(night=NOON.date(), now=NOON)
    assert all(row.is_covered for row in published.coverage(report) if row.currency == "EUR")


def test_the_desk_shows_what_is_lacking_and_what_will_be_written(make):
    make.escrow(status="funded", amount=Money.of("500.00", "EUR"))
    client = Client()
    client.force_login(make.staff())
    address = "/en/money/treasury/top_up/EUR/sandbox/"
    assert address in client.get("/en/money/treasury/").content.decode()
    form = client.get(address).content.decode()
    assert "15.53" in form
    operation_id = re.search(r'name="operation_id" value="([^"]+)"', form)[1]
    values = {"operation_id": operation_id, "amount": "20", "reason": "Fees"}
    shown = client.post(address, values).content.decode()
    assert "Operator&#x27;s own capital" in shown or "Operator's own capital" in shown
    assert not TopUp.objects.exists()
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', shown)[1]
    client.post(address, values | {"confirmed": confirmed})

    assert TopUp.objects.get().amount == Money.of("20.00", "EUR")
    assert client.get("/en/money/treasury/top_up/EUR/nowhere/").status_code == 404


def test_the_terminal_shows_first_and_brings_with_yes(make, capsys):
    make.escrow(status="funded", amount=Money.of("500.00", "EUR"))
    call_command("treasury", "top_up", currency="EUR")
    assert '"lacking": "15.53 EUR"' in capsys.readouterr().out
    assert not TopUp.objects.exists()
    call_command("treasury", "top_up", currency="EUR", reason="Fees", by=make.staff().email, yes=True, all=True)
    assert TopUp.objects.get().status == "succeeded"
