"""
Two people from the first look to the next contract, in a real browser, on a phone and a desktop, in three languages.

The employer finds a person, writes to her, invites her and compares her bid; the contract is changed twice and
extended, the delivery comes late, a bonus is paid, and she is hired again. All of it by what the pages offer.
"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.operations import profiles
from apps.common.money import Money
from apps.contracts.models import Bonus, ChangeRequest, Contract, Milestone
from apps.ledger.queries import invariants
from apps.skills.models import Skill
from tests.browser.test_journey import check, fund, processor, work

__all__ = ["processor"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Each language and each width; the other combinations repeat them (`make test-full`).
OFTEN = {("en", 1280, False), ("zh-hans", 390, True), ("ar", 390, True)}
CASES = [
    pytest.param(*case, marks=[] if case in OFTEN else pytest.mark.full,
                 id=f"{case[0]}-{case[1]}" + ("" if case[2] else "-no-script"))
    for case in product(("en", "zh-hans", "ar"), (1280, 390), (True, False))
]  # fmt: skip


class Two:
    """The employer and the freelancer, each at their screen."""

    def __init__(self, make, visitor, **screen) -> None:
        make.now = timezone.now()
        self.scripts = screen["javascript"]
        self.employer = make.employer("Hafenlicht GmbH")
        self.freelancer = make.freelancer("Nour Elsherif", country="EG", currency="USD", time_zone="Africa/Cairo")
        skill = Skill.objects.get(slug="translation")
        for person in (self.freelancer, make.freelancer("Marek Nowak", country="PL")):
            profiles.update_profile(
                organization_id=person.id, actor=make.actor(person), now=make.now,
                changes={"headline": "Product texts"}, skills={skill.id: 3}, languages={"de": "fluent"},
            )  # fmt: skip
        self.task = make.task(employer=self.employer, title="Produkttexte ins Arabische übertragen")
        make.bid(task=self.task, bidder=make.freelancer("Bela Kiss", country="HU"), amount=Money.of("700", "EUR"))
        self.hirer = visitor(self.employer.memberships.get().user, **screen)
        self.worker = visitor(self.freelancer.memberships.get().user, **screen)

    def arrived(self, who, address: str) -> Page:
        """The page after a click, checked."""
        who.page.wait_for_url(re.compile(address))
        check(who, self.scripts)
        return who.page

    def follow(self, who, link: str, address: str) -> Page:
        """Click the first link to an address that ends so."""
        who.page.locator(f"main a[href$='{link}']:visible").first.click()
        return self.arrived(who, address)


@pytest.mark.parametrize(("language", "width", "javascript"), CASES)
def test_from_finding_a_person_to_hiring_again(visitor, make, processor, language, width, javascript):
    two = Two(make, visitor, language=language, width=width, javascript=javascript)
    find_and_write(two)
    invite(two)
    bid(two)
    contract = compare_and_award(two)
    fund(two.hirer, contract, javascript)
    change_by_the_employer(two, contract)
    change_by_the_freelancer(two, contract)
    extend(two, contract)
    deliver_late(two, contract)
    give_bonus(two, contract)
    hire_again(two, contract)
    assert [item for item in invariants.check_all() if item.breaches] == []


def find_and_write(two: Two) -> None:
    page = two.hirer.open("/people/?q=翻訳")
    check(two.hirer, two.scripts)
    profile = two.freelancer.get_absolute_url().split("/people/")[1]
    expect(page.locator("#results article")).to_have_count(2)
    two.follow(two.hirer, f"/people/{profile}", rf"/people/{profile}$")
    page = two.follow(two.hirer, "/message/", r"/message/$")
    page.fill("#id_text", "Sind Sie im Mai frei?")
    page.locator("form:has(#id_text) button.btn-primary").click()
    expect(page.locator(".bubble-own")).to_contain_text("Sind Sie im Mai frei?")

    page = two.worker.open("/")
    page.locator("main a[href*='/messages/']").first.click()
    page = two.arrived(two.worker, r"/messages/[0-9a-f-]{36}/$")
    page.fill("#id_text", "Yes, from the third.")
    page.locator("form:has(#id_text) button.btn-primary").click()
    expect(page.locator(".bubble-own")).to_contain_text("Yes, from the third.")
    two.worker.open("/")
    expect(page.locator("main a[href*='/messages/']")).to_have_count(0)


def invite(two: Two) -> None:
    page = two.hirer.open(f"/people/{two.freelancer.handle}/")
    page = two.follow(two.hirer, f"/tasks/invite/{two.freelancer.handle}/", r"/invite/")
    page.check(f"[name=task][value='{two.task.id}']")
    page.fill("[name=message]", "Ihre Texte passen zu uns.")
    page.locator("form:has([name=message]) button.btn-primary").click()
    page.wait_for_url(lambda address: "/invite/" not in address)
    work()


def bid(two: Two) -> None:
    page = two.worker.open("/")
    two.follow(two.worker, f"/tasks/{two.task.id}/", str(two.task.id))
    page.locator("main a[href$='/bid/']").first.click()
    two.arrived(two.worker, r"/bid/$")
    page.fill("[name=amount]", "900")
    page.fill("[name=days]", "10")
    page.fill("[name=cover_note]", "I have done this before.")
    for radio in page.locator("input[name^=meets_][value=yes]").all():
        radio.check()
    if two.scripts:
        page.locator("input[name=previewed][value='90000 EUR']").first.wait_for(state="attached")
    else:
        page.click("button[name=send]")
        page.locator("input[name=previewed]").first.wait_for(state="attached")
    page.click("button[name=send]")
    two.arrived(two.worker, r"/bids/[0-9a-f-]{36}/$")
    work()


def compare_and_award(two: Two) -> Contract:
    page = two.hirer.open("/")
    page.locator(f"main a[href*='/tasks/{two.task.id}/bids/']").first.click()
    two.arrived(two.hirer, r"/bids/")
    expect(page.locator("main")).to_contain_text("Nour Elsherif")
    own = two.task.bids.get(bidder=two.freelancer)
    page.locator(f"[id='bid-{own.id}'] [popovertarget^=award-]").click()
    page.locator(f"[id='award-{own.id}'] form button.btn-primary").click()
    two.arrived(two.hirer, r"/contracts/[0-9a-f-]{36}/$")
    contract = Contract.objects.get()

    page = two.worker.open("/")
    two.follow(two.worker, f"/contracts/{contract.id}/", str(contract.id))
    page.click("[popovertarget=accept-offer]")
    page.click("form[action$='/accept/'] button[type=submit]")
    expect(page.locator("[popovertarget=accept-offer]")).to_have_count(0)
    contract.refresh_from_db()
    assert contract.status == "active"
    return contract


def room(two: Two, who, contract: Contract) -> Page:
    page = who.open(f"/contracts/{contract.id}/")
    check(who, two.scripts)
    return page


def answer(two: Two, who) -> None:
    """Accept the open change request, found among what waits on the home page."""
    change = ChangeRequest.objects.get(status="open")
    page = who.open("/")
    two.follow(who, f"/contracts/changes/{change.id}/", str(change.id))
    page.locator("[popovertarget=accept-change]:not([popovertargetaction])").click()
    page.locator("#accept-change form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    change.refresh_from_db()
    assert change.status == "accepted"


def change_by_the_employer(two: Two, contract: Contract) -> None:
    """A second milestone is added."""
    page = room(two, two.hirer, contract)
    two.follow(two.hirer, "/change/", r"/change/$")
    page.locator("button[name=add]").click()
    titles, amounts = page.locator("[name$=-title]"), page.locator("[name$=-amount]")
    expect(titles).to_have_count(2)
    titles.nth(1).fill("Zweite Sprache")
    amounts.nth(1).fill("300")
    page.locator("[name$=-days]").last.fill("12")
    page.fill("[name=reason]", "Wir brauchen auch Französisch.")
    page.locator("button.btn-primary[name=check]").click()
    page.locator("button[name=send]").wait_for()
    check(two.hirer, two.scripts)
    page.locator("button[name=send]").click()
    page.wait_for_url(re.compile(r"/contracts/changes/"))
    answer(two, two.worker)
    contract.refresh_from_db()
    assert contract.amount == Money.of("1200", "EUR")


def change_by_the_freelancer(two: Two, contract: Contract) -> None:
    """The second milestone becomes dearer; the reader counters nothing and accepts."""
    page = room(two, two.worker, contract)
    two.follow(two.worker, "/change/", r"/change/$")
    page.locator("[name$=-amount]").nth(1).fill("350")
    page.fill("[name=reason]", "Thirty texts more than planned.")
    page.locator("button.btn-primary[name=check]").click()
    page.locator("button[name=send]").click()
    page.wait_for_url(re.compile(r"/contracts/changes/"))
    answer(two, two.hirer)
    contract.refresh_from_db()
    assert contract.amount == Money.of("1250", "EUR")


def extend(two: Two, contract: Contract) -> None:
    first = contract.milestones.get(position=1)
    page = room(two, two.worker, contract)
    page.locator("[popovertarget=extend-1]:not([popovertargetaction])").click()
    page.locator("#extend-1 button[name=days]").first.click()
    page.wait_for_url(re.compile(r"/contracts/changes/"))
    answer(two, two.hirer)
    assert Milestone.objects.get(id=first.id).due_at > first.due_at


def deliver_late(two: Two, contract: Contract) -> None:
    """Time passes: the date is over, the employer sees it, the work comes all the same and is approved."""
    Milestone.objects.filter(contract=contract, position=1).update(due_at=timezone.now() - timedelta(days=3))
    page = room(two, two.hirer, contract)
    expect(page.locator("[popovertarget=notice-1]:not([popovertargetaction])")).to_be_visible()

    page = two.worker.open("/")
    page.locator(f"main a[href*='/contracts/{contract.id}/']").first.click()
    page = two.arrived(two.worker, str(contract.id))
    two.follow(two.worker, "/deliver/", r"/deliver/$")
    page.fill("[name=note]", "Late, with apologies.")
    for box in page.locator("input[name^=met_]").all():
        box.check()
    page.set_input_files("[name=files]", {"name": "texte.txt", "mimeType": "text/plain", "buffer": b"Hallo Kairo"})
    page.click("button[value=review]")
    page.click("button[value=send]")
    two.arrived(two.worker, str(contract.id))

    page = room(two, two.hirer, contract)
    two.follow(two.hirer, "/approve/", r"/approve/$")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    assert contract.milestones.get(position=1).status == "approved"
    work()


def give_bonus(two: Two, contract: Contract) -> None:
    page = room(two, two.hirer, contract)
    two.follow(two.hirer, "/bonus/", r"/bonus/$")
    page.fill("[name=amount]", "75")
    page.locator("form:has([name=amount]) button.btn-primary").click()
    two.arrived(two.hirer, r"/contracts/bonuses/")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/checkout/"))
    page.click("button.pay")
    page.wait_for_url(re.compile(r"/contracts/"))
    work(until=lambda: Bonus.objects.get().status == "paid")


def hire_again(two: Two, contract: Contract) -> None:
    """The second milestone is dropped by agreement, so that the contract is complete; then the next one is offered."""
    page = room(two, two.hirer, contract)
    two.follow(two.hirer, "/change/", r"/change/$")
    page.locator("[name$=-drop]").last.check()
    page.fill("[name=reason]", "Französisch machen wir im nächsten Vertrag.")
    page.locator("button.btn-primary[name=check]").click()
    page.locator("button[name=send]").click()
    page.wait_for_url(re.compile(r"/contracts/changes/"))
    answer(two, two.worker)
    contract.refresh_from_db()
    assert contract.status == "completed"
    work()

    page = room(two, two.hirer, contract)
    page.locator(f"main a[href$='?like={contract.id}']").click()
    two.arrived(two.hirer, r"like=")
    page.fill("[name=title]", "Produkttexte ins Französische")
    page.locator("button.btn-primary[name=check]").click()
    page.locator("button[name=send]").wait_for()
    check(two.hirer, two.scripts)
    page.locator("button[name=send]").click()
    page.wait_for_url(re.compile(r"/contracts/[0-9a-f-]{36}/$"))
    assert Contract.objects.exclude(id=contract.id).get().status == "offered"
    work()
    page = two.worker.open("/")
    expect(page.locator("main")).to_contain_text("Produkttexte ins Französische")
