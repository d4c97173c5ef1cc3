"""Pages of money and the processor's checkout in a real browser: by axe, by width, and without JavaScript."""

import re
import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from apps.common.money import Money
from apps.escrow.operations import funding
from apps.payments.models import Charge
from apps.payments.operations import charges
from apps.payouts.models import FxQuote, Payout
from apps.payouts.operations import payouts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The last looks again at what the others show together: `make test-full`.
SCREENS = [("en", "light", 1280), ("ar", "dark", 390), ("zh-hans", "light", 320),
           pytest.param("en", "dark", 390, marks=pytest.mark.full)]  # fmt: skip


@pytest.fixture
def payout(make):
    make.now = timezone.now()
    paid = make.payout(status="paid")
    make.balance(paid.organization, Money.of("900.00", "EUR"))
    return paid


def fresh(visitor) -> None:
    """As somebody who logged in by the form a moment ago."""
    cookie = next(cooky for cooky in visitor.page.context.cookies() if cooky["name"] == "sessionid")
    session = SessionStore(cookie["value"])
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_pages_of_a_freelancers_money_are_accessible(visitor, make, payout, language, theme, width):
    ada = payout.organization
    quote = payouts.quote_payout(
        organization_id=ada.id, currency="EUR", amount=None, actor=make.actor(ada), now=timezone.now()
    )
    release = escrow_of(ada).releases.first()
    visitor = visitor(ada.memberships.get().user, language=language, theme=theme, width=width)
    fresh(visitor)
    for path in ("/money/", "/money/withdraw/EUR/", f"/money/quotes/{quote.id}/", "/money/account/",
                 "/money/withdrawals/", f"/money/withdrawals/{payout.id}/", "/money/payments/", "/money/held/",
                 f"/money/held/{release.escrow_id}/", f"/money/releases/{release.id}/"):  # fmt: skip
        visitor.open(path)
        visitor.check()


def escrow_of(organization):
    from apps.escrow.models import Escrow

    return Escrow.objects.filter(payee=organization).first()


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS[:2])
def test_pages_of_an_employers_money_are_accessible(visitor, make, language, theme, width):
    make.now = timezone.now()
    escrow = make.escrow(status="released")
    charge = Charge.objects.get(reference_id=escrow.id)
    visitor = visitor(escrow.payer.memberships.get().user, language=language, theme=theme, width=width)
    for path in ("/money/", "/money/payments/", f"/money/payments/{charge.id}/", f"/money/held/{escrow.id}/"):
        visitor.open(path)
        visitor.check()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_withdrawal_is_three_clicks(visitor, make, payout, javascript):
    visitor = visitor(payout.organization.memberships.get().user, width=390, javascript=javascript)
    page = visitor.open("/money/")

    page.get_by_role("button", name=re.compile("Withdraw")).first.click()
    page.get_by_role("button", name="Withdraw now").click()

    page.get_by_role("heading", level=1).wait_for()
    created = Payout.objects.exclude(id=payout.id).get()
    assert created.number in page.content()
    assert created.quote.amount_from == Money.of("900.00", "EUR")
    assert FxQuote.objects.count() == 2


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh-hans", 390), ("ar", 320)])
def test_the_checkout_is_accessible_declines_and_pays(visitor, make, live_server, language, width):
    make.now = timezone.now()
    escrow = make.escrow()
    assert make.processor
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=make.now, language=language,
        return_url=f"{live_server.url}/{language}/money/payments/",
    )  # fmt: skip
    visitor = visitor(escrow.payer.memberships.get().user, language=language, width=width)
    page = visitor.page
    page.goto(charge.checkout_url)
    visitor.check()
    page.locator("button").nth(1).click()
    page.get_by_role("alert").wait_for()
    visitor.complaints.clear()  # the browser names every 402
    visitor.check()
    page.locator("button.pay").click()

    page.wait_for_url(f"{live_server.url}/{language}/money/payments/")
    assert charges.refresh_charge(charge_id=charge.id, now=timezone.now()).status == "succeeded"
