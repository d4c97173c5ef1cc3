"""The search for people costs the same whatever a stranger types."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.accounts.operations import profiles
from apps.accounts.queries import profiles as profile_queries
from apps.common.actors import STRANGER
from apps.skills.models import SkillLabel

pytestmark = pytest.mark.django_db


def _skilled(make, name, *labels, **fields):
    organization = make.freelancer(name)
    skills = {SkillLabel.objects.filter(norm=label).first().skill_id: 3 for label in labels}
    profiles.update_profile(
        organization_id=organization.id, actor=make.actor(organization), now=make.now, changes=fields, skills=skills
    )
    return organization


def _found(text, **filters):
    people = profile_queries.people_visible_to(STRANGER, text=text, **filters)
    return sorted(person.organization.display_name for person in people)


def test_no_search_joins_what_a_profile_has_many_of(make):
    people = profile_queries.people_visible_to(STRANGER, text="a e i o web design python logo", language="en",
                                       skill_ids=[SkillLabel.objects.first().skill_id])  # fmt: skip
    outside = str(people.query).split("WHERE")[0]
    assert "accounts_profileskill" not in outside
    assert "accounts_profilelanguage" not in outside
    assert "DISTINCT" not in str(people.query)


def test_many_short_words_are_answered_at_once(make):
    for number in range(12):
        _skilled(make, f"Person {number}", "python", "docker", "kubernetes")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1500")
    for text in ("a e i o", "a e i o u n s t", "an er in on es", "e " * 50):
        list(profile_queries.people_visible_to(STRANGER, text=text))


def test_all_words_must_be_met_each_by_any_part_of_the_profile(make):
    _skilled(make, "Ada", "python", headline="Backend for shops")
    _skilled(make, "Bela", "docker", headline="Backend for shops")
    assert _found("python shops") == ["Ada"]
    assert _found("backend") == ["Ada", "Bela"]
    assert _found("python docker") == []
    assert _found("PYTHON ada") == ["Ada"]


def test_one_letter_is_the_whole_name_of_a_skill_or_nothing(make):
    _skilled(make, "Ada", "python", headline="R and C every day")
    assert _found("y") == []
    skill = SkillLabel.objects.filter(norm="docker").first().skill
    SkillLabel.objects.create(skill=skill, language="xx", text="D", norm="d", source="test")
    _skilled(make, "Dora", "docker")
    assert _found("d") == ["Dora"]
