"""Goodwill over the API: once per id."""

from uuid import uuid4

import pytest
from django.utils import timezone

from apps.common.money import Money
from apps.escrow.models import Goodwill
from apps.ledger import chart
from apps.ledger.queries import books
from tests.conftest import api, api_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(make):
    make.now = timezone.now()


def test_goodwill_is_given_once_per_id(make):
    escrow = make.escrow(status="released", amount=Money.of("1000.00", "EUR"))
    release = escrow.releases.get()
    body = {
        "id": str(uuid4()),
        "to": "freelancer",
        "amount": {"amount_minor": 500, "currency": "EUR"},
        "reason": "Sorry",
    }
    path = f"releases/{release.id}/goodwill/"
    before = books.balance(chart.payable(escrow.payee_id, "EUR"))
    staff = api(make.staff())
    assert [api_post(staff, path, body).status_code for _ in range(2)] == [201, 201]
    assert Goodwill.objects.get().amount == Money(500, "EUR")
    assert books.balance(chart.payable(escrow.payee_id, "EUR")) == before + Money(500, "EUR")
    other = body | {"id": str(uuid4()), "amount": {"amount_minor": 500, "currency": "USD"}}
    assert api_post(staff, path, other).status_code == 422
