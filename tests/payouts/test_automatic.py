"""Balances that are paid out without anybody asking, to those who agreed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.models import SkippedRow
from apps.common.money import Money
from apps.payouts.models import Payout, PayoutAccount
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import automatic
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


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


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def test_balances_of_those_who_agreed_are_paid_out_on_their_own(make):
    ada, berta = make.freelancer(), make.freelancer()
    make.payout_account(ada, is_automatic=True)
    make.payout_account(berta)
    for organization in (ada, berta):
        make.balance(organization, EUR("450.00"))

    batch_payables = automatic.batch_payables(now=NOON)

    assert [(payout.organization_id, payout.is_automatic) for payout in batch_payables] == [(ada.id, True)]
    assert automatic.batch_payables(now=NOON) == []


def test_agreeing_to_automatic_payout_is_recorded_and_can_be_taken_back(make):
    ada = make.freelancer()
    make.payout_account(ada)

    agreed = account_operations.set_automatic(
        organization_id=ada.id, is_automatic=True, actor=make.actor(ada), now=NOON
    )
    assert (agreed.automatic_agreed_at, agreed.automatic_agreed_by_id) == (NOON, make.actor(ada).user_id)
    stopped = account_operations.set_automatic(
        organization_id=ada.id, is_automatic=False, actor=make.actor(ada), now=NOON
    )
    assert (stopped.is_automatic, stopped.automatic_agreed_at) == (False, None)
