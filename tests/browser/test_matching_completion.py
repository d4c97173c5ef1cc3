"""The form offers what goes with the skills chosen; reading one's own words loses nothing, without JavaScript too."""

import pytest
from playwright.sync_api import expect

from apps.skills.models import Skill
from tests.conftest import NOON


def skill(slug):
    return Skill.objects.get(slug=slug).id


@pytest.fixture
def employer(make, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    item = make.employer("Werk", country="DE")
    for _ in range(3):
        make.task(employer=item, skill_ids=(skill("react"), skill("logo-design")))
    return item


def test_what_goes_with_a_skill_is_offered_while_choosing(employer, make, visitor):
    draft = make.task(employer=employer, status="draft", skill_ids=(skill("nextjs"), skill("react")))
    somebody = visitor(employer.memberships.get().user)
    page = somebody.open(f"/tasks/{draft.id}/edit/")
    offered = page.locator("#goes-with")
    box = offered.locator(f'input[type="checkbox"][value="{skill("logo-design")}"]')
    box.check()

    with page.expect_response("**/matching/goes-with/**"):
        page.locator(f'#skills-choices input[value="{skill("nextjs")}"]').uncheck()

    box.wait_for()
    assert box.is_checked(), "a tick stays"
    assert offered.locator('input[type="checkbox"]:not(:checked)').count() > 0
    assert somebody.complaints == []


def test_without_javascript_ones_own_words_are_read_and_kept(employer, visitor):
    page = visitor(employer.memberships.get().user, javascript=False, width=390).open("/tasks/new/")
    page.get_by_label("Title").fill("A shop in React")
    page.get_by_label("Goal").fill("Figma first")

    page.get_by_role("button", name="Find skills in my text").click()

    expect(page.get_by_label("Title")).to_have_value("A shop in React")
    expect(page.get_by_label("Goal")).to_have_value("Figma first")
    expect(page.locator(f'#skills-choices input[value="{skill("react")}"]')).to_have_count(1)
