"""The staff's board: what waits, by role."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.dashboard.queries import staff_board
from apps.legal.models import LegalKind
from tests.conftest import log_in
from tests.disputes.test_operations import dispute
from tests.make.bank import Bank

pytestmark = pytest.mark.django_db


def says(actor) -> dict[str, int]:
    return {str(row.says): row.count for row in staff_board.waiting_work(actor)}


def test_each_role_sees_its_own_work(make):
    dispute(make)
    moderator, finance = make.staff_actor("moderator"), make.staff_actor("finance")
    assert says(moderator)["Disputes"] == 1
    assert "Payments in suspense" not in says(moderator)
    assert "Disputes" not in says(finance) and says(finance)["Payments in suspense"] == 0
    administrator = says(make.staff_actor("administrator"))
    assert administrator["Legal texts that are missing"] == len(LegalKind)
    assert {"Disputes", "Payments in suspense", "Work that failed", "Reports"} <= set(administrator)


def test_a_chargeback_waits_until_its_evidence_is_handed_in(make):
    bank, finance = Bank(make), make.staff_actor("finance")
    chargeback = bank.disputes(make.milestone(status="funded").escrow)
    assert says(finance)["Chargebacks without evidence"] == 1
    bank.decides(chargeback, "won")
    assert says(finance)["Chargebacks without evidence"] == 0


def test_what_waits_longest_is_first_and_what_is_done_last(make):
    opened = dispute(make)
    rows = staff_board.waiting_work(make.staff_actor("moderator"))
    assert (str(rows[0].says), rows[0].since) == ("Disputes", opened.opened_at)
    assert rows[-1].count == 0


def test_every_page_of_the_board_opens_for_whom_it_is_shown(client, make):
    actor = make.staff_actor("administrator")
    from apps.accounts.models import User

    client.force_login(User.objects.get(id=actor.user_id), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("dashboard:staff"))
    addresses = {row.path for row in page.context["rows"]} | {row.path for row in page.context["pages"]}
    assert len(addresses) > 10
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_staff_without_an_organization_start_there_and_others_never(client, make):
    from apps.accounts.models import User

    actor = make.staff_actor("moderator")
    client.force_login(User.objects.get(id=actor.user_id), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/en/")["Location"] == reverse("dashboard:staff")
    assert log_in(Client(), make.freelancer()).get(reverse("dashboard:staff")).status_code == 403
    assert Client().get(reverse("dashboard:staff")).status_code == 302
