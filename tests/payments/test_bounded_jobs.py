"""Jobs of money look at a few rows each time, fairly, and give up early at a silent processor."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.models import SkippedRow
from apps.common.money import Money
from apps.gateways.errors import GatewayUnavailable
from apps.gateways.operations import lookups
from apps.payments.models import Charge
from apps.payments.operations import charges
from apps.payouts.models import Payout, PayoutAccount
from apps.payouts.operations import automatic
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db
STALE = timedelta(minutes=10)


@pytest.fixture
def open_charges(make):
    created = [make.charge_of(make.escrow(status="funding")) for _ in range(5)]
    Charge.objects.update(created_at=NOON - timedelta(hours=1))
    return sorted(item.id for item in created)


@pytest.fixture
def looked_at(monkeypatch):
    seen = []
    monkeypatch.setattr(charges, "refresh_charge", lambda *, charge_id, now: seen.append(charge_id))
    return seen


def refresh(minutes: int) -> int:
    return dispatch.refresh_stale(older_than=STALE, clock=lambda: NOON + timedelta(minutes=minutes))


def test_what_was_looked_at_longest_ago_comes_first(open_charges, looked_at, monkeypatch):
    monkeypatch.setattr(lookups, "STALE_MAX", 1)
    for minutes in range(10):
        assert refresh(minutes) == 1
    assert looked_at == open_charges * 2


def test_a_silent_processor_ends_the_run_and_the_next_begins_with_others(open_charges, monkeypatch):
    seen = []

    def silent(*, charge_id, now):
        seen.append(charge_id)
        raise GatewayUnavailable("nobody")

    monkeypatch.setattr(charges, "refresh_charge", silent)
    assert refresh(0) == 0
    assert len(seen) == lookups.UNANSWERED_MAX
    refresh(1)
    assert set(seen) == set(open_charges)
    assert not SkippedRow.objects.exists()  # the rows are not to blame


def test_one_bad_charge_is_recorded_and_rests(open_charges, monkeypatch):
    def broken(*, charge_id, now):
        if charge_id == open_charges[0]:
            raise ValueError("broken")

    monkeypatch.setattr(charges, "refresh_charge", broken)
    assert refresh(0) == 4
    assert SkippedRow.objects.get().row_id == open_charges[0]


def automatic_accounts(make, count: int) -> list:
    created = []
    for _ in range(count):
        organization = make.freelancer()
        make.payout_account(organization)
        created.append(organization)
    PayoutAccount.objects.update(is_automatic=True, automatic_agreed_at=NOON)
    return created


def test_automatic_payouts_cost_nothing_for_accounts_without_a_balance(make):
    automatic_accounts(make, 1)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert automatic.batch_payables(now=NOON) == []
    automatic_accounts(make, 6)
    with CaptureQueriesContext(connection) as many:
        assert automatic.batch_payables(now=NOON) == []
    assert len(many) == len(few)


def test_one_that_cannot_be_paid_keeps_no_other_from_being_paid(make, monkeypatch):
    bad, good = automatic_accounts(make, 2)
    for row in (bad, good):
        make.balance(row, Money.of("90.00", "EUR"))
    inner = automatic._pay_out_all

    def pay(*, organization_id, currency, now):
        if organization_id == bad.id:
            raise ValueError("broken")
        return inner(organization_id=organization_id, currency=currency, now=now)

    monkeypatch.setattr(automatic, "_pay_out_all", pay)
    batch_payables = automatic.batch_payables(now=timezone.now())
    assert [item.organization_id for item in batch_payables] == [good.id]
    assert SkippedRow.objects.get().row_id == bad.id
    assert Payout.objects.count() == 1
