"""Finding tasks and people: filters act while one chooses, and the address is the state of the list."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.operations import profiles
from apps.skills.models import Category, Skill
from apps.tasks.models import SavedSearch

pytestmark = pytest.mark.browser


@pytest.fixture
def market(make, transactional_db):
    make.now = timezone.now()
    ids = dict(Skill.objects.values_list("slug", "id"))
    categories = dict(Category.objects.values_list("slug", "id"))
    employer = make.employer("Hafenlicht")
    for title, category, skill in (
        ("Ein Zeichen für die Bäckerei", "design", "logo-design"),
        ("Zwölf Seiten für die Messe", "design", "brochure-design"),
        ("Mietvertrag in drei Sprachen", "translation", "legal-translation"),
    ):
        make.task(
            employer=employer, title=title, source_language="de", category_id=categories[category],
            skill_ids=(ids[skill],), goal="Bis Mai fertig",
        )  # fmt: skip
    for name, skill, country in (("Amara", "logo-design", "NG"), ("Bela", "legal-translation", "HU")):
        person = make.freelancer(name, country=country)
        profiles.update_profile(
            organization_id=person.id, actor=make.actor(person), now=make.now,
            changes={"headline": name, "rate_amount_minor": 4000, "rate_currency": "EUR"}, skills={ids[skill]: 3},
            languages={"en": "fluent"},
        )  # fmt: skip
    return employer


def test_a_task_is_saved_from_its_card_and_stays_where_it_is(visitor, market, make):
    someone = visitor(make.freelancer("Searcher").memberships.get().user)
    page = someone.open("/tasks/?q=Messe")
    page.locator("#results article button").click()
    expect(page.locator("#results article button")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"/en/tasks/\?q=Messe$"))
    someone.check()

    plain = visitor(make.freelancer("Reader").memberships.get().user, javascript=False)
    page = plain.open("/tasks/?q=Messe")
    page.locator("#results article button").click()
    expect(page.locator("#results article button")).to_have_text("Saved")
    page.locator("#results article button").click()
    expect(page.locator("#results article button")).to_have_text("Save")


def test_the_list_its_facets_and_the_saved_search_follow_what_is_typed(visitor, market, make):
    person = make.freelancer("Searcher").memberships.get().user
    someone = visitor(person)
    page = someone.open("/tasks/")
    expect(page.locator("#results article")).to_have_count(3)

    page.locator("#q").press_sequentially("ロゴ")
    expect(page.locator("#results article")).to_have_count(1)
    expect(page.locator("#results")).to_contain_text("Ein Zeichen für die Bäckerei")
    expect(page).to_have_url(re.compile(r"/en/tasks/\?q=[^&]+$"))
    expect(page.locator("#facets")).not_to_contain_text("Legal translation")

    page.locator("#facets").get_by_text("Logo design").click()
    expect(page).to_have_url(re.compile(r"skill="))
    expect(page.locator(".chip")).to_have_count(2)
    page.locator("#save-search summary").click()
    page.locator("#search-name").fill("Logos")
    page.locator("#save-search button").click()
    page.wait_for_url(re.compile("/tasks/searches/"))
    saved = SavedSearch.objects.get(user=person)
    assert set(re.findall(r"(?:^|&)(\w+)=", saved.query)) == {"q", "skill"}

    page.go_back()
    expect(page.locator("#q")).to_have_value("ロゴ")
    page.go_back()
    expect(page.locator("#results article")).to_have_count(1)
    page.go_back()
    expect(page.locator("#results article")).to_have_count(3)
    someone.check()


def test_keys_move_through_the_list(visitor, market):
    page = visitor().open("/tasks/")
    page.keyboard.press("j")
    first = page.locator("#results .card-title a").first
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#results .card-title a").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("j")
    expect(page.locator("#q")).to_have_value("j")
    page.locator("#q").fill("")
    expect(page.locator("#results article")).to_have_count(3)
    page.locator("#results .card-title a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/tasks/[0-9a-f-]{36}/$"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_people_are_found_by_words_and_filters(visitor, market, language):
    someone = visitor(language=language, width=390 if language == "ar" else 1280)
    page = someone.open("/people/")
    expect(page.locator("#results article")).to_have_count(2)
    page.locator("#q").press_sequentially("перевод")
    expect(page.locator("#results article")).to_have_count(1)
    expect(page.locator("#results")).to_contain_text("Bela")
    if language == "ar":
        page.locator(".filters > summary").click()
    page.locator("input[name=rate_to]").fill("10")
    page.locator("input[name=rate_to]").press("Tab")
    expect(page.locator("#results article")).to_have_count(0)
    page.locator(".chip", has_text="10").click()
    expect(page.locator("#results article")).to_have_count(1)
    someone.check()


def test_without_script_the_form_is_sent_with_its_button(visitor, market):
    page = visitor(javascript=False).open("/people/")
    page.locator("#q").fill("logo")
    page.locator("form[role=search] button").click()
    expect(page.locator("#results article")).to_have_count(1)
