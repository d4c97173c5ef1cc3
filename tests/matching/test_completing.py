"""The skills of a brief complete themselves: what stands together, and what its own words name. Nothing is lost."""

import pytest

from apps.matching.queries import skill_suggestions
from apps.skills.models import Skill
from apps.tasks.models import Task
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def skill(slug):
    return Skill.objects.get(slug=slug).id


@pytest.fixture
def employer(make):
    return make.employer("Werk", country="DE")


@pytest.fixture
def market(make, employer):
    """Logo design stands beside React, strangely, in three of four tasks."""
    for slugs in (("react", "logo-design"), ("react", "logo-design"), ("react", "logo-design"), ("react", "nextjs")):
        make.task(employer=employer, skill_ids=tuple(skill(slug) for slug in slugs))
    return employer


def test_what_stands_together_comes_before_what_is_alike(market):
    suggested = [item for item, _label in skill_suggestions.goes_with([skill("react")], NOON)]
    assert suggested[0] == skill("logo-design")
    assert skill("react") not in suggested
    assert len(suggested) > 1, "the taxonomy fills up"


def test_without_tasks_the_taxonomy_answers():
    suggested = [item for item, _label in skill_suggestions.goes_with([skill("react")], NOON)]
    assert suggested
    assert skill("logo-design") not in suggested
    assert skill_suggestions.goes_with([], NOON) == []


def test_one_task_alone_says_nothing(make, employer):
    make.task(employer=employer, skill_ids=(skill("react"), skill("logo-design")))
    assert skill("logo-design") not in [item for item, _label in skill_suggestions.goes_with([skill("react")], NOON)]


def sign_in(client, organization):
    client.force_login(organization.memberships.get().user)


def test_the_form_offers_what_goes_with_the_skills_of_the_draft(market, make, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    draft = make.task(employer=market, status="draft", skill_ids=(skill("react"),))
    sign_in(client, market)

    page = client.get(f"/en/tasks/{draft.id}/edit/").content.decode()

    assert "Often asked for together" in page
    assert f'value="{skill("logo-design")}"' in page


def test_reading_ones_own_words_offers_skills_and_loses_nothing(market, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    sign_in(client, market)
    before = Task.objects.count()
    typed = {
        "read": "1", "title": "A page in React", "goal": "Written in Photoshop <b>and</b> TypeScript", "source_language": "en",
        "skills": [str(skill("logo-design"))], "budget_min": "12.50", "currency": "EUR", "budget_kind": "fixed",
        "visibility": "public", "bid_window": "open", "payment_terms": "Half now",
    }  # fmt: skip

    answer = client.post("/en/tasks/new/", typed)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert Task.objects.count() == before
    for kept in ("A page in React", "&lt;b&gt;and&lt;/b&gt; TypeScript", "12.50", "Half now"):
        assert kept in page
    assert f'value="{skill("logo-design")}" checked' in " ".join(page.split())
    assert f'value="{skill("react")}"' in page
    assert f'value="{skill("react")}" checked' not in " ".join(page.split()), "the person decides"


def test_the_part_is_exchanged_while_choosing_and_keeps_its_ticks(market, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    sign_in(client, market)
    page = client.get(
        "/en/matching/goes-with/",
        {"skills": [str(skill("react")), str(skill("nextjs")), "nonsense"], "offered": [str(skill("nextjs")), "x"]},
    ).content.decode()
    assert f'value="{skill("nextjs")}" checked' in " ".join(page.split())
    assert f'value="{skill("logo-design")}"' in page
    client.logout()
    assert client.get("/en/matching/goes-with/").status_code == 302


def test_the_api_completes_too_and_only_for_who_is_signed_in(market, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    address = f"/api/v1/skill-completions/?skill={skill('react')}"
    assert client.get(address).status_code in (401, 403)
    sign_in(client, market)
    assert str(skill("logo-design")) in [item["id"] for item in client.get(address).json()]
    assert client.get("/api/v1/skill-completions/?skill=nonsense").status_code == 400
