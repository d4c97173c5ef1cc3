"""Choosing the bank as the way to be paid, and cash moved to it: in three languages, on a phone, without scripts."""

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from apps.common.money import Money
from apps.payouts.queries import accounts, wallet
from apps.treasury.models import InternalTransfer
from tests.browser.test_recipients_and_chargebacks import SCREENS, fresh
from tests.make.bank_statements import IBAN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(make):
    make.now = timezone.now()
    call_command("load_payment_methods", verbosity=0)
    organization = make.freelancer("Ada Obi", country="FR", currency="EUR")
    make.balance(organization, Money.of("450.00", "EUR"))
    return organization


@pytest.mark.parametrize(("language", "width"), SCREENS)
def test_a_freelancer_chooses_the_bank_and_is_notified_what_it_lacks(make, visitor, live_server, ada, language, width):
    user = ada.memberships.get().user
    someone = visitor(user, language=language, width=width, javascript=False)
    session = fresh(user).cookies["sessionid"].value
    someone.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = someone.open("/money/account/")
    page.locator("a[href$='/account/by/bank/']").click()
    page.locator("[name=account_number]").fill(IBAN[:-1] + "7")
    page.locator("main button.btn-primary").click()
    expect(page.locator("[name=account_number][aria-invalid=true]")).to_have_count(1)
    page.locator("[name=account_number]").fill(IBAN)
    page.locator("main button.btn-primary").click()
    page.wait_for_url("**/money/")
    assert accounts.payout_account_of(ada.id).gateway == "bank"

    page = someone.open("/money/withdraw/EUR/")
    page.locator("main button.btn-primary").click()
    expect(page.locator("[role=alert], .error-summary").first).to_be_visible()
    assert wallet.available(ada.id, "EUR") == Money.of("450.00", "EUR")


@pytest.mark.parametrize(("language", "width"), SCREENS)
def test_the_pages_pass_the_checks(make, visitor, live_server, ada, language, width):
    user, staff = ada.memberships.get().user, make.staff()
    someone = visitor(user, language=language, width=width)
    session = fresh(user).cookies["sessionid"].value
    someone.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for path in ("/money/account/", "/money/account/by/bank/"):
        someone.open(path)
        someone.check()
    task = make.task()
    someone.open(f"/tasks/{task.id}/bid/")
    someone.check()
    desk = visitor(staff, language=language, width=width, theme="dark")
    page = desk.open("/money/internal-transfers/")
    desk.check()
    page.locator("[name=amount]").fill("450")
    page.locator("[name=reason]").fill("Withdrawals by bank")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/money/internal-transfers/*/")
    desk.check()
    assert InternalTransfer.objects.get().status == "proposed"
    desk.open("/money/treasury/")
    desk.check()
