"""Pages of tasks: finding, reading, posting."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.tasks.models import SavedSearch, Task


@pytest.fixture
def now_is_now(make):
    make.now = timezone.now()
    return make


def test_the_list_shows_open_tasks_to_strangers_and_filters(client, now_is_now):
    now_is_now.task(title="网站设计与开发", source_language="zh-hans")
    now_is_now.task(title="Translate a tax guide")
    page = client.get("/en/tasks/", {"q": "网站设计"}).content.decode()
    assert "网站设计与开发" in page
    assert "tax guide" not in page


def test_a_fragment_is_answered_to_htmx(client, now_is_now):
    now_is_now.task()
    page = client.get("/en/tasks/", headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith("<section")
    assert "<html" not in page


@pytest.mark.parametrize(
    "query",
    ["?cursor=abc", "?posted=x", "?skill=nonsense", "?budget_from=many", "?sort=%25", "?q=%27%22", "?cursor=W10"],
)
def test_odd_queries_show_a_page(client, now_is_now, query):
    assert client.get(f"/en/tasks/{query}").status_code == 200


def test_the_list_costs_the_same_queries_for_more_tasks(client, now_is_now, django_assert_max_num_queries):
    now_is_now.task()
    client.get("/en/tasks/")
    with django_assert_max_num_queries(30) as few:
        client.get("/en/tasks/")
    for _ in range(6):
        now_is_now.task()
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/en/tasks/")


def test_a_draft_is_seen_by_its_owner_only(client, now_is_now):
    task = now_is_now.task(status="draft")
    assert client.get(f"/en/tasks/{task.id}/").status_code == 404
    client.force_login(task.employer.memberships.get().user)
    assert client.get(f"/en/tasks/{task.id}/edit/").status_code == 200


def test_a_draft_saves_itself_while_typing(client, now_is_now):
    task = now_is_now.task(status="draft")
    client.force_login(task.employer.memberships.get().user)
    fields = {
        "title": "Half a sentence", "source_language": "de", "budget_kind": "fixed", "currency": "EUR",
        "visibility": "public", "bid_window": "open", "budget_min": "1.250,50",
    }  # fmt: skip
    from django.utils import translation

    with translation.override("en"):
        assert client.post(f"/en/tasks/{task.id}/save/", fields).status_code == 422  # "1.250,50" is no English number
    fields["budget_min"] = "1,250.50"
    assert client.post(f"/en/tasks/{task.id}/save/", fields).status_code == 204
    task.refresh_from_db()
    assert (task.title, task.budget_min_minor) == ("Half a sentence", 125050)


def test_a_stranger_cannot_write_to_a_task(client, now_is_now):
    task = now_is_now.task()
    client.force_login(now_is_now.employer().memberships.get().user)
    for action in ("close", "cancel", "addendum", "attachments", "edit", "save", "discard"):
        assert client.post(f"/en/tasks/{task.id}/{action}/").status_code == 404


def test_attachments_are_checked_by_content_and_served_to_those_who_see_the_task(client, now_is_now):
    task = now_is_now.task(visibility="invited")
    owner = task.employer.memberships.get().user
    client.force_login(owner)
    evil = SimpleUploadedFile("brief.pdf", b"MZ\x90\x00 this is a program", content_type="application/pdf")
    client.post(f"/en/tasks/{task.id}/attachments/", {"file": evil})
    assert not task.attachments.exists()
    good = SimpleUploadedFile("../../words.txt", b"one, two", content_type="text/plain")
    client.post(f"/en/tasks/{task.id}/attachments/", {"file": good})
    attachment = task.attachments.get()
    assert "/" not in attachment.file.name
    served = client.get(f"/en/tasks/attachments/{attachment.id}/")
    assert b"".join(served.streaming_content) == b"one, two"
    assert "attachment" in served["Content-Disposition"]
    client.force_login(now_is_now.freelancer().memberships.get().user)
    assert client.get(f"/en/tasks/attachments/{attachment.id}/").status_code == 404


def test_a_search_is_saved_and_forgotten(client, now_is_now):
    user = now_is_now.freelancer().memberships.get().user
    client.force_login(user)
    client.post("/en/tasks/searches/", {"name": "Arabic", "query": "language=ar"})
    saved = SavedSearch.objects.get(user=user)
    assert "language=ar" in client.get("/en/tasks/searches/").content.decode()
    client.post(f"/en/tasks/searches/{saved.id}/forget/")
    assert not SavedSearch.objects.exists()


def test_the_task_page_says_both_clocks(client, now_is_now):
    task = now_is_now.task()
    user = now_is_now.freelancer().memberships.get().user
    user.time_zone = "Africa/Lagos"
    user.save()
    client.force_login(user)
    page = client.get(task.get_absolute_url()).content.decode()
    assert "Berlin" in page
    assert "Lagos" in page
    assert Task.objects.count() == 1


@pytest.mark.parametrize("typed", ["9" * 20, "1" + "0" * 15, "-" + "9" * 20])
def test_an_amount_beyond_every_column_is_said_at_its_field(client, make, typed):
    client.force_login(make.employer().memberships.get().user)
    given = {"title": "Edge", "source_language": "en", "budget_kind": "fixed", "budget_min": typed, "currency": "USD",
             "visibility": "public", "bid_window": "open", "save": "1"}  # fmt: skip
    response = client.post("/en/tasks/new/", given)
    assert response.status_code == 422
    assert "too large" in response.content.decode()


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59", "1969-12-30T23:59"])
def test_a_year_that_no_zone_can_hold_is_said_at_its_field(client, make, typed):
    client.force_login(make.employer().memberships.get().user)
    given = {"title": "Edge", "source_language": "en", "budget_kind": "fixed", "budget_min": "5", "currency": "USD",
             "visibility": "public", "bid_window": "open", "deadline_at": typed, "save": "1"}  # fmt: skip
    response = client.post("/en/tasks/new/", given)
    assert response.status_code == 422
    assert "between the years" in response.content.decode()
    json = {"title": "Edge", "deadline_at": typed + ":00-12:00", "currency": "USD"}
    assert client.post("/api/v1/tasks/", json, content_type="application/json").status_code == 400
