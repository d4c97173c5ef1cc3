"""Meeting before a contract in a real browser: write from a profile, answer, invite, save; by axe, width and language."""

import os

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import expect

from apps.accounts.models import User
from apps.accounts.operations import profiles
from apps.messaging import operations as messaging
from apps.saved import operations as saved
from apps.tasks import operations as tasks
from apps.track_records.models import TrackRecord

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [("en", "light", 1280), ("ar", "dark", 390), ("zh-hans", "light", 320)]


def _path(name: str, *args: object) -> str:
    with translation.override("en"):
        return reverse(name, args=args).removeprefix("/en")


class Market:
    def __init__(self, make) -> None:
        make.now = timezone.now()
        self.make, self.employer = make, make.employer("Hafenlicht GmbH")
        self.amara = make.freelancer("Amara Okafor")
        profiles.update_profile(
            organization_id=self.amara.id, actor=make.actor(self.amara), now=make.now,
            changes={"headline": "Photo retouching for shops", "bio": "Ten **years** of retouching."},
            languages={"en": "native", "ar": "fluent"},
        )  # fmt: skip
        self.task = make.task(employer=self.employer, title="Retouch forty product photos")
        tasks.invite(
            task_id=self.task.id, organization_id=self.amara.id, actor=make.actor(self.employer), now=make.now,
            message="Your shop photos are what we look for.",
        )  # fmt: skip
        common = {"due_at": make.now, "counted_at": make.now, "stars": [0, 0, 1, 4, 9]}
        TrackRecord.objects.create(
            organization=self.amara, contracts_completed=14, deliveries=16, deliveries_on_time=15, clients=9,
            repeat_clients=4, answers=20, answer_minutes=95, is_payout_account_checked=True, **common,
        )  # fmt: skip
        TrackRecord.objects.create(
            organization=self.employer, tasks_posted=12, tasks_decided=10, tasks_hired=8, decisions=8,
            decision_minutes=2900, paid_reference_minor=1_234_500, approvals=20, approvals_on_time=18, **common,
        )  # fmt: skip

    def user(self, organization) -> User:
        return organization.memberships.get().user

    def talk(self) -> None:
        words = {"source_language": "en", "now": self.make.now}
        message = messaging.enquire(
            organization_id=self.amara.id,
            text="Are you free in December?",
            actor=self.make.actor(self.employer),
            **words,
        )
        messaging.send_in(
            conversation_id=message.conversation_id, actor=self.make.actor(self.amara),
            text="Yes. WhatsApp me and pay a small deposit before you start.", **words,
        )  # fmt: skip
        self.conversation = message.conversation
        messaging.write_about_task(
            task_id=self.task.id, other_id=self.employer.id, text="Are the raw files included?",
            actor=self.make.actor(self.amara), **words,
        )  # fmt: skip


@pytest.fixture
def market(make):
    return Market(make)


def _look(visitor, name: str) -> None:
    """A picture for people, if a folder for them is given."""
    if folder := os.environ.get("SCREENSHOTS"):
        width = visitor.page.viewport_size["width"]
        visitor.page.screenshot(path=f"{folder}/{name}-{visitor.language}-{width}.png", full_page=True)


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_the_pages_are_accessible(visitor, market, language, theme, width):
    market.talk()
    employer = market.user(market.employer)
    saved.save_person(
        organization_id=market.amara.id, user=employer, actor=market.make.actor(market.employer), now=market.make.now
    )
    saved.describe_person(organization_id=market.amara.id, user=employer, note="Ask about April", list_name="Photos")
    hirer = visitor(employer, language=language, theme=theme, width=width)
    worker = visitor(market.user(market.amara), language=language, theme=theme, width=width)
    for who, name, path in (
        (hirer, "inbox", "/messages/"),
        (hirer, "conversation", _path("messaging:conversation", market.conversation.id)),
        (hirer, "blocked", "/messages/blocked/"),
        (hirer, "phrases", "/messages/phrases/"),
        (hirer, "profile", f"/people/{market.amara.handle}/"),
        (hirer, "reviews", f"/reviews/of/{market.amara.id}/"),
        (hirer, "invite", _path("tasks:invite-person", market.amara.handle)),
        (hirer, "invited", _path("tasks:invited", market.task.id)),
        (hirer, "saved-people", "/saved/people/"),
        (hirer, "saved-note", _path("saved:describe-person", market.amara.handle)),
        (worker, "company", f"/people/{market.employer.handle}/"),
        (worker, "invitations", "/tasks/invitations/"),
        (worker, "saved-tasks", "/saved/tasks/"),
        (worker, "task", _path("tasks:detail", market.task.id)),
        (worker, "tasks", "/tasks/"),
    ):
        who.open(path)
        _look(who, name)
        who.check()


@pytest.mark.parametrize("width", [390, 1280])
def test_from_a_profile_to_an_answer(visitor, market, width):
    hirer = visitor(market.user(market.employer), width=width)
    page = hirer.open(f"/people/{market.amara.handle}/")
    page.get_by_role("link", name="Message", exact=True).click()
    page.locator("summary", has_text="Quick phrases").click()
    page.get_by_role("link", name="What would you need from me to begin?").click()
    expect(page.locator("#id_text")).to_have_value("What would you need from me to begin?")
    page.get_by_role("button", name="Send message").click()
    page.locator(".bubble-own").wait_for()

    worker = visitor(market.user(market.amara), width=width)
    page = worker.open("/messages/")
    page.get_by_role("link", name="Hafenlicht").click()
    page.evaluate("window.kept = 1")
    page.locator("#id_text").fill("Only the raw files.")
    page.keyboard.press("Control+Enter")
    page.locator(".bubble-own").get_by_text("Only the raw files.").wait_for()
    assert page.evaluate("window.kept") == 1, "sent without reloading"
    worker.check()


def test_without_javascript_everything_is_reached(visitor, market):
    hirer = visitor(market.user(market.employer), javascript=False)
    page = hirer.open(f"/people/{market.amara.handle}/")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Saved").wait_for()
    page.get_by_role("link", name="Message", exact=True).click()
    page.locator("#id_text").fill("Are you free in December?")
    page.get_by_role("button", name="Send message").click()
    page.locator(".bubble-own").wait_for()

    worker = visitor(market.user(market.amara), javascript=False)
    page = worker.open("/tasks/invitations/")
    page.get_by_text("Your shop photos are what we look for.").wait_for()
    page.get_by_role("button", name="Decline").click()
    page.get_by_text("Declined").first.wait_for()
