"""People and tasks that somebody keeps: only what they may see, only for them, with notes and lists."""

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.saved import operations, queries
from tests.conftest import NOON, api, log_in

pytestmark = pytest.mark.django_db


def user_of(organization) -> User:
    return organization.memberships.get(role="owner").user


@pytest.fixture
def employer(make):
    return make.employer()


@pytest.fixture
def user(employer):
    return user_of(employer)


def save_person(make, employer, person):
    return operations.save_person(
        organization_id=person.id, user=user_of(employer), actor=make.actor(employer), now=NOON
    )


def test_a_person_is_saved_once_and_only_for_the_one_who_did(make, employer, user):
    person = make.freelancer("Amara")
    save_person(make, employer, person)
    save_person(make, employer, person)
    assert [row.organization for row in queries.saved_people(user)] == [person]
    assert not queries.saved_people(user_of(make.employer())).exists()

    operations.forget_person(organization_id=person.id, user=user)
    assert not queries.saved_people(user).exists()


def test_what_may_not_be_seen_cannot_be_saved(make, employer, user):
    person, draft = make.freelancer(), make.task(status="draft")
    person.profile.is_public = False
    person.profile.save()
    with pytest.raises(operations.SavedUnknown):
        save_person(make, employer, person)
    with pytest.raises(operations.SavedUnknown):
        operations.save_task(task_id=draft.id, user=user, actor=make.actor(employer), now=NOON)


def test_a_profile_that_closed_disappears_from_the_list(make, employer, user):
    person = make.freelancer()
    save_person(make, employer, person)
    person.profile.is_public = False
    person.profile.save()
    assert not queries.saved_people(user).exists()


def test_there_is_a_limit(make, employer, monkeypatch):
    monkeypatch.setattr(operations, "SAVED_MAX", 1)
    save_person(make, employer, make.freelancer())
    with pytest.raises(operations.TooManySaved):
        save_person(make, employer, make.freelancer())


def test_notes_and_lists_on_the_pages(make, employer, client):
    person, task = make.freelancer("Amara"), make.task(title="Translate a guide")
    log_in(client, employer)
    profile = person.get_absolute_url()
    assert reverse("saved:save-person", args=[person.handle]) in client.get(profile).content.decode()
    client.post(reverse("saved:save-person", args=[person.handle]))
    assert reverse("saved:forget-person", args=[person.handle]) in client.get(profile).content.decode()
    client.post(reverse("saved:save-task", args=[task.id]))

    values = {"note": "Ask about April", "list_name": "  Spring   campaign "}
    for name, key in (("person", person.handle), ("task", task.id)):
        assert client.post(reverse(f"saved:describe-{name}", args=[key]), values).status_code == 302
    for part, title in (("people", "Amara"), ("tasks", "Translate a guide")):
        page = client.get(reverse(f"saved:{part}")).content.decode()
        assert title in page and "Ask about April" in page and "Spring campaign" in page
        assert title in client.get(reverse(f"saved:{part}"), {"list": "Spring campaign"}).content.decode()
        assert title not in client.get(reverse(f"saved:{part}"), {"list": "Other"}).content.decode()

    other = "https://elsewhere.example/"
    answer = client.post(reverse("saved:forget-task", args=[task.id]), {"next": other})
    assert answer["Location"] == reverse("saved:tasks"), "never to another site"


def test_the_api_saves_lists_and_forgets(make, employer, user):
    person, task = make.freelancer(), make.task()
    caller = api(user)
    for what, key in (("people", person.id), ("tasks", task.id)):
        path = f"/api/v1/saved/{what}/{key}/"
        assert caller.put(path, {"note": "Good", "list_name": "A"}, format="json").status_code == 200
        [row] = caller.get(f"/api/v1/saved/{what}/").json()["results"]
        assert (row["note"], row["list_name"]) == ("Good", "A")
        assert caller.delete(path).status_code == 204
        assert caller.get(f"/api/v1/saved/{what}/").json()["results"] == []
    assert caller.put(f"/api/v1/saved/tasks/{make.task(status='draft').id}/", {}, format="json").status_code == 404


def test_cards_have_a_button_that_knows_what_is_saved(make, user, employer, client):
    make.now = timezone.now()
    saved, other = make.task(title="Translate a guide"), make.task(title="Write a guide")
    operations.save_task(task_id=saved.id, user=user, actor=make.actor(employer), now=NOON)
    assert "save-card" not in client.get("/en/tasks/").content.decode(), "strangers have no button"

    log_in(client, make.freelancer())
    client.get("/en/tasks/?q=guide")  # what members share is kept now
    log_in(client, employer)
    page = client.get("/en/tasks/?q=guide").content.decode()
    assert f'formaction="{reverse("saved:forget-task", args=[saved.id])}"' in page
    assert f'formaction="{reverse("saved:save-task", args=[other.id])}"' in page
    assert page.count('aria-pressed="true"') == 1

    answer = client.post(reverse("saved:save-task", args=[other.id]), {"next": "/en/tasks/?q=guide"})
    assert answer["Location"] == f"/en/tasks/?q=guide#task-{other.id}"
    assert client.get("/en/tasks/?q=guide").content.decode().count('aria-pressed="true"') == 2


def test_with_script_the_button_alone_is_exchanged(make, user, employer, client):
    task = make.task()
    log_in(client, employer)
    for name, pressed, is_saved in (("save", "true", True), ("forget", "false", False)):
        answer = client.post(reverse(f"saved:{name}-task", args=[task.id]), headers={"hx-request": "true"})
        html = answer.content.decode()
        assert html.strip().startswith("<button") and f'aria-pressed="{pressed}"' in html
        assert queries.is_task_saved(user.id, task.id) is is_saved


def test_after_the_session_ended_the_button_leads_to_the_login_and_back_to_the_list(make, client):
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/en/tasks/?q=guide"}
    answer = client.post(reverse("saved:save-task", args=[make.task().id]), headers=headers)
    assert answer["HX-Redirect"] == "/en/accounts/login/?next=%2Fen%2Ftasks%2F%3Fq%3Dguide"
    assert "login" not in answer.content.decode()
