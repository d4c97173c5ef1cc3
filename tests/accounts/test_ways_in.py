"""Each side is offered its own next step: in the navigation and where a list is still empty."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def paths():
    return [reverse(name) for name in ("bidding:mine", "contracts:list", "messaging:list", "tasks:searches")]


def _page(client, path: str) -> str:
    return client.get(path).content.decode()


def _main(page: str) -> str:
    return re.search(r"<main.*?</main>", page, re.DOTALL)[0]


@pytest.fixture
def as_employer(client, make):
    client.force_login(make.employer("Werk").memberships.get().user)
    return client


@pytest.fixture
def as_freelancer(client, make):
    client.force_login(make.freelancer("Ada").memberships.get().user)
    return client


def test_an_employer_is_nowhere_sent_to_find_work(as_employer, paths):
    for path in [*paths, "/en/", "/en/welcome/"]:
        assert "Find work" not in _page(as_employer, path), path


def test_a_freelancer_is_sent_to_find_work_where_nothing_is_listed(as_freelancer, paths):
    for path in [*paths, "/en/"]:
        assert "Find work" in _main(_page(as_freelancer, path)), path


def test_a_freelancer_without_tasks_of_their_own_may_go_and_find_work(as_freelancer):
    page = _main(_page(as_freelancer, reverse("tasks:mine")))

    assert "Post a task" in page and "Find work" in page


def test_an_employer_without_messages_or_people_is_sent_to_post_a_task(as_employer):
    assert "Post a task" in _main(_page(as_employer, reverse("messaging:list")))
    assert "Post a task" in _main(_page(as_employer, "/en/people/?q=nobody-at-all"))


def test_a_freelancer_who_finds_no_people_is_not_told_to_post_a_task(as_freelancer):
    page = _main(_page(as_freelancer, "/en/people/?q=nobody-at-all"))

    assert "Post a task" not in page and "post a task" not in page


def test_strangers_may_look_around(client):
    assert "Find work" in _page(client, "/en/people/")


def test_whose_role_places_no_bids_is_not_sent_to_find_work(client, make):
    client.force_login(make.member(make.freelancer("Ada"), "viewer"))

    assert "Find work" not in _page(client, "/en/")
