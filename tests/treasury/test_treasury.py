"""What the operator does with its own money and with kept tax."""

import pytest

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.compliance.models import Withholding
from apps.gateways import policies as gateway_policies
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.moderation.models import AuditEntry
from apps.pricing.models import CommissionTax
from apps.treasury.models import TreasuryOperation
from apps.treasury.operations import treasury
from apps.treasury.operations.treasury import ExceedsMovable, ReasonMissing
from apps.treasury.queries import holdings
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


def act(make, kind, subject, amount, **fields):
    values = {"operation_id": uuid7(), "reason": "Return 10/2026", "actor": make.staff_actor(), "now": NOON}
    return treasury.record_operation(kind=kind, subject=subject, amount=amount, **(values | fields))


@pytest.fixture
def taxed(make):
    day = "2020-01-01"
    Withholding.objects.create(
        payer_country="DE", payee_country="AT", rate_bps=500, jurisdiction="AT", effective_from=day, source="test"
    )
    CommissionTax.objects.create(
        platform_country="DE", payee_country="AT", rate_bps=2000, jurisdiction="AT", effective_from=day, source="test"
    )
    return make.freelancer(country="AT", currency="EUR")


@pytest.mark.parametrize(
    ("amount", "withheld", "collected"),
    [
        (Money.of("500.00", "EUR"), "25.00", "8.33"),
        (Money.of("12345", "JPY"), "617", "206"),
        (Money.of("12.340", "KWD"), "0.617", "0.206"),
    ],
)
def test_kept_tax_is_remitted_and_never_more(make, taxed, outbox_drain, amount, withheld, collected):
    code = amount.currency
    before = books.balance(chart.bank(code))
    make.escrow(status="released", amount=amount, payee=taxed)
    for kind, text, account in (
        ("tax_withheld", withheld, chart.tax_withheld),
        ("tax_collected", collected, chart.tax_collected),
    ):
        kept = Money.of(text, code)
        assert books.balance(account("AT", code)) == kept
        with pytest.raises(ExceedsMovable):
            act(make, kind, "AT", kept + Money(1, code))
        act(make, kind, "AT", kept)
        assert not books.balance(account("AT", code))

    assert before - books.balance(chart.bank(code)) == Money.of(withheld, code) + Money.of(collected, code)
    outbox_drain()
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "treasury.tax_withheld",
        "treasury.tax_collected",
    }
    assert sound_books()


def test_only_our_own_money_is_swept(make):
    before = holdings.own_money("sandbox", "EUR")
    make.escrow(status="funded", amount=EUR("500.00"))  # 525 came in, 15.53 went to the processor, 525 are others'
    assert holdings.own_money("sandbox", "EUR") == before
    make.escrow(status="released", amount=EUR("1000.00"))  # 100 + 50 earned, the processor's fee is paid of it

    own = holdings.own_money("sandbox", "EUR")
    with pytest.raises(ExceedsMovable):
        act(make, "sweep", "sandbox", own + EUR("0.01"))
    act(make, "sweep", "sandbox", own)

    assert own > before
    assert not holdings.own_money("sandbox", "EUR")
    assert books.balance(chart.clearing("sandbox", "EUR")) >= EUR("525.00") + EUR("900.00")
    assert sound_books()


@pytest.mark.parametrize(
    ("amount", "lacking"),
    [
        (Money.of("500.00", "EUR"), "0.50"),
        (Money.of("12345", "JPY"), "12"),
        (Money.of("12.340", "KWD"), "0.012"),
    ],
)
def test_the_reserve_is_a_share_of_all_commission_and_reserved_once(make, amount, lacking):
    code = amount.currency
    before = holdings.to_reserve(code)
    make.escrow(status="released", amount=amount)
    assert holdings.to_reserve(code) - before == Money.of(lacking, code)

    act(make, "reserve", "", holdings.to_reserve(code))

    assert not holdings.to_reserve(code)
    assert books.balance(chart.reserve_chargeback(code)) == books.balance(chart.chargeback_expense(code))
    assert sound_books()


def test_an_act_is_staffs_has_a_reason_and_happens_once(make, taxed):
    make.escrow(status="released", payee=taxed)
    with pytest.raises(gateway_policies.OnlyStaff):
        act(make, "tax_withheld", "AT", EUR("1.00"), actor=make.actor(taxed))
    with pytest.raises(ReasonMissing):
        act(make, "tax_withheld", "AT", EUR("1.00"), reason=" ")
    form = uuid7()
    for _ in range(2):
        act(make, "tax_withheld", "AT", EUR("1.00"), operation_id=form)
    assert TreasuryOperation.objects.count() == 1
    assert books.balance(chart.tax_withheld("AT", "EUR")) == EUR("24.00")


def test_the_command_shows_first_and_writes_when_told(make, taxed, capsys):
    import json

    from django.core.management import CommandError, call_command

    make.escrow(status="released", payee=taxed)
    staff = make.staff()
    call_command("treasury")
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"kind": "tax_withheld", "subject": "AT", "balance": "25.00 EUR", "movable": "25.00 EUR"} in listed
    call_command("treasury", "tax_withheld", subject="AT")
    assert json.loads(capsys.readouterr().out)["would_write"] == "25.00 EUR"
    assert not TreasuryOperation.objects.exists()
    with pytest.raises(CommandError):
        call_command(
            "treasury", "tax_withheld", subject="AT", yes=True, all=True, reason="Return", by="nobody@example.org"
        )

    call_command("treasury", "tax_withheld", subject="AT", yes=True, all=True, reason="Return", by=staff.email)

    assert TreasuryOperation.objects.get().amount == EUR("25.00")
