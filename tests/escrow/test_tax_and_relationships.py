"""Tax inside our commission, and what those pay who stay together: worked amounts in three currencies."""

import pytest

from apps.common.actors import SYSTEM
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.compliance.models import Withholding
from apps.escrow.operations import freezes, releases
from apps.escrow.queries import escrows
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.pricing.models import CommissionTax, FeeSchedule
from apps.pricing.queries import fees
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def taxed(make):
    """A freelancer in Austria: 5 % is withheld there, and our commission contains 20 % tax."""
    day = "2020-01-01"
    Withholding.objects.create(
        payer_country="DE", payee_country="AT", rate_bps=500, jurisdiction="AT", effective_from=day, source="test"
    )
    CommissionTax.objects.create(
        platform_country="DE", payee_country="AT", rate_bps=2000, jurisdiction="AT", effective_from=day, source="test"
    )
    return make.freelancer(country="AT", currency="EUR")


def earned(code):
    return {
        "commission": books.balance(chart.commission(code)),
        "tax": books.balance(chart.tax_collected("AT", code)),
        "withheld": books.balance(chart.tax_withheld("AT", code)),
        "employer_fee": books.balance(chart.employer_fee(code)),
    }


@pytest.mark.parametrize(
    ("amount", "net", "commission", "tax", "withheld", "employer_fee"),
    [
        (Money.of("500.00", "EUR"), "425.00", "41.67", "8.33", "25.00", "25.00"),
        (Money.of("12345", "JPY"), "10494", "1028", "206", "617", "617"),
        (Money.of("12.340", "KWD"), "10.489", "1.028", "0.206", "0.617", "0.610"),
    ],
)
def test_a_release_goes_to_the_freelancer_to_us_and_to_both_tax_offices(
    make, taxed, amount, net, commission, tax, withheld, employer_fee
):
    code = amount.currency
    before = earned(code)
    escrow = make.escrow(status="funded", amount=amount, payee=taxed)

    release = releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=NOON)

    after = earned(code)
    expected = {"commission": commission, "tax": tax, "withheld": withheld, "employer_fee": employer_fee}
    assert {name: after[name] - before[name] for name in after} == {
        name: Money.of(text, code) for name, text in expected.items()
    }
    assert books.balance(chart.payable(taxed.id, code)) == Money.of(net, code) == release.net
    assert release.gross == release.net + release.commission + release.tax + release.withheld
    assert {finding.breaches for finding in invariants.check_all()} == {0}


def test_parts_take_the_tax_that_the_whole_takes(make, taxed):
    escrow = make.escrow(status="funded", amount=Money.of("500.00", "EUR"), payee=taxed)
    for text in ("33.33", "0.01", "100.00"):
        releases.release(escrow_id=escrow.id, amount=Money.of(text, "EUR"), actor=SYSTEM, now=NOON)
    releases.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)

    taken = escrows.taken(escrow)

    assert (taken.commission, taken.tax, taken.withheld) == (
        Money.of("41.67", "EUR"),
        Money.of("8.33", "EUR"),
        Money.of("25.00", "EUR"),
    )


def test_an_escrow_keeps_the_tax_of_the_day_it_was_opened(make, taxed):
    escrow = make.escrow(status="funded", payee=taxed)
    CommissionTax.objects.filter(payee_country="AT").update(rate_bps=0)

    release = releases.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)

    assert release.tax == Money.of("8.33", "EUR")


@pytest.fixture
def registered(settings):
    """The marketplace has a VAT number at home, so that its fee to an employer there contains 19 %."""
    settings.PLATFORM_VAT_ID = "DE123456788"


def test_our_fee_to_an_employer_at_home_leaves_its_tax_to_the_tax_office(make, registered):
    escrow = make.escrow(status="funded", amount=Money.of("500.00", "EUR"))
    fee = books.balance(chart.employer_fee("EUR"))
    tax = books.balance(chart.tax_collected("DE", "EUR"))

    release = releases.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)

    assert (release.employer_fee, release.employer_fee_tax) == (Money.of("25.00", "EUR"), Money.of("3.99", "EUR"))
    assert books.balance(chart.employer_fee("EUR")) - fee == Money.of("21.01", "EUR")
    assert books.balance(chart.tax_collected("DE", "EUR")) - tax == Money.of("3.99", "EUR")
    assert {finding.breaches for finding in invariants.check_all()} == {0}


def test_both_our_fees_at_home_are_one_line_for_the_tax_office(make, registered):
    escrow = make.escrow(status="funded", amount=Money.of("500.00", "EUR"), payee=make.freelancer(country="DE"))
    tax = books.balance(chart.tax_collected("DE", "EUR"))

    release = releases.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)

    assert release.tax + release.employer_fee_tax == Money.of("7.98", "EUR") + Money.of("3.99", "EUR")
    assert books.balance(chart.tax_collected("DE", "EUR")) - tax == release.tax + release.employer_fee_tax
    lines = [line.account.code for entry in books.journals_of(release=release.id) for line in entry.lines]
    assert lines.count("tax_collected:DE") == 1


def test_parts_hold_the_tax_in_our_fee_that_the_whole_holds(make, registered):
    escrow = make.escrow(status="funded", amount=Money.of("500.00", "EUR"))
    for text in ("33.33", "0.01", "100.00", "0.07"):
        releases.release(escrow_id=escrow.id, amount=Money.of(text, "EUR"), actor=SYSTEM, now=NOON)
    releases.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)

    parts = [(release.employer_fee, release.employer_fee_tax) for release in escrow.releases.all()]

    assert Money.total((fee for fee, _ in parts), "EUR") == Money.of("25.00", "EUR")
    assert Money.total((tax for _, tax in parts), "EUR") == Money.of("3.99", "EUR")


def test_a_split_owes_the_tax_of_the_fee_that_it_earned_alone(make, registered):
    escrow = make.escrow(status="funded", amount=Money.of("500.00", "EUR"))
    actor = make.actor(escrow.payer)
    freezes.freeze(escrow_id=escrow.id, dispute_id=uuid7(), actor=actor, now=NOON)
    tax = books.balance(chart.tax_collected("DE", "EUR"))

    created = freezes.split(escrow_id=escrow.id, freelancer_part=Money.of("100.00", "EUR"), actor=actor, now=NOON)

    assert (created.employer_fee, created.employer_fee_tax) == (Money.of("5.00", "EUR"), Money.of("0.80", "EUR"))
    assert books.balance(chart.tax_collected("DE", "EUR")) - tax == Money.of("0.80", "EUR")
    assert {finding.breaches for finding in invariants.check_all()} == {0}


def test_those_who_stay_together_pay_less(make):
    FeeSchedule.objects.create(
        payer_country="*",
        payee_country="*",
        contract_type="milestones",
        paid_before_min=1,
        commission_bps=700,
        employer_fee_bps=300,
        fx_margin_bps=50,
        effective_from="2026-01-01",
    )
    payer, payee = make.employer(), make.freelancer()

    first = make.escrow(status="released", payer=payer, payee=payee)
    make.escrow(status="refunded", payer=payer, payee=payee)  # nothing was paid for it, so it does not count
    second = make.escrow(payer=payer, payee=payee)
    strangers = make.escrow(payer=payer)

    assert (first.commission_bps, second.commission_bps, strangers.commission_bps) == (1000, 700, 1000)
    assert second.employer_fee == Money.of("15.00", "EUR")
    assert fees.paid_between(payer.id, payee.id) == 1
