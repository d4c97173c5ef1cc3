"""Thirty-two threads release, refund and dispute one escrow at once: the sum is preserved, whoever wins."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from apps.common.actors import SYSTEM
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.escrow import policies
from apps.escrow.models import Release
from apps.escrow.operations import claims, freezes, releases
from apps.escrow.queries import escrows
from apps.escrow.queries.claims import is_claimed
from apps.escrow.states import ClaimKind
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.outbox.models import Event
from apps.payments.models import Refund
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 32


@pytest.mark.parametrize("amount", [None, Money.of("100.00", "EUR")])
def test_release_and_refund_at_once_preserve_the_sum(make, amount):
    escrow = make.escrow(status="funded", amount=Money.of("1000.00", "EUR"))
    start = threading.Barrier(THREADS)

    def work(number: int) -> object:
        try:
            start.wait(timeout=30)
            verb = releases.release if number % 2 else releases.refund
            return verb(escrow_id=escrow.id, amount=amount, actor=SYSTEM, now=NOON)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(work, range(THREADS)))

    losers = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(loser, policies.NothingHeld) for loser in losers)
    assert THREADS - len(losers) == (1 if amount is None else 10)
    gone = Money.total((release.gross for release in Release.objects.all()), "EUR")
    back = Money.total((refund.amount for refund in Refund.objects.all()), "EUR")
    escrow.refresh_from_db()
    assert gone == escrow.released
    assert back == escrow.refunded + escrow.refunded.share_bps(500)
    assert escrow.released + escrow.refunded == escrow.amount
    assert not escrows.held(escrow.id)
    assert not books.balance(chart.deferred_fee(escrow.id, "EUR"))
    assert {finding.breaches for finding in invariants.check_all()} == {0}


def test_of_release_refund_and_dispute_at_once_exactly_one_wins(make):
    escrow = make.escrow(status="funded", amount=Money.of("1000.00", "EUR"))
    start = threading.Barrier(THREADS)
    everything = {"escrow_id": escrow.id, "actor": SYSTEM, "now": NOON}

    def work(number: int) -> object:
        try:
            start.wait(timeout=30)
            if number % 3 == 0:
                return freezes.freeze(dispute_id=uuid7(), **everything)
            verb = releases.release if number % 3 == 1 else releases.refund
            return verb(amount=None, **everything)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(work, range(THREADS)))

    losers = [result for result in results if isinstance(result, Exception)]
    assert len(losers) == THREADS - 1
    assert all(isinstance(loser, policies.NothingHeld) for loser in losers), losers
    escrow.refresh_from_db()
    frozen = [books.balance(chart.hold_dispute(escrow.frozen_by_id, "EUR"))] if escrow.frozen_by_id else []
    ways = [escrow.released, escrow.refunded, *frozen]
    assert [way for way in ways if way] == [escrow.amount]
    assert not books.balance(chart.escrow_held(escrow.id, "EUR"))
    assert {finding.breaches for finding in invariants.check_all()} == {0}


def test_of_two_warnings_dismissed_at_once_the_last_lets_the_money_go(make):
    escrow = make.escrow(status="funded")
    keys = ("first", "second")
    warnings = [
        claims.open_claim(escrow_id=escrow.id, kind=ClaimKind.WARNING, source_key=key, now=NOON) for key in keys
    ]
    staff, start = make.staff_actor("finance"), threading.Barrier(2)

    def dismiss(claim_id: object) -> None:
        try:
            with transaction.atomic():
                start.wait(timeout=30)
                claims.dismiss_warning(claim_id=claim_id, actor=staff, now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(dismiss, [warning.id for warning in warnings]))

    assert not is_claimed(escrow.id)
    assert Event.objects.filter(name="escrow.claim_ended").count() == 1
