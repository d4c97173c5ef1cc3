"""What finds skills in texts is loaded once, in the background where that is switched on, and a wait is announced."""

import threading

import pytest
from django.urls import reverse

from apps.matching.operations import warm_up
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


def test_it_is_loaded_beside_the_requests_where_that_is_on(loads, settings):
    may_end, read = loads
    settings.MATCH_WARM_UP = True

    loading = warm_up.warm_up()

    assert loading is not None and loading.daemon
    may_end.set()
    loading.join(10)
    assert read == ["matching-warm-up"]


def test_nothing_is_loaded_where_it_is_off(loads, settings):
    settings.MATCH_WARM_UP = False

    assert warm_up.warm_up() is None
    assert loads[1] == []


@pytest.mark.django_db
def test_the_page_says_that_it_takes_a_moment_with_and_without_script(client, make):
    client.force_login(make.freelancer("Ada").memberships.get().user)

    page = " ".join(client.get(reverse("matching:skills_from_text")).content.decode().split())

    assert "This takes a moment." in page
    assert 'role="status" data-busy="Reading your text.' in page
