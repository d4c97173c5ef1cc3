"""Treasury and goodwill over the API: for staff alone, once per id, and by the clock."""

from uuid import uuid4

import pytest
from django.utils import timezone

from apps.common.money import Money
from apps.escrow.models import Goodwill
from apps.ledger import chart
from apps.ledger.queries import books
from apps.moderation.models import AuditEntry
from apps.outbox import bus
from apps.treasury import jobs
from apps.treasury.models import TreasuryOperation
from apps.treasury.queries import holdings
from tests.conftest import api, api_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(make):
    make.now = timezone.now()


def test_an_act_is_done_once_per_id_and_read_again(make):
    make.escrow(status="released", amount=Money.of("1000.00", "EUR"))
    staff = api(make.staff())
    lacking = holdings.to_reserve("EUR")
    shown = staff.get("/api/v1/treasury/").json()
    reserve = next(item for item in shown["holdings"] if item["kind"] == "reserve")
    assert reserve["movable"] == {"amount_minor": lacking.amount_minor, "currency": "EUR"}

    body = {"id": str(uuid4()), "kind": "reserve", "amount": reserve["movable"], "reason": "October"}
    assert [api_post(staff, "treasury/operations/", body).status_code for _ in range(2)] == [201, 201]
    assert TreasuryOperation.objects.get().amount == lacking
    assert staff.get("/api/v1/treasury/").json()["operations"][0]["reason"] == "October"
    more = api_post(staff, "treasury/operations/", body | {"id": str(uuid4())})
    assert (more.status_code, more.json()["code"]) == (409, "exceeds_movable")


def test_nobody_else_acts(make):
    escrow = make.escrow(status="released", amount=Money.of("1000.00", "EUR"))
    employer = api(escrow.payer.memberships.get().user)
    stranger = api(make.employer("Other").memberships.get().user)
    money = {"amount_minor": 100, "currency": "EUR"}
    act = {"id": str(uuid4()), "kind": "reserve", "amount": money, "reason": "x"}
    gift = {"id": str(uuid4()), "to": "employer", "amount": money, "reason": "x"}
    assert employer.get("/api/v1/treasury/").status_code == 403
    assert api_post(employer, "treasury/operations/", act).status_code == 403
    path = f"releases/{escrow.releases.get().id}/goodwill/"
    assert (api_post(employer, path, gift).status_code, api_post(stranger, path, gift).status_code) == (403, 404)
    assert not TreasuryOperation.objects.exists()
    assert not Goodwill.objects.exists()


def test_the_clock_keeps_the_reserve_and_signs_for_nobody(make, client):
    make.escrow(status="released", amount=Money.of("1000.00", "EUR"))
    lacking = holdings.to_reserve("EUR")
    assert lacking
    assert [jobs.keep_reserve(), jobs.keep_reserve()] == [1, 0]
    act = TreasuryOperation.objects.get()
    assert (act.amount, act.acted_by, act.reason) == (lacking, None, "")
    assert books.balance(chart.reserve_chargeback("EUR")) == lacking
    bus.deliver_pending(now=timezone.now())
    assert not AuditEntry.objects.exists()
    client.force_login(make.staff())
    assert "by the clock" in client.get("/en/money/treasury/").content.decode()
