"""
The whole job in a real browser: post, find, bid, award, fund, deliver, revise, approve, withdraw, review.

An employer in Germany and a freelancer in Nigeria, China or Egypt, each in their language, wide and on a phone, with
and without JavaScript. Every page on the way is checked by axe and for sideways scroll.
"""

import copy
import re
import time
from datetime import timedelta
from itertools import product

import pytest
from django.conf import settings as site
from django.utils import timezone

from apps.accounts.operations import profiles
from apps.common.money import Money
from apps.contracts.models import Contract
from apps.gateways.operations import webhooks
from apps.ledger.queries import invariants
from apps.outbox import bus
from apps.payouts.models import Payout
from apps.payouts.operations import accounts as account_operations
from apps.skills.models import Skill
from apps.tasks.models import Task
from devstack.sandbox_processor.server import Processor
from tests.browser.test_money import fresh
from tests.make import dispatch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def processor(live_server, settings):
    """The sandbox processor as it runs beside a site: its signed webhooks arrive over HTTP."""
    running = Processor(
        webhook_url=f"{live_server.url}/webhooks/sandbox/", secret=site.WEBHOOK_SECRET, payout_delay=0.0
    ).start()
    settings.PROCESSOR_URL = running.url
    policy = copy.deepcopy(site.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"].append(running.url)
    settings.CONTENT_SECURITY_POLICY = policy
    yield running
    running.stop()


def work(until=None) -> None:
    """What the worker does between two clicks: webhooks, facts, settlement; waits for webhooks on their way."""
    for _ in range(100):
        webhooks.handle_due()
        bus.deliver_pending(now=timezone.now())
        dispatch.send_due()
        if until is None or until():
            return
        time.sleep(0.05)
    raise AssertionError("the processor's word never came")


def people(make, country, currency, zone):
    make.now = timezone.now()
    employer = make.employer("Hafenlicht GmbH")
    freelancer = make.freelancer("Nour Elsherif", country=country, currency=currency, time_zone=zone)
    skill = Skill.objects.get(slug="translation")
    profiles.update_profile(
        organization_id=freelancer.id, actor=make.actor(freelancer), now=make.now, changes={},
        skills={skill.id: 3}, languages={"de": "fluent", "en": "fluent"},
    )  # fmt: skip
    account_operations.set_payout_account(
        organization_id=freelancer.id, currency=currency, holder_name="Nour", account_number="0001234567",
        is_automatic=False, gateway="sandbox", actor=make.actor(freelancer), now=make.now,
    )  # fmt: skip
    return employer, freelancer


COUNTRIES = {
    "en": ("NG", "USD", "Africa/Lagos"), "zh-hans": ("CN", "CNY", "Asia/Shanghai"), "ar": ("EG", "USD", "Africa/Cairo"),
}  # fmt: skip
# Each language, each width, with and without scripts; the other combinations repeat them (`make test-full`).
OFTEN = {("en", 390, False), ("zh-hans", 390, True), ("ar", 1280, True)}
CASES = [
    pytest.param(*case, *COUNTRIES[case[0]], marks=[] if case in OFTEN else pytest.mark.full,
                 id=f"{case[0]}-{case[1]}" + ("" if case[2] else "-no-script"))
    for case in product(COUNTRIES, (1280, 390), (True, False))
]  # fmt: skip


@pytest.mark.parametrize(("language", "width", "javascript", "country", "currency", "zone"), CASES)
def test_the_whole_job(visitor, make, processor, language, width, javascript, country, currency, zone):
    employer, freelancer = people(make, country, currency, zone)
    options = {"language": language, "width": width, "javascript": javascript}
    hirer = visitor(employer.memberships.get().user, **options)
    worker = visitor(freelancer.memberships.get().user, **options)

    task = post(hirer, javascript)
    work()
    bid(worker, task, javascript)
    work()
    contract = award(hirer, worker, task, javascript)
    fund(hirer, contract, javascript)
    deliver_and_approve(hirer, worker, contract, javascript)
    withdraw(worker, freelancer, currency)
    review(hirer, worker, contract)


def check(visitor, javascript) -> None:
    # axe is a script itself: without scripts only the words and the widths are looked at.
    if javascript:
        visitor.check()


def post(hirer, javascript) -> Task:
    page = hirer.open("/tasks/new/")
    check(hirer, javascript)
    page.fill("[name=title]", "Produkttexte ins Arabische übertragen")
    page.select_option("[name=category]", "translation")
    page.select_option("[name=source_language]", "de")
    page.fill("[name=goal]", "Leser in Kairo verstehen unser Sortiment.")
    page.click("button[name=publish]")  # incomplete on purpose: it says what is missing and keeps what is there
    assert page.input_value("[name=title]").startswith("Produkttexte")
    assert page.locator(".field[data-invalid]").count() >= 4
    hirer.complaints.clear()  # the browser names every 422
    check(hirer, javascript)
    page.fill("[name=skills_text]", "Translation")
    page.click("button[name=skills_add]")
    page.locator("input[name=skills]:checked").wait_for(state="attached")
    page.fill("[name=requirements]", "80 Texte nach Wortliste.")
    page.fill("[name=criteria]", "Alle 80 Texte sind übertragen\nFachwörter folgen der Wortliste")
    page.fill("[name=budget_min]", "900")
    deadline = timezone.now() + timedelta(days=40)
    page.fill("[name=deadline_at]", deadline.strftime("%Y-%m-%dT12:00"))
    page.click("button[name=publish]")
    page.wait_for_url(re.compile(r"/tasks/[0-9a-f-]{36}/$"))
    hirer.complaints.clear()
    check(hirer, javascript)
    task = Task.objects.get()
    assert (task.status, task.currency, task.source_language) == ("open", "EUR", "de")
    return task


def bid(worker, task, javascript) -> None:
    page = worker.open("/tasks/?q=Produkttexte")
    check(worker, javascript)
    page.click(f"#task-{task.id} h2 a")
    page.wait_for_url(re.compile(str(task.id)))
    check(worker, javascript)
    page.click("main aside a.btn-primary")
    page.wait_for_url(re.compile(r"/bid/$"))
    check(worker, javascript)
    page.fill("[name=amount]", "900")
    page.fill("[name=days]", "10")
    page.fill("[name=cover_note]", "I have done this before.")
    for radio in page.locator("input[name^=meets_][value=yes]").all():
        radio.check()
    if javascript:  # the breakdown follows the typing; without scripts the first click shows it
        page.locator("input[name=previewed][value='90000 EUR']").first.wait_for(state="attached")
    else:
        page.click("button[name=send]")
        page.locator("input[name=previewed]").first.wait_for(state="attached")
    assert "810.00" in page.locator("main").inner_text()  # ten per cent commission: what is left for the freelancer
    check(worker, javascript)
    page.click("button[name=send]")
    page.wait_for_url(re.compile(r"/bids/[0-9a-f-]{36}/$"))
    check(worker, javascript)


def award(hirer, worker, task, javascript) -> Contract:
    page = hirer.open(f"/tasks/{task.id}/bids/")
    check(hirer, javascript)
    page.click("[popovertarget^=award-]")
    page.click("[id^=award-] form button.btn-primary")
    page.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    check(hirer, javascript)
    contract = Contract.objects.get()
    page = worker.open(f"/contracts/{contract.id}/")
    check(worker, javascript)
    page.click("[popovertarget=accept-offer]")
    page.click("form[action$='/accept/'] button[type=submit]")
    page.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    contract.refresh_from_db()
    assert contract.status == "active"
    return contract


def fund(hirer, contract, javascript) -> None:
    milestone = contract.milestones.get()
    page = hirer.open(f"/contracts/{contract.id}/")
    page.locator(f"a[href$='/milestones/{milestone.id}/fund/']").first.click()
    page.wait_for_url(re.compile(r"/fund/$"))
    assert "945.00" in page.locator("main").inner_text()  # the amount and the employer's five per cent
    check(hirer, javascript)
    page.click("main form button.btn-primary")
    page.wait_for_url(re.compile(r"/checkout/"))
    page.click("button.pay")
    page.wait_for_url(re.compile(r"/paid/\?result=done$|/contracts/"))

    def is_funded() -> bool:
        milestone.refresh_from_db()
        return milestone.status == "funded"

    work(until=is_funded)
    if javascript:  # the waiting page looks again on its own; left alone, its move would cross the next one
        page.wait_for_url(re.compile(r"/contracts/"))


def deliver_and_approve(hirer, worker, contract, javascript) -> None:
    milestone = contract.milestones.get()
    for version in (1, 2):
        page = worker.open(f"/milestones/{milestone.id}/deliver/")
        check(worker, javascript)
        page.fill("[name=note]", f"Version {version}")
        for box in page.locator("input[name^=met_]").all():
            box.check()
        page.set_input_files("[name=files]", {"name": "texte.txt", "mimeType": "text/plain", "buffer": b"Hallo Kairo"})
        page.click("main form button.btn-primary")
        page.locator("button[value=send]").wait_for()
        check(worker, javascript)
        page.click("button[value=send]")
        page.wait_for_url(re.compile(r"/contracts/"))
        check(worker, javascript)
        if version == 1:
            page = hirer.open(f"/milestones/{milestone.id}/revision/")
            check(hirer, javascript)
            page.fill("[name=text]", "Seite 3 bitte noch einmal.")
            page.click("main form button.btn-primary")
            page.wait_for_url(re.compile(r"/contracts/"))
            check(hirer, javascript)
    page = hirer.open(f"/milestones/{milestone.id}/approve/")
    check(hirer, javascript)
    page.click("main form button.btn-primary")
    page.wait_for_url(re.compile(r"/contracts/"))
    contract.refresh_from_db()
    assert contract.status == "completed"
    work()


def withdraw(worker, freelancer, currency) -> None:
    fresh(worker)
    page = worker.open("/money/")
    page.locator("form[action*='/withdraw/'] button").first.click()
    page.locator("main form[method=post] button.btn-primary").first.click()
    page.wait_for_url(re.compile(r"/money/withdrawals/[0-9a-f-]{36}/$"))
    payout = Payout.objects.get()
    assert payout.quote.amount_from == Money.of("810.00", "EUR")
    assert payout.currency == currency

    def is_paid() -> bool:
        payout.refresh_from_db()
        return payout.status == "paid"

    work(until=is_paid)
    assert [item for item in invariants.check_all() if item.breaches] == []


def review(hirer, worker, contract) -> None:
    for visitor in (hirer, worker):
        page = visitor.open(f"/contracts/{contract.id}/review/")
        for axis in ("quality", "communication", "skill"):
            page.check(f"input[name={axis}][value='5']")
        page.fill("[name=text]", "Sehr gut.")
        page.click("main form button.btn-primary")
        page.wait_for_url(lambda address: not address.endswith("/review/"))
    assert contract.reviews.filter(published_at__isnull=False).count() == 2
