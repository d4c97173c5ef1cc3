"""Pages of tasks: finding, reading, posting."""

from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.tasks.models import Question, SavedSearch, Task


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
    values = {"title": "Edge", "source_language": "en", "budget_kind": "fixed", "budget_min": typed, "currency": "USD",
             "visibility": "public", "bid_window": "open", "save": "1"}  # fmt: skip
    response = client.post("/en/tasks/new/", values)
    assert response.status_code == 422
    assert "too large" in response.content.decode()


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59", "1969-12-30T23:59"])
def test_a_year_that_no_zone_can_hold_is_said_at_its_field(client, make, typed):
    client.force_login(make.employer().memberships.get().user)
    values = {"title": "Edge", "source_language": "en", "budget_kind": "fixed", "budget_min": "5", "currency": "USD",
             "visibility": "public", "bid_window": "open", "deadline_at": typed, "save": "1"}  # fmt: skip
    response = client.post("/en/tasks/new/", values)
    assert response.status_code == 422
    assert "between the years" in response.content.decode()
    json = {"title": "Edge", "deadline_at": typed + ":00-12:00", "currency": "USD"}
    assert client.post("/api/v1/tasks/", json, content_type="application/json").status_code == 400


class TestWhoAsked:
    """A public question shows competitors and strangers nobody's name."""

    @pytest.fixture
    def question(self, now_is_now):
        make = now_is_now
        task = make.task(bid_window="sealed")
        asker = make.freelancer("Amara Studio")
        return Question.objects.create(task=task, asked_by=asker, asked_at=make.now, text="Which format?")

    def names_in(self, client, question):
        page = client.get(f"/en/tasks/{question.task_id}/").content.decode()
        assert "Which format?" in page
        return "Amara Studio" in page.split('id="questions"')[1]

    def asker_in(self, client, question):
        row = client.get(f"/api/v1/tasks/{question.task_id}/questions/").json()[0]
        return row["asked_by_name"], row["asked_by_id"]

    def test_strangers_and_peers_read_a_freelancer(self, client, now_is_now, question):
        assert not self.names_in(client, question)
        client.force_login(now_is_now.freelancer().memberships.get().user)
        assert not self.names_in(client, question)
        assert self.asker_in(client, question) == ("", None)
        assert "A freelancer" in client.get(f"/en/tasks/{question.task_id}/").content.decode()

    def test_the_employer_and_the_asker_know(self, client, question):
        for reader in (question.task.employer, question.asked_by):
            client.force_login(reader.memberships.get().user)
            assert self.names_in(client, question)
            assert self.asker_in(client, question) == ("Amara Studio", str(question.asked_by_id))


def test_adding_a_skill_shows_the_form_again_without_an_error(client, now_is_now):
    client.force_login(now_is_now.employer().memberships.get().user)
    answer = client.post("/en/tasks/new/", {"title": "", "skills_text": "figma", "skills_add": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Skill added" in page and "error-summary" not in page
    assert not Task.objects.exists()


def test_publishing_without_a_title_says_what_is_missing_and_makes_no_draft(client, now_is_now):
    client.force_login(now_is_now.employer().memberships.get().user)
    fields = {"goal": "A logo", "source_language": "en", "currency": "EUR", "budget_kind": "fixed",
              "visibility": "public", "bid_window": "open", "publish": "1"}  # fmt: skip
    answer = client.post("/en/tasks/new/", fields)
    assert answer.status_code == 422
    assert "A logo" in answer.content.decode()
    assert not Task.objects.exists()


def test_bidding_closes_in_the_evening_of_the_employer(client, now_is_now):
    employer = now_is_now.employer(time_zone="Asia/Tokyo")
    client.force_login(employer.memberships.get().user)
    form = client.get("/en/tasks/new/").context["form"]
    closes = form.initial["bidding_closes_at"].astimezone(ZoneInfo("Asia/Tokyo"))
    assert (closes.hour, closes.minute) == (18, 0)


def test_who_cannot_be_paid_reads_so_on_the_task(client, now_is_now):
    task = now_is_now.task()
    client.force_login(now_is_now.freelancer(country="KP").memberships.get().user)
    page = client.get(f"/en/tasks/{task.id}/").content.decode()
    assert "Bid on this task" not in page
