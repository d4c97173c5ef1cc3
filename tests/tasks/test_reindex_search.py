"""The command that fills the search columns again."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Profile
from apps.tasks import queries
from apps.tasks.models import Task
from tests.conftest import NOON


def found(text):
    from apps.common.actors import STRANGER

    return set(queries.search(STRANGER, queries.TaskFilter(text=text), NOON).values_list("title", flat=True))


def run(**options):
    out = StringIO()
    call_command("reindex_search", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def tasks(make):
    tasks = [make.task(title=f"Heron atlas {number}") for number in range(5)]
    Task.objects.update(search_vector=None)
    return sorted(tasks, key=lambda task: task.id)


def test_it_finds_again_what_had_no_words(tasks, make):
    profile = make.freelancer("Ada").profile
    Profile.objects.filter(id=profile.id).update(search_vector=None)
    assert found("heron") == set()
    said = run(batch=2)
    assert len(found("heron")) == 5
    assert Profile.objects.get(id=profile.id).search_vector
    assert "tasks: 4 of 5" in said and "people: done" in said


def test_it_continues_after_an_id(tasks):
    run(only="tasks", after=str(tasks[2].id))
    assert found("heron") == {tasks[3].title, tasks[4].title}


def test_it_leaves_drafts_alone(make):
    draft = make.task(status="draft")
    run()
    assert Task.objects.get(id=draft.id).search_vector is None


@pytest.mark.parametrize("options", [{"after": "nonsense", "only": "tasks"}, {"batch": 0}])
def test_it_refuses_what_makes_no_sense(db, options):
    with pytest.raises(CommandError):
        run(**options)
