"""A search for words reads few rows, however rare or common the words are."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.common.actors import STRANGER
from apps.skills import queries as skills
from apps.tasks import queries
from apps.tasks.models import Task
from apps.tasks.queries import TaskFilter

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make, settings):
    make.now = timezone.now()
    settings.REFERENCE_MEMORY_SECONDS = 300  # a process that runs keeps the names of skills
    skills.search_terms("any")
    return make


def titles(text: str) -> list[str]:
    matching = queries.search(STRANGER, TaskFilter(text=text), timezone.now())
    return sorted(matching.values_list("title", flat=True))


def test_rare_and_common_words_give_the_same_tasks(make, monkeypatch):
    for title in ("Harbour survey", "Harbour map", "Harbour lantern", "Lighthouse lantern"):
        make.task(title=title)
    hidden = make.task(title="Harbour secret")
    Task.objects.filter(id=hidden.id).update(visibility="invited")
    skills._common.clear()
    words = ("harbour", "harbour lantern", "harbour lighthouse", "lighthouse nowhere", "nowhere", "secret")
    rare = [titles(text) for text in words]
    monkeypatch.setattr(skills, "RARE_MAX", 0)
    assert [titles(text) for text in words] == rare
    harbour = ["Harbour lantern", "Harbour map", "Harbour survey"]
    either = [*harbour, "Lighthouse lantern"]
    assert rare == [harbour, ["Harbour lantern"], either, ["Lighthouse lantern"], [], []]


def test_words_that_no_task_has_cost_one_statement(make, django_assert_num_queries):
    make.task(title="Harbour survey")
    with django_assert_num_queries(1) as captured:
        assert titles("xyzzy") == []
    assert "tasks_matching" in captured[0]["sql"]


def test_a_new_task_is_there_at_once_although_nothing_had_matched(make, settings):
    settings.LIST_MEMORY_SECONDS = 60
    assert titles("harbour") == []
    make.task(title="Harbour survey")
    assert titles("harbour") == ["Harbour survey"]


def test_that_words_are_common_is_kept(make, settings, monkeypatch, django_assert_num_queries):
    settings.LIST_MEMORY_SECONDS = 60
    monkeypatch.setattr(skills, "RARE_MAX", 0)
    skills._common.clear()
    make.task(title="Harbour survey")
    assert titles("harbour") == ["Harbour survey"]
    with django_assert_num_queries(1):
        assert titles("harbour") == ["Harbour survey"]
    skills._common.clear()
