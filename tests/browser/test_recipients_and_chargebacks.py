"""Where one is paid, and what a bank takes back: in three languages, on a phone, without scripts."""

import copy
import time

import pytest
from django.conf import settings as site
from django.test import Client

from apps.gateways import webhook_handlers
from apps.payments.models import Charge, Chargeback
from apps.payouts.queries import accounts
from devstack.sandbox_processor import disputes
from tests.conftest import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [("en", 1280), ("zh-hans", 390), ("ar", 390)]


def fresh(user) -> Client:
    """Somebody who has just proved who they are."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return client


@pytest.mark.parametrize(("language", "width"), SCREENS)
def test_a_freelancer_goes_to_the_processors_page_and_comes_back_ready(
    make, visitor, live_server, settings, language, width
):
    ada = make.freelancer("Ada Obi")
    user = ada.memberships.get().user
    policy = copy.deepcopy(site.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"].append(make.processor.url)
    settings.CONTENT_SECURITY_POLICY = policy
    someone = visitor(user, language=language, width=width, javascript=False)
    someone.page.context.add_cookies(
        [{"name": "sessionid", "value": fresh(user).cookies["sessionid"].value, "url": live_server.url}]
    )
    page = someone.open("/money/account/")
    page.get_by_role("textbox").first.fill("Ada Obi")
    page.locator("form[method=post] button.btn-primary").last.click()
    page.wait_for_url("**/onboarding/**")
    page.go_back()
    page = someone.open("/money/account/")
    assert page.locator("form").filter(has=page.locator("button")).count() >= 2
    page.locator("form[action$='/continue/'] button").click()
    page.locator("button.pay").click()
    page.wait_for_url("**/money/")
    assert accounts.payout_account_of(ada.id).last4 == "6789"


@pytest.fixture
def chargeback(make, outbox_drain) -> Chargeback:
    milestone = make.milestone(status="delivered")
    charge = Charge.objects.get(reference_id=milestone.escrow_id)
    dispute = disputes.open_dispute(make.processor.store, charge.remote_payment_id)
    webhook_handlers.refresh(kind="dispute", reference=dispute["id"], processor="sandbox", clock=lambda: NOON)
    outbox_drain()
    return Chargeback.objects.get()


@pytest.mark.parametrize(("language", "width"), SCREENS)
def test_staff_read_a_chargeback_and_the_payer_sees_it(make, visitor, chargeback, language, width, tmp_path):
    staff = visitor(make.staff(), language=language, width=width)
    payer = visitor(chargeback.charge.payer.memberships.first().user, language=language, width=width)
    for someone, path in (
        (staff, "/money/chargebacks/"),
        (staff, f"/money/chargebacks/{chargeback.id}/"),
        (payer, "/money/"),
        (payer, f"/money/payments/{chargeback.charge_id}/"),
    ):
        page = someone.open(path)
        someone.check()
        page.screenshot(path=tmp_path / f"{path.strip('/').replace('/', '-')[:40]}.png", full_page=True)

    page = staff.open(f"/money/chargebacks/{chargeback.id}/")
    page.locator("main button.btn-primary").click()
    confirm = page.locator("main button[name=confirmed][value=yes]")
    confirm.wait_for()
    staff.check()
    confirm.click()
    page.wait_for_url(f"**/money/chargebacks/{chargeback.id}/")
    page.locator("main .bubble").first.wait_for()
    chargeback.refresh_from_db()
    assert chargeback.status == "submitted"
