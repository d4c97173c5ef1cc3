"""What the operator does with its own money and with kept tax; credit sent back; cash taken back."""

import pytest

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.compliance.models import Withholding
from apps.ledger import chart
from apps.ledger import queries as ledger
from apps.moderation.models import AuditEntry
from apps.payments import operations, policies, queries
from apps.payments.models import Charge, Refund, TreasuryAct
from apps.payments.operations.treasury import MoreThanMovable, ReasonMissing
from apps.pricing.models import CommissionTax
from tests.conftest import NOON
from tests.escrow.test_credit_and_goodwill import with_credit

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in ledger.check_all() if finding.breaches} == {}


def act(make, kind, subject, amount, **fields):
    given = {"act_id": uuid7(), "reason": "Return 10/2026", "actor": make.staff_actor(), "now": NOON}
    return operations.act(kind=kind, subject=subject, amount=amount, **(given | fields))


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
def test_kept_tax_is_handed_on_and_never_more(make, taxed, outbox_drain, amount, withheld, collected):
    code = amount.currency
    before = ledger.balance(chart.bank(code))
    make.escrow(status="released", amount=amount, payee=taxed)
    for kind, text, account in (
        ("tax_withheld", withheld, chart.tax_withheld),
        ("tax_collected", collected, chart.tax_collected),
    ):
        kept = Money.of(text, code)
        assert ledger.balance(account("AT", code)) == kept
        with pytest.raises(MoreThanMovable):
            act(make, kind, "AT", kept + Money(1, code))
        act(make, kind, "AT", kept)
        assert not ledger.balance(account("AT", code))

    assert before - ledger.balance(chart.bank(code)) == Money.of(withheld, code) + Money.of(collected, code)
    outbox_drain()
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "treasury.tax_withheld",
        "treasury.tax_collected",
    }
    assert sound_books()


def test_only_our_own_money_is_swept(make):
    before = queries.own_money("sandbox", "EUR")
    make.escrow(status="funded", amount=EUR("500.00"))  # 525 came in, 15.53 went to the processor, 525 are others'
    assert queries.own_money("sandbox", "EUR") == before
    make.escrow(status="released", amount=EUR("1000.00"))  # 100 + 50 earned, the processor's fee is paid of it

    own = queries.own_money("sandbox", "EUR")
    with pytest.raises(MoreThanMovable):
        act(make, "sweep", "sandbox", own + EUR("0.01"))
    act(make, "sweep", "sandbox", own)

    assert own > before
    assert not queries.own_money("sandbox", "EUR")
    assert ledger.balance(chart.clearing("sandbox", "EUR")) >= EUR("525.00") + EUR("900.00")
    assert sound_books()


@pytest.mark.parametrize(
    ("amount", "lacking"),
    [
        (Money.of("500.00", "EUR"), "0.50"),
        (Money.of("12345", "JPY"), "12"),
        (Money.of("12.340", "KWD"), "0.012"),
    ],
)
def test_the_reserve_is_a_share_of_all_commission_and_laid_aside_once(make, amount, lacking):
    code = amount.currency
    before = queries.to_reserve(code)
    make.escrow(status="released", amount=amount)
    assert queries.to_reserve(code) - before == Money.of(lacking, code)

    act(make, "reserve", "", queries.to_reserve(code))

    assert not queries.to_reserve(code)
    assert ledger.balance(chart.reserve_chargeback(code)) == ledger.balance(chart.chargeback_expense(code))
    assert sound_books()


def test_an_act_is_staffs_has_a_reason_and_happens_once(make, taxed):
    make.escrow(status="released", payee=taxed)
    with pytest.raises(policies.OnlyStaff):
        act(make, "tax_withheld", "AT", EUR("1.00"), actor=make.actor(taxed))
    with pytest.raises(ReasonMissing):
        act(make, "tax_withheld", "AT", EUR("1.00"), reason=" ")
    form = uuid7()
    for _ in range(2):
        act(make, "tax_withheld", "AT", EUR("1.00"), act_id=form)
    assert TreasuryAct.objects.count() == 1
    assert ledger.balance(chart.tax_withheld("AT", "EUR")) == EUR("24.00")


# -- credit sent back


def test_credit_goes_back_through_the_payments_it_came_from(make):
    payer = with_credit(make, EUR("100.00"))

    [made] = operations.send_credit_back(
        organization_id=payer.id, amount=EUR("60.00"), actor=make.actor(payer), now=NOON
    )
    assert ledger.balance(chart.transit_refund(made.id, "EUR")) == EUR("60.00")
    operations.settle_due(clock=lambda: NOON)

    made.refresh_from_db()
    assert made.status == "succeeded"
    assert queries.credit(payer.id, "EUR") == EUR("45.00")
    assert queries.refundable(made.charge_id) == EUR("45.00")
    assert sound_books()


def test_credit_without_a_payment_behind_it_stays(make):
    escrow = make.escrow(status="funding")
    make.paid(Charge.objects.get(reference_id=escrow.id), card="4000000000005126")
    from apps.escrow import operations as escrows

    escrows.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=NOON)
    operations.settle_due(clock=lambda: NOON)  # came back: kept as credit, and can be tried again
    payer = escrow.payer
    assert queries.credit(payer.id, "EUR") == EUR("525.00")
    with pytest.raises(policies.AmountTooLarge):
        operations.send_credit_back(organization_id=payer.id, amount=EUR("525.01"), actor=make.actor(payer), now=NOON)

    operations.send_credit_back(organization_id=payer.id, amount=EUR("525.00"), actor=make.actor(payer), now=NOON)

    assert Refund.objects.filter(charge__payer=payer).count() == 2
    assert sound_books()


# -- cash taken back


def test_cash_of_a_payout_that_came_back_is_taken_back(make):
    payout = make.payout(status="failed")
    [listed] = queries.payouts_with_cash_at_the_processor()
    assert listed == payout
    available = queries.available(payout.organization_id, payout.currency)
    clearing = ledger.balance(chart.clearing("sandbox", payout.currency))

    for _ in range(2):
        done = operations.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=NOON)

    assert done.remote_reversal_id
    assert not ledger.balance(chart.clearing_connected(payout.organization_id, payout.currency))
    assert ledger.balance(chart.clearing("sandbox", payout.currency)) - clearing == payout.amount
    assert queries.available(payout.organization_id, payout.currency) == available
    assert not queries.payouts_with_cash_at_the_processor()
    assert sound_books()


@pytest.mark.parametrize("status", ["requested", "paid"])
def test_cash_that_does_not_lie_there_is_not_taken(make, status):
    payout = make.payout(status=status)
    with pytest.raises(operations.NothingToReverse):
        operations.reverse_transfer(payout_id=payout.id, actor=make.staff_actor(), now=NOON)
    with pytest.raises(policies.OnlyStaff):
        operations.reverse_transfer(payout_id=payout.id, actor=make.actor(payout.organization), now=NOON)


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
    assert not TreasuryAct.objects.exists()
    with pytest.raises(CommandError):
        call_command("treasury", "tax_withheld", subject="AT", yes=True, reason="Return", by="nobody@example.org")

    call_command("treasury", "tax_withheld", subject="AT", yes=True, reason="Return", by=staff.email)

    assert TreasuryAct.objects.get().amount == EUR("25.00")
