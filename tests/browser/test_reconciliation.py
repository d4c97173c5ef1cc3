"""The desks of reconciliation, of the treasury and of the bank in a real browser: by axe, by width, in three languages."""

import pytest
import requests
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.queries import actors
from apps.banking.operations import statements
from apps.escrow.operations import funding
from apps.treasury.models import SuspenseItem
from apps.treasury.operations import reconciliation, suspense
from devstack.sandbox_processor.server import Processor
from tests.make import money as making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [("en", "light", 1280), ("ar", "dark", 390), ("zh-hans", "light", 320)]


@pytest.fixture
def books(make, monkeypatch, settings, tmp_path):
    running = Processor(db=tmp_path / "processor.db", secret=settings.WEBHOOK_SECRET, payout_delay=10**9).start()
    monkeypatch.setattr(making, "running_processor", lambda: running)
    settings.PROCESSOR_URL = running.url
    make.now = timezone.now()
    yield make
    running.stop()


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_the_desks_are_accessible(visitor, books, language, theme, width):
    call_command("load_payment_methods", verbosity=0)
    books.escrow(status="funded")
    waiting = books.escrow()
    charge = funding.start_funding(
        escrow_id=waiting.id, actor=books.actor(waiting.payer), now=timezone.now(),
        return_url="http://testserver/back", method="bank",
    )  # fmt: skip
    fee = {"amount": 99, "currency": "eur", "type": "moon_tax"}
    requests.post(f"{books.processor.url}/control/fees", json=fee, timeout=5)
    reconciliation.reconcile(gateway="sandbox")
    staff, item = books.staff(), SuspenseItem.objects.get()
    row = b"date,amount,currency\n2026-11-20,10.00,EUR\n"
    statements.import_statement(name="s.csv", body=row, actor=actors.actor_for(staff), now=timezone.now())

    first = visitor(staff, language=language, theme=theme, width=width)
    for path in ("/money/reconciliation/", f"/money/reconciliation/{item.id}/", "/money/bank/", "/money/treasury/",
                 "/money/treasury/top_up/EUR/sandbox/"):  # fmt: skip
        first.open(path)
        first.check()
    suspense.propose_booking(
        item_id=item.id, target="expense:processor", payment_number="", explanation="Told by mail",
        actor=actors.actor_for(staff), now=timezone.now(),
    )  # fmt: skip
    other = visitor(books.staff("Second"), language=language, theme=theme, width=width)
    other.open(f"/money/reconciliation/{item.id}/")
    other.check()
    payer = visitor(waiting.payer.memberships.get().user, language=language, theme=theme, width=width)
    payer.open(f"/money/transfers/{charge.id}/")
    payer.check()


def test_two_people_resolve_a_difference_without_javascript(visitor, books):
    books.escrow(status="funded")
    fee = {"amount": 99, "currency": "eur", "type": "moon_tax"}
    requests.post(f"{books.processor.url}/control/fees", json=fee, timeout=5)
    page = visitor(books.staff(), javascript=False).open("/money/reconciliation/")
    page.click("text=Compare now")
    item = SuspenseItem.objects.get()
    page.click(f"text={item.number}")
    page.fill("[name=explanation]", "Told by mail")
    page.click("button[value=propose]")
    second = visitor(books.staff("Second"), javascript=False).open(f"/money/reconciliation/{item.id}/")
    second.click("text=Confirm and write the entry")
    item.refresh_from_db()
    assert item.status == "resolved"
