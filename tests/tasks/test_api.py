"""Tasks over the API: a draft from nothing to published, files, refusals as problem details."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.operations import keys
from apps.skills.models import Category
from tests.conftest import NOON


@pytest.fixture
def api(make, client):
    """A client that speaks for an organization with a personal token."""
    make.now = timezone.now()

    def speak(organization):
        user = organization.memberships.get().user
        _row, text = keys.create_token(
            user=user,
            actor=make.actor(organization),
            name="t",
            scopes=["messages", "work", "money"],
            expires_at=None,
            now=NOON,
        )
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
        return client

    return speak


def brief(make):
    now = timezone.now()
    category, _ = Category.objects.get_or_create(slug="translation", defaults={"name": "Translation"})
    return {
        "title": "Handbuch übersetzen", "category": category.slug, "goal": "Lesbar", "requirements": "12 Seiten",
        "source_language": "de", "budget_min_minor": 90000, "currency": "EUR", "criteria": ["Alles übersetzt"],
        "skill_ids": [str(make.skill().id)], "bidding_closes_at": (now + timedelta(days=7)).isoformat(),
        "decision_due_at": (now + timedelta(days=9)).isoformat(), "deadline_at": (now + timedelta(days=30)).isoformat(),
    }  # fmt: skip


def test_a_draft_is_published_and_found(api, make):
    client = api(make.employer())
    post = client.post("/api/v1/tasks/", brief(make), content_type="application/json")
    assert post.status_code == 201
    task_id = post.json()["id"]
    assert client.post(f"/api/v1/tasks/{task_id}/publish/").json()["status"] == "open"
    result = client.get("/api/v1/tasks/", {"q": "Handbuch"}).json()["results"]
    assert [task["id"] for task in result] == [task_id]


def test_an_incomplete_draft_is_refused_as_a_problem(api, make):
    client = api(make.employer())
    task_id = client.post("/api/v1/tasks/", {"title": "x"}, content_type="application/json").json()["id"]
    refused = client.post(f"/api/v1/tasks/{task_id}/publish/")
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "brief_incomplete"
    assert refused.json()["errors"]["goal"] == ["missing"]


def test_a_file_is_uploaded_attached_and_downloaded_by_those_who_may(api, make, client):
    employer = make.employer()
    task = make.task(employer=employer, visibility="invited")
    client = api(employer)
    upload = client.post("/api/v1/files/", {"file": SimpleUploadedFile("words.txt", b"one, two")})
    assert upload.status_code == 201
    file_id = upload.json()["id"]
    attached = client.post(
        f"/api/v1/tasks/{task.id}/attachments/", {"file_id": file_id}, content_type="application/json"
    )
    assert attached.status_code == 201
    address = f"/api/v1/task-attachments/{attached.json()['id']}/"
    assert b"".join(client.get(address).streaming_content) == b"one, two"

    client = api(make.freelancer())
    assert client.get(address).status_code == 404


def test_nobody_attaches_what_another_uploaded(api, make):
    client = api(make.freelancer())
    file_id = client.post("/api/v1/files/", {"file": SimpleUploadedFile("mine.txt", b"mine")}).json()["id"]
    employer = make.employer()
    task = make.task(employer=employer)
    client = api(employer)
    refused = client.post(
        f"/api/v1/tasks/{task.id}/attachments/", {"file_id": file_id}, content_type="application/json"
    )
    assert refused.json()["code"] == "file_unknown"


def test_a_token_that_may_only_read_writes_nothing(make, client):
    make.now = timezone.now()
    employer = make.employer()
    _row, text = keys.create_token(
        user=employer.memberships.get().user, actor=make.actor(employer), name="t", scopes=[], expires_at=None, now=NOON
    )
    header = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    assert client.get("/api/v1/tasks/mine/", **header).status_code == 200
    assert client.post("/api/v1/tasks/", {}, content_type="application/json", **header).status_code == 403
