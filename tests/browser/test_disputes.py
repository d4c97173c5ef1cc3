"""A dispute from the room of the contract to its end, by people and by staff, and its pages by axe and by width."""

import pytest
from django.utils import timezone

from apps.common.money import Money
from apps.disputes.models import Dispute
from tests.make.disputes import dispute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [("en", "light", 1280), ("ar", "dark", 390), ("zh-hans", "light", 320)]


@pytest.fixture(autouse=True)
def _today(make):
    make.now = timezone.now()


@pytest.mark.parametrize("javascript", [True, False])
def test_two_people_settle_a_dispute_between_themselves(visitor, make, javascript):
    milestone = make.milestone(status="delivered")
    contract = milestone.contract
    employer = visitor(contract.employer.memberships.get().user, javascript=javascript)
    freelancer = visitor(contract.freelancer.memberships.get().user, width=390, javascript=javascript)

    page = employer.open(f"/contracts/{contract.id}/")
    page.get_by_role("link", name="Open a dispute").click()
    page.get_by_label("What it is about").select_option("not_as_agreed")
    page.get_by_label("What happened").fill("Three of twelve pages are missing.")
    page.get_by_role("radio", name="Per cent").check()
    page.get_by_label("The freelancer's part", exact=True).fill("60")
    page.get_by_role("button", name="Open the dispute").click()
    page.get_by_text("Waiting for the other side").first.wait_for()

    theirs = freelancer.open(f"/disputes/{Dispute.objects.get().id}/")
    theirs.get_by_label("What happened").fill("They are in version 2.")
    theirs.get_by_role("button", name="Send statement").click()
    theirs.get_by_text("They are in version 2.").first.wait_for()
    theirs.get_by_role("button", name="Accept this split").click()
    theirs.get_by_role("button", name="Accept and settle").click()
    theirs.get_by_text("Settled by both").first.wait_for()

    result = Dispute.objects.get()
    assert (result.status, result.freelancer_part) == ("settled", Money.of("540.00", "EUR"))


def test_staff_confirm_what_each_side_gets(visitor, make):
    result = dispute(make, status="answered")
    staff = visitor(make.staff())
    page = staff.open("/disputes/queue/")
    staff.check()
    page.get_by_role("link", name=result.milestone.title).click()
    page.get_by_role("radio", name="An amount").check()
    page.get_by_label("The freelancer's part", exact=True).fill("300")
    page.get_by_label("Reasons").fill("A third of the pages meets the checklist.")
    page.get_by_role("button", name="See what each side would get").click()
    page.get_by_text("630.00").first.wait_for()  # 600 back with 30 of the employer's fee
    staff.check()
    page.get_by_role("button", name="Confirm decision").click()
    page.get_by_text("Our staff decided").first.wait_for()
    staff.check()
    result.refresh_from_db()
    assert (result.status, result.freelancer_part) == ("decided", Money.of("300.00", "EUR"))


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_pages_of_a_dispute_are_accessible(visitor, make, language, theme, width):
    result = dispute(make, status="answered")
    other = make.milestone(status="delivered")
    for organization, paths in (
        (result.respondent, [f"/disputes/{result.id}/", "/disputes/"]),
        (other.contract.employer, [f"/milestones/{other.id}/dispute/"]),
    ):
        person = visitor(organization.memberships.get().user, language=language, theme=theme, width=width)
        for path in paths:
            person.open(path)
            person.check()
    staff = visitor(make.staff(), language=language, theme=theme, width=width)
    for path in ("/disputes/queue/", "/money/treasury/"):
        staff.open(path)
        staff.check()
