"""Pages of held money and of goodwill."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.common.money import Money
from apps.escrow.models import Goodwill
from apps.payments.queries import charges
from tests.conftest import log_in

pytestmark = pytest.mark.django_db


def hidden(page: str, name: str) -> str:
    search = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert search is not None, name
    return search[1]


def test_goodwill_is_shown_before_it_is_given(client, make):
    make.now = timezone.now()
    escrow = make.escrow(status="released")
    release = escrow.releases.get()
    client.force_login(make.staff())
    address = f"/en/money/releases/{release.id}/goodwill/"
    assert address in client.get(f"/en/money/releases/{release.id}/").content.decode()
    form = client.get(address).content.decode()
    values = {
        "goodwill_id": hidden(form, "goodwill_id"), "to": "employer", "amount": "10", "reason": "We were slow.",
    }  # fmt: skip
    shown = client.post(address, values).content.decode()
    assert not Goodwill.objects.exists()
    client.post(address, values | {"confirmed": hidden(shown, "confirmed")})

    assert Goodwill.objects.get().amount == Money.of("10.00", "EUR")
    log_in(client, escrow.payer)
    wallet = client.get("/en/money/").content.decode()
    assert "A part of our fee given back" in wallet
    assert "/en/money/credit/EUR/" in wallet
    assert client.get(address).status_code == 403
    assert "A part of our fee given back" in b"".join(client.get("/en/money/statement.csv").streaming_content).decode()


def test_held_money_and_its_releases_are_shown_to_both_sides(client, make):
    escrow = make.escrow(status="released")
    release = escrow.releases.get()
    charge = charges.charges_of(escrow.payer_id).get()
    shared = [reverse("escrow:held"), reverse("escrow:escrow", args=[escrow.id]),
              reverse("escrow:release", args=[release.id])]  # fmt: skip
    for side in (escrow.payer, escrow.payee):
        log_in(client, side)
        for page in shared:
            answer = client.get(page)
            assert answer.status_code == 200
            assert "Logo: first drafts" in answer.content.decode()
    assert client.get(reverse("payments:charge", args=[charge.id])).status_code == 404
    log_in(client, escrow.payer)
    assert "Payment held" in client.get(reverse("payments:charge", args=[charge.id])).content.decode()
    log_in(client, make.employer())
    assert [client.get(page).status_code for page in shared[1:]] == [404, 404]
