"""The employer compares bids in a real browser: by axe, width and language, and declines with one click."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.bidding.models import Bid
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


def _shot(page, name):
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
