"""Money that goes back to whoever paid it."""

from datetime import timedelta

import pytest

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payments.operations import refunds
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def broken() -> dict[str, int]:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches}


def test_a_refund_that_comes_back_after_it_was_paid_is_the_employers_again(make):
    from apps.gateways.protocols.movements import Movement, TransferState
    from apps.payments.models import Refund

    escrow = make.escrow(status="refunded")
    dispatch.send_due(clock=lambda: NOON)
    refund = Refund.objects.get(reference_id=escrow.id)
    assert refund.status == "succeeded"

    back = Movement(refund.remote_id, TransferState.FAILED, "account_closed")
    for _ in range(2):
        refunds.refund_answered(refund_id=refund.id, movement=back, now=NOON)

    refund.refresh_from_db()
    assert refund.status == "failed"
    assert books.balance(chart.employer_credit(escrow.payer_id, "EUR")) == EUR("525.00")
    assert broken() == {}


def test_a_lost_answer_about_a_refund_pays_it_back_once(make):
    from apps.payments.models import Refund

    escrow = make.escrow(status="refunded")
    store = make.processor.store
    before = len(store.listed("refund", ""))
    store.run("INSERT INTO faults (path, kind, times) VALUES ('POST /v1/refunds', 'lost_reply', 1)")
    dispatch.send_due(clock=lambda: NOON)
    make.processor.api.forget_keys()

    dispatch.send_due(clock=lambda: NOON + timedelta(minutes=1))

    assert Refund.objects.get(reference_id=escrow.id).status == "succeeded"
    assert len(store.listed("refund", "")) == before + 1
