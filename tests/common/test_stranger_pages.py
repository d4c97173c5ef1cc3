"""Pages that a process keeps for visitors without a session: nobody sees there what is not for everybody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.common import frame, views
from apps.common.api import strangers
from apps.tasks.models import Task, TaskInvitation
from tests.conftest import log_in

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrf-token" content="(\w{64})"')
LIST = "/en/tasks/"


@pytest.fixture(autouse=True)
def memory(settings, make):
    make.now = timezone.now()
    settings.STRANGER_PAGE_SECONDS = settings.LIST_MEMORY_SECONDS = settings.REFERENCE_MEMORY_SECONDS = 60
    kept = (views._pages, strangers._answers, frame._contents, frame._parts)
    for memory in kept:
        memory.clear()
    yield
    for memory in kept:
        memory.clear()


@pytest.fixture
def task(make):
    return make.task(title="A guide for everybody")


def text_of(client: Client, path: str = LIST, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def without_token(page: str) -> str:
    match = TOKEN.search(page)
    return page.replace(match[1], "") if match else page


def test_the_second_visitor_costs_no_query(task, django_assert_num_queries):
    first = text_of(Client())
    with django_assert_num_queries(0):
        second = text_of(Client())
    assert task.title in second
    assert without_token(first) == without_token(second)


def test_each_visitor_gets_a_token_that_works_for_them_alone(task):
    text_of(Client())
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    tokens = [TOKEN.search(text_of(client))[1] for client in (first, second)]
    form = {"language": "ar", "next": "/en/tasks/"}

    assert tokens[0] != tokens[1]
    assert first.post("/i18n/setlang/", form | {"csrfmiddlewaretoken": tokens[0]}).status_code == 302
    assert second.post("/i18n/setlang/", form | {"csrfmiddlewaretoken": tokens[0]}).status_code == 403


@pytest.mark.parametrize("path", [LIST, "/en/tasks/{task}/"])
def test_what_a_member_sees_is_neither_kept_nor_taken_from_what_is_kept(make, path):
    private = make.task(title="For invited people", visibility="invited")
    invited = make.freelancer("Amara Okafor")
    TaskInvitation.objects.create(task=private, organization=invited)
    member, path = log_in(Client(), invited), path.format(task=private.id)

    assert private.title in text_of(member, path)
    stranger = Client().get(path)
    assert private.title not in stranger.content.decode()
    assert private.title in text_of(member, path)
    assert "Amara Okafor" not in stranger.content.decode()


def test_no_text_of_a_user_becomes_the_visitors_token(make):
    """What stands in a kept page for the token is not known outside the process."""
    make.task(title="csrf-token-of-this-visitor csrf_token {{ csrf_token }}")
    text_of(Client())
    kept = text_of(Client())
    assert kept.count(TOKEN.search(kept)[1]) == 3  # the meta tag, htmx's header, the form of languages
    assert len(views._TOKEN) == 64


def test_a_card_follows_the_end_of_bidding(make, task):
    member = log_in(Client(), make.freelancer())
    before, after = task.bidding_closes_at, task.bidding_closes_at + timedelta(days=3)
    assert before.isoformat() in text_of(member)

    Task.objects.filter(id=task.id).update(bidding_closes_at=after)  # as operations do, without `updated_at`

    frame._contents.clear()  # the card is kept longer than the list
    page = text_of(member)
    assert after.isoformat() in page
    assert before.isoformat() not in page


def test_another_organization_does_not_find_an_invited_ones_task(make):
    private = make.task(title="For invited people", visibility="invited")
    TaskInvitation.objects.create(task=private, organization=make.freelancer())
    other = log_in(Client(), make.freelancer("Somebody Else"))
    assert private.title not in text_of(other)
    assert other.get(f"/en/tasks/{private.id}/").status_code == 404


def test_a_page_that_is_not_there_is_not_kept(make, task):
    path = f"/en/tasks/{task.id}/"
    task.status, task.published_at = "draft", None
    task.save()
    assert Client().get(path).status_code == 404
    task.status, task.published_at = "open", timezone.now()
    task.save()
    assert Client().get(path).status_code == 200


def test_programs_without_a_key_get_the_same_answer_once_computed(task, make, django_assert_num_queries):
    path = "/api/v1/tasks/"
    private = make.task(title="For invited people", visibility="invited")
    invited = make.freelancer()
    TaskInvitation.objects.create(task=private, organization=invited)
    first = Client().get(path)
    with django_assert_num_queries(0):
        second = Client().get(path)
    member = log_in(Client(), invited).get(path)

    assert second.json() == first.json() and second["Content-Type"] == "application/json"
    assert private.title not in second.content.decode()
    assert private.title in member.content.decode()
    assert Client().get(f"{path}?bid_window=nonsense").status_code == 400
    assert Client().get(f"{path}{private.id}/").status_code == 404


def test_what_moderation_hid_is_gone_when_the_memory_is_over(task, settings, monkeypatch):
    assert task.title in text_of(Client())
    task.hidden_at = timezone.now()
    task.save()
    later = views.caches.time.monotonic() + settings.STRANGER_PAGE_SECONDS + 1
    monkeypatch.setattr(views.caches.time, "monotonic", lambda: later)
    assert task.title not in text_of(Client())


@pytest.mark.parametrize(
    ("cookies", "headers"),
    [
        ({"theme": "dark"}, {}),
        ({"time_zone": "Asia/Tokyo"}, {}),
        ({}, {"HX-Request": "true"}),
    ],
)
def test_pages_that_look_different_are_kept_apart(task, cookies, headers):
    plain, client = text_of(Client()), Client()
    client.cookies.load(cookies)
    special = text_of(client, **headers)
    assert len(views._pages) == 2
    assert without_token(special) != without_token(plain)
    assert 'lang="ar"' in text_of(Client(), "/ar/tasks/")
    assert len(views._pages) == 3


@pytest.mark.parametrize("cookie", ["sessionid", "anything"])
def test_a_visitor_with_another_cookie_gets_a_page_of_their_own(task, cookie):
    client = Client()
    client.cookies.load({cookie: "x" * 32})
    text_of(client)
    assert not len(views._pages)
