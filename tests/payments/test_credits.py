"""Credit of whoever paid, sent back through the payments it came from."""

import pytest

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payments import policies
from apps.payments.models import Charge, Refund
from apps.payments.operations import refunds
from apps.payments.queries import credits
from apps.payments.queries import refunds as refund_queries
from tests.conftest import NOON
from tests.escrow.test_credit_and_goodwill import with_credit
from tests.make import dispatch

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


def test_credit_goes_back_through_the_payments_it_came_from(make):
    payer = with_credit(make, EUR("100.00"))

    [created] = refunds.send_credit_back(
        organization_id=payer.id, amount=EUR("60.00"), actor=make.actor(payer), now=NOON
    )
    assert books.balance(chart.transit_refund(created.id, "EUR")) == EUR("60.00")
    dispatch.send_due(clock=lambda: NOON)

    created.refresh_from_db()
    assert created.status == "succeeded"
    assert credits.credit(payer.id, "EUR") == EUR("45.00")
    assert refund_queries.refundable(created.charge_id) == EUR("45.00")
    assert sound_books()


def test_credit_without_a_payment_behind_it_stays(make):
    escrow = make.escrow(status="funding")
    make.paid(Charge.objects.get(reference_id=escrow.id), card="4000000000005126")
    from apps.escrow.operations import releases

    releases.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=NOON)
    dispatch.send_due(clock=lambda: NOON)  # came back: kept as credit, and can be tried again
    payer = escrow.payer
    assert credits.credit(payer.id, "EUR") == EUR("525.00")
    with pytest.raises(policies.AmountTooLarge):
        refunds.send_credit_back(organization_id=payer.id, amount=EUR("525.01"), actor=make.actor(payer), now=NOON)

    refunds.send_credit_back(organization_id=payer.id, amount=EUR("525.00"), actor=make.actor(payer), now=NOON)

    assert Refund.objects.filter(charge__payer=payer).count() == 2
    assert sound_books()
