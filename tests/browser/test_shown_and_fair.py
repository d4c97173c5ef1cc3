"""Pages of who was shown: the public report, a no with its reason and its undo, experiments; right-to-left and on a phone."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.operations import profiles
from apps.matching.models import EventKind, ListKind, ListSide, MatchEvent, MatchRefusal
from apps.matching.operations import experiments, exposure, impressions, matches
from apps.matching.queries import recommendations
from apps.skills.models import Skill

pytestmark = pytest.mark.browser
SCREENS = os.environ.get("SCREENSHOTS")


@pytest.fixture
def market(transactional_db, make):
    """Two regions of twelve people, two tasks, lists of two weeks, an experiment that runs."""
    now = timezone.now()
    make.now = now
    react = Skill.objects.get(slug="react").id
    people = []
    for number in range(24):
        options = {} if number % 2 else {"country": "CN", "currency": "CNY", "time_zone": "Asia/Shanghai"}
        freelancer = make.freelancer(f"Person {number}", **options)
        profiles.update_profile(
            organization_id=freelancer.id, actor=make.actor(freelancer), now=now, changes={}, skills={react: 1 + number % 4},
            languages={"en": "native"},
        )  # fmt: skip
        people.append(freelancer)
    employer = make.employer("Werk")
    some = [make.task(employer=employer, skill_ids=(react,), title=f"A shop in React {turn}") for turn in (1, 2)]
    for task in some:
        matches.match_task(task_id=task.id, now=now)
        for days in (7, 14):
            then = now - timedelta(days=days)
            rows = [
                recommended_freelancer.shown
                for recommended_freelancer in recommendations.recommended_freelancers(task.id, 10, now=then)
            ]
            impressions.record_shown(kind=ListKind.PEOPLE, reader_id=employer.id, rows=rows, now=then)
    for days in (14, 7):
        exposure.write_fairness_report(week=exposure.week_before(now - timedelta(days=days - 7)), now=now)
    experiment = experiments.start_experiment(
        name="pay-first", side=ListSide.PEOPLE, note="More invitations?", share=100, ends_at=now + timedelta(days=9),
        arms=[{"name": "present", "share": 50}, {"name": "new", "share": 50, "weights": [20, 60, 20]}],
        guardrails={"newcomer_share_min": 0.08, "gini_max": 0.1}, actor=make.staff_actor(), now=now,
    )  # fmt: skip
    rows = [
        recommended_freelancer.shown
        for recommended_freelancer in recommendations.recommended_freelancers(some[0].id, 10, now=now)
    ]
    impressions.record_shown(kind=ListKind.PEOPLE, reader_id=employer.id, rows=rows, now=now)
    impressions.record_event(
        kind=EventKind.INVITE, task_id=some[0].id, organization_id=people[0].id, now=now + timedelta(seconds=1)
    )
    return people, some, employer, experiment


def owner(organization):
    return organization.memberships.get(role="owner").user


def shoot(page, name):
    if SCREENS:
        page.screenshot(path=f"{SCREENS}/{name}.png", full_page=True)


LOOKS = [
    ("en", 1280, "light"),
    pytest.param("en", 390, "light", marks=pytest.mark.full),
    ("ar", 390, "light"),
    ("ar", 1280, "dark"),
    ("zh-hans", 390, "dark"),
]


@pytest.mark.parametrize(("language", "width", "theme"), LOOKS)
def test_the_public_report(visitor, market, language, width, theme):
    visit = visitor(None, language=language, width=width, theme=theme)
    page = visit.open("/matching/fairness/")
    assert page.locator("svg polyline").count() == 1
    assert page.locator("table").count() >= 3
    shoot(page, f"fairness_{language}_{width}_{theme}")
    visit.check()


def test_the_report_before_there_is_one(visitor):
    visit = visitor(None, language="ar", width=390)
    page = visit.open("/matching/fairness/")
    assert page.locator("table").count() == 0
    shoot(page, "fairness_empty")
    visit.check()


@pytest.mark.parametrize(("language", "width", "theme"), LOOKS[:4])
def test_staff_look_at_experiments(visitor, market, make, language, width, theme):
    _, _, _, experiment = market
    visit = visitor(make.staff(), language=language, width=width, theme=theme)
    for path in ("/matching/experiments/", f"/matching/experiments/{experiment.id}/", "/matching/reasons/"):
        page = visit.open(path)
        shoot(page, f"{path.split('/')[2]}{path.count('/')}_{language}_{width}_{theme}")
        visit.check()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_no_and_its_undo(visitor, market, javascript):
    people, some, *_ = market
    visit = visitor(owner(people[0]), language="ar", width=390, javascript=javascript)
    page = visit.open("/recommended/")
    assert page.locator("article, .card").filter(has_text=some[0].title).count() > 0
    form = page.locator(f"form[action$='/tasks/{some[0].id}/not-for-me/']")
    page.locator("details").filter(has=form).last.locator("summary").click()
    form.locator("select").select_option("pay")
    shoot(page, f"refuse_{javascript}")
    form.locator("button").click()
    page.wait_for_url("**said=1**")
    assert MatchRefusal.objects.get().task == some[0]
    shoot(page, f"refused_{javascript}")
    if javascript:
        visit.check()
    page.locator("#said button[name=undo]").click()
    expect(page.locator(f"form[action$='/tasks/{some[0].id}/not-for-me/']")).to_have_count(1)
    assert not MatchRefusal.objects.exists()


@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1280, "light"), ("ar", 390, "dark")])
def test_a_no_sent_wrongly_keeps_what_was_typed(visitor, market, language, width, theme):
    people, some, *_ = market
    visit = visitor(owner(people[0]), language=language, width=width, theme=theme)
    page = visit.open("/recommended/")
    form = page.locator(f"form[action$='/tasks/{some[0].id}/not-for-me/']")
    page.locator("details").filter(has=form).last.locator("summary").click()
    form.locator("select").select_option("other")
    form.locator("button").click()
    page.wait_for_url("**/not-for-me/")
    assert page.locator("select[name=reason]").input_value() == "other"
    visit.complaints.clear()  # of the refusal itself, which has a status of its own
    shoot(page, f"refuse_again_{language}")
    visit.check()
    page.locator("input[name=text]").fill("Too far from what I like")
    page.locator("select[name=reason]").select_option("")
    page.locator("main form button").click()
    expect(page.locator("input[name=text]")).to_have_value("Too far from what I like")
    page.locator("select[name=reason]").select_option("other")
    page.locator("main form button").click()
    page.wait_for_url("**said=1**")
    assert MatchRefusal.objects.get().text == "Too far from what I like"


def test_an_employer_says_no_and_opens_a_profile(visitor, market):
    _, some, employer, _ = market
    visit = visitor(owner(employer), width=390)
    page = visit.open(f"/tasks/{some[0].id}/recommended/")
    shoot(page, "people")
    visit.check()
    form = page.locator("form[action$='/not-suited/']").first
    page.get_by_text("Not suited because").first.click()
    form.locator("select").select_option("price")
    form.locator("button").click()
    page.wait_for_url("**said=1**")
    shoot(page, "people_refused")
    visit.check()
    page.locator("a[href*='/recommended/']").filter(has_text="Person").first.click()
    page.wait_for_url("**/people/**")
    assert MatchEvent.objects.filter(kind=EventKind.OPEN).count() == 1
