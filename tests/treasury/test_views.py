"""The pages of the treasury: shown first, then confirmed."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from apps.common.money import Money
from apps.treasury.models import TreasuryOperation
from apps.treasury.queries import holdings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(make):
    make.now = timezone.now()


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def hidden(page: str, name: str) -> str:
    search = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert search is not None, name
    return search[1]


def test_an_act_of_the_treasury_is_shown_before_it_is_written(make):
    make.escrow(status="released", amount=Money.of("1000.00", "EUR"))
    staff = as_(make.staff())
    desk = staff.get("/en/money/treasury/").content.decode()
    assert "/en/money/treasury/reserve/EUR/" in desk
    form = staff.get("/en/money/treasury/reserve/EUR/").content.decode()
    lacking = holdings.to_reserve("EUR")
    values = {
        "operation_id": hidden(form, "operation_id"),
        "amount": str(lacking.as_decimal()),
        "reason": "October 2026",
    }
    assert staff.post("/en/money/treasury/reserve/EUR/", values | {"reason": ""}).status_code == 422

    shown = staff.post("/en/money/treasury/reserve/EUR/", values).content.decode()
    assert "Reserved for chargebacks" in shown
    assert not TreasuryOperation.objects.exists()
    for _ in range(2):
        staff.post("/en/money/treasury/reserve/EUR/", values | {"confirmed": hidden(shown, "confirmed")})

    assert TreasuryOperation.objects.get().amount == lacking
    assert "October 2026" in staff.get("/en/money/treasury/").content.decode()
    assert not holdings.to_reserve("EUR")


def test_only_staff_see_the_treasury(make):
    client = as_(make.employer().memberships.get().user)
    for path in ("/en/money/treasury/", "/en/money/treasury/reserve/EUR/"):
        assert client.get(path).status_code in (403, 404)
