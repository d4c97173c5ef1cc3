"""What finds skills in texts is loaded once, in the background where that is switched on, and a wait is announced."""

import threading

import pytest
from django.db import OperationalError
from django.urls import reverse

from apps.matching.operations import warm_up
from apps.skills import queries as skills
from ranking import skill_suggestions


@pytest.fixture
def loads(monkeypatch):
    """How often the tables were read; reading takes until `may_end` is set."""
    may_end, read = threading.Event(), []

    def suggest(*_given):
        read.append(threading.current_thread().name)
        may_end.wait(10)
        return []

    monkeypatch.setattr(skill_suggestions, "shipped", lambda: "linker")
    monkeypatch.setattr(skill_suggestions, "suggest", suggest)
    monkeypatch.setattr(skill_suggestions, "_is_loaded", threading.Event())
    return may_end, read


def test_who_asks_while_it_is_loaded_waits_for_the_same_copy(loads):
    may_end, read = loads
    asking = [threading.Thread(target=skill_suggestions.ready) for _number in range(3)]
    for item in asking:
        item.start()
    may_end.set()
    for item in asking:
        item.join(10)

    assert skill_suggestions.ready() == "linker"
    assert len(read) == 1


def test_it_is_loaded_beside_the_requests_where_that_is_on(loads, settings, monkeypatch):
    may_end, read = loads
    settings.MATCH_WARM_UP = True
    monkeypatch.setattr(warm_up, "load_names", lambda: read.append("names"))

    loading = warm_up.warm_up()

    assert loading is not None and loading.daemon
    may_end.set()
    loading.join(10)
    assert read == ["names", "matching-warm-up"]


def test_nothing_is_loaded_where_it_is_off(loads, settings):
    settings.MATCH_WARM_UP = False

    assert warm_up.warm_up() is None
    assert loads[1] == []


@pytest.mark.django_db
def test_the_first_search_after_it_builds_no_names(monkeypatch, settings):
    settings.REFERENCE_MEMORY_SECONDS = 300
    monkeypatch.setattr(warm_up.connections, "close_all", lambda: None)  # this test's own is used
    warm_up.load_names()
    monkeypatch.setattr(skills, "Lexicon", None)
    assert skills.search_terms("translation") is not None


@pytest.mark.django_db
def test_without_a_database_it_goes_on(monkeypatch, caplog):
    def fail():
        raise OperationalError("no server")

    monkeypatch.setattr(skills, "lexicon", fail)
    monkeypatch.setattr(warm_up.connections, "close_all", lambda: None)
    warm_up.load_names()
    assert "not built yet" in caplog.text


@pytest.mark.django_db
def test_the_page_says_that_it_takes_a_moment_with_and_without_script(client, make):
    client.force_login(make.freelancer("Ada").memberships.get().user)

    page = " ".join(client.get(reverse("matching:skills_from_text")).content.decode().split())

    assert "This takes a moment." in page
    assert 'role="status" data-busy="Reading your text.' in page
