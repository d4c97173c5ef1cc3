import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.moderation import operations
from apps.moderation.models import AuditEntry, Report, Statement
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(make):
    return make.task()


@pytest.fixture
def reporter(make):
    return make.freelancer("Reporter")


@pytest.fixture
def report(make, task, reporter):
    return operations.report(
        subject_type="task", subject_id=task.id, reason="fraud", text="Asks for money", source_language="en",
        actor=make.actor(reporter), now=NOON,
    )  # fmt: skip


def _user(organization):
    return User.objects.get(memberships__organization=organization)


def test_anybody_logged_in_reports_and_strangers_log_in_first(client, task, reporter):
    path = reverse("moderation:report", args=["task", task.id])
    assert client.get(path).status_code == 302
    client.force_login(_user(reporter))
    assert client.get(path).status_code == 200
    assert client.post(path, {"reason": "spam"}).status_code == 302
    assert client.post(path, {"reason": "spam"}).status_code == 422
    assert Report.objects.get().reason == "spam"


def test_something_else_needs_words(client, task, reporter):
    client.force_login(_user(reporter))
    assert client.post(reverse("moderation:report", args=["task", task.id]), {"reason": "other"}).status_code == 422


def test_an_unknown_kind_is_not_found(client, task, reporter):
    client.force_login(_user(reporter))
    assert client.get(f"/en/report/wallet/{task.id}/").status_code == 404


def test_the_queue_is_for_staff(client, make, report, reporter):
    client.force_login(_user(reporter))
    assert client.get("/en/moderation/").status_code == 403
    client.force_login(make.staff())
    page = client.get("/en/moderation/").content.decode()
    assert "Asks for money" in page
    assert 'data-key="j"' not in page, "one case alone has no next one"


def test_staff_decide_and_the_affected_party_reads_why(client, make, task, report):
    client.force_login(make.staff())
    path = reverse("moderation:decide", args=[report.id])
    without = client.post(path, {"decision": "take_down", "ground": "fraud"})
    assert without.status_code == 422
    client.post(
        path, {"decision": "take_down", "ground": "fraud", "facts": "It asks for money in advance.", "confirmed": "yes"}
    )

    client.force_login(User.objects.get(id=task.posted_by_id))
    statement = Statement.objects.get()
    page = client.get(statement.get_absolute_url()).content.decode()
    assert "It asks for money in advance." in page
    assert client.get("/en/statements/").status_code == 200
    client.force_login(make.user())
    assert client.get(statement.get_absolute_url()).status_code == 404


def test_the_audit_trail_is_shown_to_staff(client, make, report):
    staff = make.staff()
    client.force_login(staff)
    client.post(
        reverse("moderation:decide", args=[report.id]),
        {"decision": "dismiss", "ground": "fraud", "facts": "Fine.", "confirmed": "yes"},
    )
    assert "Dismissed a report" in client.get("/en/moderation/audit/").content.decode()
    client.force_login(make.user())
    assert client.get("/en/moderation/audit/").status_code == 403


def test_looking_at_a_person_in_the_administration_leaves_an_entry(client, make, reporter):
    root = User.objects.create_superuser("root@example.org", "correct horse battery", display_name="Root")
    client.force_login(root)
    person = _user(reporter)
    assert client.get(f"/admin/accounts/user/{person.id}/change/").status_code == 200

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject_id) == (root, "admin.view", str(person.id))


def test_every_list_of_the_administration_opens_and_none_adds(client, make, report):
    from django.contrib import admin

    client.force_login(User.objects.create_superuser("root@example.org", "correct horse battery", display_name="Root"))
    assert client.get("/admin/").status_code == 200
    for model in admin.site._registry:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.get(path).status_code == 200, path
        assert client.get(f"{path}?q=word").status_code in (200, 302), path
    assert client.get("/admin/accounts/user/add/").status_code == 403


def test_the_administration_shows_no_sealed_bid(client, make):
    bid = make.bid(cover_note="Nobody may read this yet")
    client.force_login(User.objects.create_superuser("root@example.org", "correct horse battery", display_name="Root"))
    page = client.get(f"/admin/bidding/bid/{bid.id}/change/")

    assert page.status_code == 200
    assert "Nobody may read this yet" not in page.content.decode()
    assert str(bid.amount_minor) not in page.content.decode()


def test_the_api_reports_decides_and_refuses(make, task, reporter):
    api = APIClient()
    new = {"subject_type": "task", "subject_id": str(task.id), "reason": "fraud", "text": "x"}
    assert api.post("/api/v1/reports/", new).status_code == 401
    api.force_login(_user(reporter))
    result = api.post("/api/v1/reports/", new)
    assert result.status_code == 201
    assert api.post("/api/v1/reports/", new).json()["code"] == "already_reported"
    assert api.get("/api/v1/reports/").json()["results"][0]["status"] == "open"
    assert api.get("/api/v1/moderation/reports/").status_code == 403
    path = f"/api/v1/moderation/reports/{result.json()['id']}/decision/"
    decision = {"decision": "take_down", "ground": "fraud", "facts": "It asks for money."}
    assert api.post(path, decision).status_code == 403
    api.force_login(make.staff())
    assert api.get("/api/v1/moderation/reports/").json()["results"][0]["affected_id"] == str(task.employer_id)
    assert api.post(path, decision).json()["status"] == "upheld"
    assert api.post(path, decision).status_code == 409
    api.force_login(User.objects.get(id=task.posted_by_id))
    statement = api.get("/api/v1/statements/").json()["results"][0]
    assert statement["facts"] == "It asks for money."
    objection = f"/api/v1/statements/{statement['id']}/objection/"
    assert api.post(objection, {"text": "It is a deposit"}).json()["status"] == "open"
    assert api.post(objection, {"text": "Again"}).json()["code"] == "already_objected"
    api.force_login(make.user())
    assert api.post(objection, {"text": "Mine"}).status_code == 404


def test_the_affected_party_objects_and_staff_answer_on_pages(client, make, task, report):
    operations.decide(
        report_id=report.id,
        decision="take_down",
        ground="fraud",
        facts="In advance.",
        actor=make.staff_actor(),
        now=NOON,
    )
    owner, statement = User.objects.get(id=task.posted_by_id), Statement.objects.get()
    client.force_login(owner)
    assert client.post(statement.get_absolute_url(), {"text": ""}).status_code == 422
    assert client.post(statement.get_absolute_url(), {"text": "It is a deposit"}).status_code == 302
    assert client.get("/en/moderation/objections/").status_code == 403

    client.force_login(make.staff())
    assert "It is a deposit" in client.get("/en/moderation/objections/").content.decode()
    objection = statement.objection
    path = reverse("moderation:answer_objection", args=[objection.id])
    assert client.post(path, {f"{objection.id}-verb": "refuse"}).status_code == 422
    client.post(
        path,
        {f"{objection.id}-verb": "refuse", f"{objection.id}-answer": "A deposit is in advance.", "confirmed": "yes"},
    )
    client.force_login(owner)
    assert "A deposit is in advance." in client.get(statement.get_absolute_url()).content.decode()


TAKE_DOWN = {"decision": "take_down", "ground": "fraud", "facts": "It asks for money in advance."}


def test_a_take_down_is_asked_about_before_it_happens(client, make, task, report):
    client.force_login(make.staff())
    path = reverse("moderation:decide", args=[report.id])

    page = client.post(path, TAKE_DOWN).content.decode()

    assert "Nothing has happened yet." in page
    assert "The task disappears from every list at once" in page
    assert "1 open report about it is closed" in page
    assert TAKE_DOWN["facts"] in page
    assert not Statement.objects.exists()
    client.post(path, TAKE_DOWN | {"confirmed": "yes"})
    assert Statement.objects.get().facts == TAKE_DOWN["facts"]


def test_going_back_from_the_question_keeps_what_was_typed(client, make, report):
    client.force_login(make.staff())

    answer = client.post(reverse("moderation:decide", args=[report.id]), TAKE_DOWN | {"confirmed": "no"})

    assert answer.status_code == 200
    assert TAKE_DOWN["facts"] in answer.content.decode()
    assert not Statement.objects.exists()


def test_dismissing_says_that_it_stays_visible(client, make, report):
    client.force_login(make.staff())

    page = client.post(reverse("moderation:decide", args=[report.id]), TAKE_DOWN | {"decision": "dismiss"})

    assert "It stays visible to everybody." in page.content.decode()
    report.refresh_from_db()
    assert report.status == "open"


@pytest.mark.parametrize(("verb", "sentence"), [("grant", "seen again at once"), ("refuse", "It stays down for good.")])
def test_an_answer_to_an_objection_is_asked_about_first(client, make, task, report, verb, sentence):
    operations.decide(report_id=report.id, actor=make.staff_actor(), now=NOON, **TAKE_DOWN)
    objection = operations.object_to(
        statement_id=Statement.objects.get().id, text="It is a deposit", source_language="en",
        actor=make.actor(task.employer), now=NOON,
    )  # fmt: skip
    client.force_login(make.staff())
    path = reverse("moderation:answer_objection", args=[objection.id])
    values = {f"{objection.id}-verb": verb, f"{objection.id}-answer": "We looked again."}

    assert sentence in client.post(path, values).content.decode()
    objection.refresh_from_db()
    assert objection.status == "open"
    client.post(path, values | {"confirmed": "yes"})
    objection.refresh_from_db()
    assert objection.status != "open"


def test_nobody_but_staff_is_asked(client, make, report):
    client.force_login(make.user())
    assert client.post(reverse("moderation:decide", args=[report.id]), TAKE_DOWN).status_code == 403
