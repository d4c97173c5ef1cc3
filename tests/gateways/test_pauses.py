"""While payments are paused nothing goes out, whoever asks; everything else goes on."""

from uuid import uuid4

import pytest
from django.utils import timezone

from apps.banking.operations import orders
from apps.common.actors import STRANGER, SYSTEM
from apps.common.money import Money
from apps.gateways import policies, registry
from apps.gateways.models import PaymentPause
from apps.gateways.models.pauses import PauseKind
from apps.gateways.operations import pauses as pause_operations
from apps.gateways.queries import pauses as pause_queries
from apps.payouts.operations import dispatch as payout_dispatch
from apps.treasury.operations import top_ups
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db


def pause(**options):
    return pause_operations.pause(**({"reason": "A drill", "now": NOON, "actor": SYSTEM} | options))


def refuse_calls(monkeypatch) -> None:
    def refuse(name):
        raise AssertionError(f"{name} was called")

    monkeypatch.setattr(registry, "gateway", refuse)


def test_nothing_is_claimed_and_no_gateway_is_called(make, monkeypatch):
    payout = make.payout()
    pause()
    refuse_calls(monkeypatch)

    assert dispatch.dispatch_due(clock=timezone.now) == 0
    assert dispatch.send_due(clock=timezone.now) == 0

    payout.refresh_from_db()
    assert payout.status == "requested"
    assert payout.attempts_made == 0


def test_top_ups_reversals_and_bank_files_are_refused(make):
    pause()
    staff = make.staff_actor()
    with pytest.raises(policies.PaymentsPaused):
        top_ups.top_up(
            top_up_id=uuid4(), gateway="sandbox", amount=Money.of("1.00", "EUR"), reason="x", actor=staff, now=NOON
        )
    with pytest.raises(policies.PaymentsPaused):
        orders.export_orders(actor=staff, now=NOON)
    with pytest.raises(policies.PaymentsPaused):
        payout_dispatch.reverse_transfer(payout_id=uuid4(), actor=staff, now=NOON)


def test_one_pause_at_a_time_and_a_restore_makes_it_stricter():
    first = pause()
    assert pause(reason="again").id == first.id
    assert pause(reason="restored", kind=PauseKind.RESTORE).id == first.id
    with pytest.raises(pause_operations.ComparisonMissing):
        pause_operations.resume(reason="hurry", now=NOON, actor=SYSTEM)
    PaymentPause.objects.update(checked_at=NOON)

    ended = pause_operations.resume(reason="compared", now=NOON, actor=SYSTEM)

    assert (ended.ended_at, ended.end_reason) == (NOON, "compared")
    assert not pause_queries.is_paused()
    assert pause_operations.resume(reason="twice", now=NOON, actor=SYSTEM) is None


def test_only_staff_pause_and_they_say_why(make):
    for refused in (STRANGER, make.actor(make.freelancer())):
        with pytest.raises(policies.OnlyStaff):
            pause(actor=refused)
    with pytest.raises(pause_operations.PauseReasonMissing):
        pause(reason="  ")
    assert not pause_queries.is_paused()
