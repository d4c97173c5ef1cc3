"""The employer compares bids in a real browser: by axe, width and language, and declines with one click."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.bidding.models import Bid
from apps.choosing import operations
from apps.choosing.rules import AwardCriterion
from apps.common.money import Money

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [("en", "light", 1280), ("ar", "dark", 390), ("zh-hans", "light", 320)]
BIDDERS = (("Amara Writes", "900", 9), ("Bureau Übersetzung GmbH", "600", 12), ("陈伟", "1250", 4))


@pytest.fixture
def bids(make):
    make.now = timezone.now()
    task = make.task()
    return [
        make.bid(task=task, bidder=make.freelancer(name), amount=Money.of(price, "EUR"), days=days)
        for name, price, days in BIDDERS
    ]


def employer(bids):
    return bids[0].task.employer.memberships.get().user


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_bids_are_compared_pinned_and_declined(visitor, bids, language, theme, width):
    someone = visitor(employer(bids), language=language, theme=theme, width=width)
    pins = f"?pin={bids[0].id}&pin={bids[1].id}"
    page = someone.open(f"/tasks/{bids[0].task_id}/bids/{pins}")
    expect(page.locator("article.card")).to_have_count(2)
    someone.check()
    _shot(page, f"compare-{language}-{width}")
    page.locator(f"[id='bid-{bids[2].id}'] [popovertarget^='decline']").click()
    page.locator(f"[id='decline-{bids[2].id}'] button[value='price']").click()
    page.wait_for_url(f"**{pins}")
    assert Bid.objects.get(id=bids[2].id).decline_reason == "price"


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_bids_are_scored_noted_and_agreed_on(visitor, make, bids, language, theme, width):
    task, owner = bids[0].task, make.actor(bids[0].task.employer)
    operations.set_criteria(
        task_id=task.id, criteria=[AwardCriterion("Quality of the sample", 70), AwardCriterion("Price", 30)],
        is_blind=True, is_published=False, actor=owner, now=make.now,
    )  # fmt: skip
    someone = visitor(employer(bids), language=language, theme=theme, width=width)
    page = someone.open(f"/bids/{bids[0].id}/scores/")
    page.locator("[name=points_0]").select_option("4")
    page.locator("[name=points_1]").select_option("5")
    page.locator("form:has([name=points_0]) button").click()
    page.locator("[name=text]").fill("Knows our glossary.")
    page.locator("form:has([name=text]) button").click()
    expect(page.get_by_text("Knows our glossary.")).to_be_visible()
    someone.check()
    _shot(page, f"score-{language}-{width}")
    page = someone.open(f"/tasks/{task.id}/scores/")
    someone.check()
    _shot(page, f"scores-{language}-{width}")
    page = someone.open(f"/tasks/{task.id}/scores/agree/")
    page.locator("[name=reason]").fill("The sample was flawless.")
    someone.check()
    page.locator("form:has([name=reason]) button").click()
    page.wait_for_url("**/agreements/**")
    someone.check()
    _shot(page, f"agreement-{language}-{width}")
    page = someone.open(f"/tasks/{bids[0].task_id}/bids/")
    someone.check()


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS[:2])
def test_award_criteria_are_set(visitor, bids, language, theme, width):
    someone = visitor(employer(bids), language=language, theme=theme, width=width)
    page = someone.open(f"/tasks/{bids[0].task_id}/award-criteria/")
    for number, (name, weight) in enumerate((("Quality", "70"), ("Price", "20"))):
        page.locator(f"[name=criteria-{number}-name]").fill(name)
        page.locator(f"[name=criteria-{number}-weight]").fill(weight)
    page.locator("main form .actions button").click()
    expect(page.locator("[name=criteria-0-name]")).to_have_value("Quality")
    someone.complaints.clear()  # the console reports the 422
    someone.check()
    _shot(page, f"criteria-{language}-{width}")
    page.locator("[name=criteria-1-weight]").fill("30")
    page.locator("main form .actions button").click()
    page.wait_for_url("**/scores/")


def _shot(page, name):
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
