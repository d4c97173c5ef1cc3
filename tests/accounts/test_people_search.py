"""The search for people: what it finds, and that it costs the same whatever a stranger types."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.operations import organizations, profiles
from apps.accounts.queries import people as queries
from apps.accounts.queries.people import PeopleFilter
from apps.common.working_hours import WorkingHours
from apps.skills import queries as skills
from apps.skills.models import Skill, SkillLabel

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(make):
    def add_person(name, *slugs, languages=None, organization=None, **fields):
        person = make.freelancer(name, **(organization or {}))
        skills = {Skill.objects.get(slug=slug).id: 3 for slug in slugs}
        profiles.update_profile(
            organization_id=person.id, actor=make.actor(person), now=make.now, changes=fields, skills=skills,
            languages=languages or {"en": "fluent"},
        )  # fmt: skip
        return person

    return add_person


def find(text="", **filters):
    matching = queries.people(PeopleFilter(text=text, **filters), timezone.now())
    return sorted(matching.values_list("organization__display_name", flat=True))


def in_order(text="", **filters):
    people_filter = PeopleFilter(text=text, **filters)
    page = queries.page(queries.people(people_filter, timezone.now()), people_filter)
    return [profile.organization.display_name for profile in page]


def skill(slug):
    return Skill.objects.get(slug=slug).id


def test_words_in_any_language_find_people_by_their_skills(add):
    add("Ada", "legal-translation")
    add("Bela", "logo-design")
    add("Cem", "video-editing")
    for text in ("翻訳", "перевод", "Übersetzer", "traductor", "번역", "แปล", "अनुवादक"):
        assert find(text) == ["Ada"], text
    assert find("로고") == ["Bela"]
    assert find("видеомонтаж") == ["Cem"]


def test_all_words_must_be_met_each_by_any_part_of_the_profile(add):
    add("Ada", "python", headline="Backend for shops")
    add("Bela", "docker", headline="Backend for shops")
    assert find("python shops") == ["Ada"]
    assert find("PYTHON ada") == ["Ada"]
    assert find("pythn ada") == ["Ada"]


def test_if_nobody_meets_all_words_any_that_names_a_skill_is_enough(add):
    add("Ada", "python")
    add("Bela", "docker")
    add("Cem", "logo-design", bio="I like zebras")
    assert find("python docker") == ["Ada", "Bela"]
    assert find("python zebras") == ["Ada"]


def test_who_is_named_exactly_comes_first(add):
    add("Cem", "english-german-translation")
    add("Ada", "translation", headline="Translator")
    add("Bela", "brand-identity", "logo-design")
    assert in_order("translation")[0] == "Ada"
    assert in_order("translation") == ["Ada", "Cem"]
    assert in_order("translation", sort="new") == ["Ada", "Cem"]


def test_a_skill_outside_the_lexicon_is_found_by_its_words(add):
    SkillLabel.objects.create(skill_id=skill("docker"), language="xx", text="D", norm="d", source="test")
    add("Dora", "docker")
    add("Ada", "python", headline="R and C every day")
    assert find("d") == ["Dora"]
    assert find("y") == []


def test_every_filter_narrows_and_all_must_match(add):
    add("Ada", "python", "docker", languages={"de": "native"}, organization={"country": "DE"}, availability="open")
    add("Bela", "python", languages={"fr": "basic"}, organization={"country": "MA"}, availability="busy")
    assert find(skill_ids=(skill("python"),)) == ["Ada", "Bela"]
    assert find(skill_ids=(skill("python"), skill("docker"))) == ["Ada"]
    assert find(country="DE") == ["Ada"]
    assert find(region="africa") == ["Bela"]
    assert find(region="eu") == ["Ada"]
    assert find(language="fr") == ["Bela"]
    assert find(availability="busy") == ["Bela"]
    assert find(country="DE", availability="busy") == []
    assert find("python", region="middle-east", language="fr", availability="busy") == ["Bela"]


def test_rates_are_compared_in_their_own_currencies(add):
    add("Ada", rate_amount_minor=4000, rate_currency="EUR")
    add("Bela", rate_amount_minor=400_000, rate_currency="INR")
    add("Cem")
    assert find(rates_minor=(("EUR", None, 5000), ("INR", None, 450_000))) == ["Ada", "Bela"]
    assert find(rates_minor=(("EUR", 4500, None), ("INR", 350_000, None))) == ["Bela"]
    assert find(rates_minor=(("EUR", 1000, 2000),)) == []
    assert find(rates_minor=()) == []


def test_common_hours_follow_the_zones_and_the_hours_of_both(add):
    add("Ada", organization={"time_zone": "Europe/Berlin"}, works_from_hour=9, works_to_hour=18)
    add("Bela", organization={"time_zone": "Asia/Manila"}, works_from_hour=9, works_to_hour=18)
    add("Cem", organization={"time_zone": "Asia/Manila"}, works_from_hour=16, works_to_hour=24)
    paris = WorkingHours("Europe/Paris")
    assert find(hours=paris, overlap_hours=6) == ["Ada", "Cem"]
    assert find(hours=paris, overlap_hours=2) == ["Ada", "Bela", "Cem"]
    assert find(hours=WorkingHours("America/Los_Angeles"), overlap_hours=4) == []


def test_a_change_of_the_organization_changes_what_finds_it(add, make):
    person = add("Ada", organization={"country": "DE"})
    changes = {"country": "FR", "display_name": "Ada Lovelace"}
    organizations.update_organization(
        organization_id=person.id, actor=make.actor(person), now=make.now, changes=changes
    )
    assert find(country="DE") == []
    assert find("lovelace", country="FR") == ["Ada Lovelace"]


def test_hidden_and_private_profiles_are_not_found(add, make):
    person = add("Ada", "python", is_public=False)
    assert find("python") == []
    profiles.update_profile(
        organization_id=person.id, actor=make.actor(person), now=make.now, changes={"is_public": True}
    )
    assert find("python") == ["Ada"]


def test_rare_and_common_words_give_the_same_people(add, monkeypatch):
    add("Ada", "python", "docker")
    add("Bela", "python")
    searches = [
        ("python", {}),
        ("docker", {}),
        ("", {"country": "DE"}),
        ("python", {"language": "en"}),
        ("nowhere", {}),
    ]
    skills._common.clear()
    rare = [find(text, **filters) for text, filters in searches]
    monkeypatch.setattr(skills, "RARE_MAX", 0)
    assert [find(text, **filters) for text, filters in searches] == rare
    skills._common.clear()


def test_many_short_words_are_answered_at_once(add):
    for number in range(12):
        add(f"Person {number}", "python", "docker", "kubernetes")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1500")
    for text in ("a e i o", "a e i o u n s t", "an er in on es", "e " * 50, "%", "\\", "' OR 1=1"):
        find(text)


def test_filters_use_the_index_and_join_nothing_of_many(add):
    add("Ada", "python")
    matching = queries.people(PeopleFilter(text="python", language="en", skill_ids=(skill("python"),)), timezone.now())
    outside = str(matching.query)
    assert "accounts_profileskill" not in outside
    assert "accounts_profilelanguage" not in outside
