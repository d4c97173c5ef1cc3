"""The pages of the treasury, of goodwill and of an employer's credit: shown first, then confirmed."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from apps.common.money import Money
from apps.escrow.models import Escrow, Goodwill
from apps.payments.models import Refund
from apps.payments.queries import credits
from apps.treasury.models import TreasuryOperation
from apps.treasury.queries import holdings
from tests.escrow.test_credit_and_goodwill import with_credit

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


def test_goodwill_is_shown_before_it_is_given(make):
    escrow = make.escrow(status="released")
    release = escrow.releases.get()
    staff, address = as_(make.staff()), f"/en/money/releases/{release.id}/goodwill/"
    assert address in staff.get(f"/en/money/releases/{release.id}/").content.decode()
    form = staff.get(address).content.decode()
    values = {
        "goodwill_id": hidden(form, "goodwill_id"), "to": "employer", "amount": "10", "reason": "We were slow.",
    }  # fmt: skip
    shown = staff.post(address, values).content.decode()
    assert not Goodwill.objects.exists()
    staff.post(address, values | {"confirmed": hidden(shown, "confirmed")})

    assert Goodwill.objects.get().amount == Money.of("10.00", "EUR")
    payer = as_(escrow.payer.memberships.get().user)
    wallet = payer.get("/en/money/").content.decode()
    assert "A part of our fee given back" in wallet
    assert "/en/money/credit/EUR/" in wallet
    assert payer.get(address).status_code == 403
    assert "A part of our fee given back" in b"".join(payer.get("/en/money/statement.csv").streaming_content).decode()


def test_an_employer_uses_credit_for_the_next_milestone_or_sends_it_back(make):
    payer = with_credit(make, Money.of("2000.00", "EUR"))
    milestone = make.milestone(bid=make.bid(task=make.task(employer=payer)))
    client = as_(payer.memberships.get().user)
    bill = client.get(f"/en/milestones/{milestone.id}/fund/").content.decode()
    assert "945.00" in bill

    client.post(f"/en/milestones/{milestone.id}/fund/", {"use_credit": "yes"})
    assert Escrow.objects.get(reference_id=milestone.id).status == "funded"
    assert "Paid from credit" in client.get("/en/money/").content.decode()

    assert client.post("/en/money/credit/EUR/", {"amount": "99999"}).status_code == 422
    result = client.post("/en/money/credit/EUR/", {"amount": "155"})
    assert "leave your credit and go back" in result.content.decode()
    client.post("/en/money/credit/EUR/", {"amount": "155", "confirmed": "yes"})
    assert Refund.objects.get().amount == Money.of("155.00", "EUR")
    assert credits.credit(payer.id, "EUR") == Money.of("1000.00", "EUR")
    assert "Credit sent back" in client.get("/en/money/").content.decode()
