"""A month in one statement: what an employer has with us is seen whole, and adds up."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.escrow.operations import freezes, releases
from apps.invoicing.queries import statements
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def only(organization, month=OCTOBER):
    (monthly_statement,) = statements.monthly_statement(organization.id, month)
    return monthly_statement


def adds_up(statement):
    return (
        statement.opening_total + Money.total((row.change for row in statement.rows), statement.currency)
        == statement.closing_total
    )


def test_an_employer_sees_held_frozen_released_refunded_and_fees(make):
    escrow = make.escrow(status="funded", amount=EUR("500.00"))
    actor = make.actor(escrow.payer)
    releases.release(escrow_id=escrow.id, amount=EUR("100.00"), actor=actor, now=NOON)
    dispute_id = uuid7()
    freezes.freeze(escrow_id=escrow.id, dispute_id=dispute_id, actor=actor, now=NOON)

    frozen = only(escrow.payer)
    assert [row.event for row in frozen.rows] == ["escrow.funded", "escrow.released", "dispute.opened"]
    assert frozen.closing["held"] == EUR("0.00")
    assert (frozen.closing["frozen"], frozen.closing["fee"]) == (EUR("400.00"), EUR("20.00"))
    assert frozen.closing_total == EUR("420.00")
    assert adds_up(frozen)

    freezes.unfreeze(escrow_id=escrow.id, actor=actor, now=NOON)
    releases.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=NOON)
    ended = only(escrow.payer)
    assert [row.change for row in ended.rows] == [
        EUR("525.00"), EUR("-105.00"), EUR("0.00"), EUR("0.00"), EUR("-420.00"),
    ]  # fmt: skip
    assert ended.closing_total == EUR("0.00")
    assert ended.rows[0].about == "Logo: first drafts"


def test_a_month_opens_with_what_the_month_before_closed_with(make):
    escrow = make.escrow(status="funded", amount=EUR("500.00"))
    later = NOON + timedelta(days=10)
    releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=later)

    october, november = only(escrow.payer), only(escrow.payer, date(2026, 11, 1))
    assert october.closing == november.opening
    assert (november.opening_total, november.closing_total) == (EUR("525.00"), EUR("0.00"))
    assert statements.monthly_statement(escrow.payer.id, date(2026, 12, 1)) == []
    assert statements.monthly_statement(escrow.payer.id, date(2026, 9, 1)) == []


def test_a_freelancer_sees_the_net_and_never_the_employers_money(make):
    escrow = make.escrow(status="released", amount=EUR("500.00"))
    result = only(escrow.payee)
    assert result.buckets == ["available"]
    assert result.closing_total == EUR("450.00")


def test_currencies_stand_apart(make):
    payer = make.employer()
    make.escrow(status="funded", amount=EUR("500.00"), payer=payer)
    make.escrow(status="funded", amount=Money.of("12345", "JPY"), payer=payer)
    monthly_statement = statements.monthly_statement(payer.id, OCTOBER)
    assert [(item.currency, item.closing["held"]) for item in monthly_statement] == [
        ("EUR", EUR("500.00")), ("JPY", Money.of("12345", "JPY")),
    ]  # fmt: skip
    assert all(adds_up(item) for item in monthly_statement)


def test_a_month_costs_the_same_number_of_queries_however_many_escrows(make, django_assert_num_queries):
    payer = make.employer()
    for _ in range(3):
        make.escrow(status="released", payer=payer)
    with django_assert_num_queries(5):
        assert len(only(payer).rows) == 6


def test_months_end_where_the_next_begins():
    assert statements.month_bounds(date(2026, 12, 1)) == (
        datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC),
    )  # fmt: skip
