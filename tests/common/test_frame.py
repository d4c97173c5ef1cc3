"""Parts of pages that members share: each sees only what everybody may see, and their own names and tokens."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.common import frame
from apps.notifications.models import Notification
from apps.tasks.models import Task, TaskInvitation
from tests.conftest import log_in

pytestmark = pytest.mark.django_db
LIST = "/en/tasks/"
TOKENS = re.compile(r'name="(?:csrf-token" content|csrfmiddlewaretoken" value)="(\w{64})"')


@pytest.fixture(autouse=True)
def memory(settings, make):
    make.now = timezone.now()
    settings.STRANGER_PAGE_SECONDS = settings.LIST_MEMORY_SECONDS = settings.REFERENCE_MEMORY_SECONDS = 60
    for kept in (frame._contents, frame._parts):
        kept.clear()
    yield
    for kept in (frame._contents, frame._parts):
        kept.clear()


def page(client: Client, path: str = LIST, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_members_share_the_list_and_only_the_list(make):
    task = make.task(title="A guide for everybody")
    first, second = make.freelancer("Amara Okafor"), make.freelancer("Bo Lindqvist")

    assert task.title in page(log_in(Client(), first))
    assert len(frame._contents) == 1
    seen = page(log_in(Client(), second))

    assert len(frame._contents) == 1
    assert task.title in seen
    assert "Bo Lindqvist" in seen
    assert "Amara Okafor" not in seen


@pytest.mark.parametrize("who", ["invited", "owner", "staff"])
def test_who_sees_more_is_neither_shown_nor_kept_for_others(make, who):
    private = make.task(title="For invited people", visibility="invited")
    invited, other = make.freelancer(), make.freelancer()
    TaskInvitation.objects.create(task=private, organization=invited)
    reader = {"invited": invited, "owner": private.employer, "staff": make.staff()}[who]
    client, stranger = Client(), log_in(Client(), other)
    client.force_login(reader if who == "staff" else reader.memberships.get().user)

    assert private.title not in page(stranger)
    assert private.title in page(client)
    assert private.title not in page(stranger)
    assert private.title not in page(Client())


def test_only_who_hires_is_sent_to_post_a_task(make):
    employer, freelancer = log_in(Client(), make.employer()), log_in(Client(), make.freelancer())
    for _ in range(2):
        seen = [page(client, "/en/people/?q=nobody").split("<main")[1] for client in (employer, freelancer)]
        assert ["Post a task" in main for main in seen] == [True, False]


def test_who_is_no_longer_invited_sees_the_common_list(make):
    private = make.task(title="For invited people", visibility="invited")
    invited = make.freelancer()
    invitation = TaskInvitation.objects.create(task=private, organization=invited)
    client = log_in(Client(), invited)
    assert private.title in page(client)

    invitation.delete()
    assert private.title not in page(client)


def test_language_zone_currency_and_words_are_kept_apart(make):
    make.task(title="A guide for everybody")
    client = log_in(Client(), make.freelancer())
    user = client.session["_auth_user_id"]
    page(client)
    page(client, "/ar/tasks/")
    page(client, "/en/tasks/?q=guide")
    assert "No tasks match" in page(client, "/en/tasks/?q=nothing")
    page(client, LIST, **{"HX-Request": "true"})
    User.objects.filter(pk=user).update(display_currency="JPY")
    page(client)
    User.objects.filter(pk=user).update(time_zone="Asia/Tokyo")
    page(client)

    assert len(frame._contents) == 7


def test_each_member_gets_a_token_that_works_for_them_alone(make):
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    log_in(first, make.freelancer())
    log_in(second, make.freelancer())
    tokens = [set(TOKENS.findall(page(client))) for client in (first, second)]
    form = {"name": "Guides", "query": "q=guide"}

    assert [len(distinct) for distinct in tokens] == [1, 1]
    token = tokens[0].pop()
    assert first.post("/en/tasks/searches/", form | {"csrfmiddlewaretoken": token}).status_code == 302
    assert second.post("/en/tasks/searches/", form | {"csrfmiddlewaretoken": token}).status_code == 403


def test_the_form_of_languages_returns_to_the_page_it_is_on(make):
    client = Client()
    page(client, "/en/help/")
    seen = page(client, "/en/help/?a=1&b=%22%3E%3Cscript%3E")

    assert 'name="next" value="/en/help/?a=1&amp;b=%22%3E%3Cscript%3E"' in seen
    assert seen.count('aria-current="page"') == 0
    assert page(client, LIST).count('aria-current="page"') == 2


def test_the_frame_follows_the_bell_and_the_organization(make):
    organization = make.freelancer("Amara Okafor")
    client = log_in(Client(), organization)
    assert "0 unread notifications" in page(client, "/en/help/")

    user = organization.memberships.get().user
    Notification.objects.create(user=user, kind="task_published", happened_at=timezone.now(), is_in_app=True)
    assert "1 unread notification" in page(client, "/en/help/")

    type(organization).objects.filter(pk=organization.pk).update(display_name="Okafor <Studio>")
    assert "acting for <bdi>Okafor &lt;Studio&gt;</bdi>" in page(client, "/en/help/")


def test_a_hidden_task_leaves_the_list_at_its_next_rendering(make):
    task = make.task(title="A guide for everybody")
    client = log_in(Client(), make.freelancer())
    assert task.title in page(client)

    Task.objects.filter(pk=task.pk).update(hidden_at=timezone.now())
    frame._contents.clear()
    assert task.title not in page(client)
