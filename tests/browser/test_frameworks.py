"""Framework agreements: proposed, accepted on a phone in Arabic without scripts, and called off."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.contracts.models import Contract
from apps.frameworks.models import Framework
from tests.frameworks.agreeing import call_off, draft, in_force

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def owner(organization):
    return organization.memberships.get(role="owner").user


def test_proposed_accepted_and_called_off(make, visitor):
    buyer, worker = make.employer(), make.freelancer()
    make.brief()  # the category
    employer = visitor(owner(buyer))
    page = employer.open(f"/people/{worker.handle}/")
    page.get_by_role("link", name="Propose a framework agreement").click()
    employer.check()
    page.get_by_label("Title").fill("Translations in 2027")
    page.get_by_label("Description of the rate").nth(0).fill("Translation")
    page.get_by_label("Unit", exact=True).nth(0).select_option("thousand_words")
    page.get_by_label("Price", exact=True).nth(0).fill("100")
    page.get_by_label("Ceiling").fill("1000")
    page.get_by_role("button", name="Add rows").click()
    expect(page.get_by_label("Description of the rate")).to_have_count(4)
    page.get_by_label("Confidentiality").fill("Nothing leaves the two teams.")
    page.get_by_role("button", name="Send to the other side").click()
    expect(page.get_by_text("Waiting for an answer until")).to_be_visible()
    employer.check()
    framework = Framework.objects.get()

    freelancer = visitor(owner(worker), language="ar", width=390, javascript=False)
    phone = freelancer.open(f"/frameworks/{framework.id}/")
    phone.get_by_role("button", name="قبول").first.click()  # opens the dialog, without scripts
    phone.locator("#accept-framework").get_by_role("button", name="قبول").click()
    expect(phone.get_by_text("قبله الطرفان")).to_be_visible()

    page = employer.open(f"/frameworks/{framework.id}/")
    employer.check()
    page.get_by_role("link", name="Make an offer under these terms").click()
    employer.check()
    page.get_by_label("Title").fill("January batch")
    page.get_by_label("Category").select_option("translation")
    page.get_by_label("Goal").fill("Twelve pages that Spanish readers understand.")
    page.get_by_label("Rate", exact=True).nth(0).select_option("1")
    page.get_by_label("Quantity").nth(0).fill("2.5")
    page.get_by_label("Acceptance criteria").first.fill("All pages are there")
    page.get_by_role("button", name="See what it costs").click()
    expect(page.get_by_role("heading", name="What it costs")).to_be_visible()
    employer.check()
    page.get_by_role("button", name="Make this offer").click()
    expect(page.get_by_role("heading", name="January batch")).to_be_visible()
    employer.check()
    contract = Contract.objects.get()
    assert (contract.amount_minor, contract.framework_version.framework) == (250_00, framework)


@pytest.mark.parametrize("language", ["zh-hans", "ar"])
def test_pages_on_a_phone(make, visitor, language):
    sides = make.employer(), make.freelancer()
    framework = in_force(make, sides)
    call_off(make, framework, (1, "2"), (2, "1"))
    employer = visitor(owner(sides[0]), language=language, width=390)
    for address in (
        "/frameworks/", f"/frameworks/{framework.id}/", f"/contracts/call-off/{framework.id}/",
        f"/frameworks/hire/{sides[1].handle}/?like={framework.id}",
    ):  # fmt: skip
        employer.open(address)
        employer.check()
    assert draft(make).title in employer.open(f"/frameworks/{framework.id}/").content()
