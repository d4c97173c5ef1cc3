"""Pages of skills, matching and notifications, as people see them: languages, widths, without script."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.operations import profiles
from apps.matching.operations import matches
from apps.notifications import operations as notifications
from apps.skills.models import Skill
from tests.make import Make

pytestmark = pytest.mark.browser
SCREENS = os.environ.get("SCREENSHOTS")


@pytest.fixture
def market(transactional_db):
    now = timezone.now()
    make = Make(now)
    react, figma, redux = (Skill.objects.get(slug=slug).id for slug in ("react", "figma", "redux"))
    ada = make.freelancer("Ada Obi")
    profiles.update_profile(
        organization_id=ada.id, actor=make.actor(ada), now=now, changes={"headline": "React and more"},
        skills={react: 4, redux: 3}, languages={"en": "native"},
    )  # fmt: skip
    nextjs = Skill.objects.get(slug="nextjs").id
    task = make.task(title="Ein Webshop für Werkzeuge", source_language="de", skill_ids=(react, nextjs, figma))
    matches.match_task(task_id=task.id, now=now)
    user = ada.memberships.get().user
    for number, kind in enumerate(["bid_shortlisted", "bid_not_taken", "payout_paid", "message_received"]):
        notifications.notify(
            users=[user], organization_id=ada.id, kind=kind, key=number, now=now, route="tasks:list",
            params={"task": task.title, "amount": {"money": [91234, "USD"]}, "who": "محمد", "contract": "标志设计",
                    "text": "Where is the file?"},
        )  # fmt: skip
    return task, user, task.employer.memberships.get().user


def shoot(page, name):
    if SCREENS:
        page.screenshot(path=f"{SCREENS}/{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "width"),
    [("en", 1280), ("zh-hans", 390), ("ar", 390), pytest.param("ar", 1280, marks=pytest.mark.full)],
)
def test_a_freelancers_pages(visitor, market, language, width):
    task, user, _ = market
    visit = visitor(user, language=language, width=width)
    for path, shows in [
        ("/recommended/", task.title), ("/recommended/?skill=20&pay=60&growth=20", task.title),
        ("/matching/gaps/", "Figma"), ("/matching/rates/", "React"), ("/notifications/", "محمد"), ("/settings/notifications/", "select"),
        ("/matching/", "60"), ("/skills/attribution/", "ESCO"), ("/skills/suggest/?q=react", "React"),
    ]:  # fmt: skip
        page = visit.open(path)
        assert shows in page.content()
        shoot(page, f"{path.strip('/').replace('/', '_').split('?')[0]}_{language}_{width}")
        visit.check()


def test_an_employer_sees_why(visitor, market):
    task, _, employer = market
    visit = visitor(employer)
    page = visit.open(f"/tasks/{task.id}/recommended/")
    page.get_by_text("How the score adds up").first.click()
    shoot(page, "recommended_freelancers")
    visit.check()


def test_a_skill_is_found_in_another_language_while_typing(visitor, market):
    visit = visitor(market[1], language="ar", width=390)
    page = visit.open("/settings/profile/skills/")
    page.locator("input[name=skills_text]").fill("市场调研")
    box = page.get_by_label("أبحاث السوق")
    box.check()
    page.locator("input[name=skills_text]").fill("figma")
    page.get_by_label("Figma", exact=False).first.wait_for()
    assert box.is_checked(), "what was ticked stays while more is looked for"
    shoot(page, "picker_ar_390")
    visit.check()


def test_a_skill_is_added_without_script(visitor, market):
    visit = visitor(market[1], javascript=False)
    page = visit.open("/settings/profile/skills/")
    page.locator("input[name=skills_text]").fill("figma")
    page.locator("button[name=skills_add]").click()
    expect(page.locator("input[name=skills]:checked")).to_have_count(3)
    shoot(page, "picker_noscript")
