import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.notifications import operations, queries
from apps.notifications.catalogue.kinds import Group, Pace
from apps.notifications.models import Notification, Preference

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make, client):
    user = make.freelancer("Ada").memberships.get().user
    client.force_login(user)
    return user


def tell(user, key="1", **options):
    options = {"organization_id": None, "kind": "bid_shortlisted", "params": {"task": "Logo"}} | options
    [created] = operations.notify(users=[user], key=key, route="tasks:list", now=timezone.now(), **options)
    return created


def test_list_shows_unread_first_and_marks_all_read(client, ada):
    for number in range(3):
        tell(ada, str(number))
    html = client.get(reverse("notifications:list")).content.decode()
    assert html.count("Logo") == 4 and html.count("2 more about this") == 1
    assert "Unread" in html
    assert client.post(reverse("notifications:mark-all-read")).status_code == 302
    html = client.get(reverse("notifications:list")).content.decode()
    assert "Earlier" in html
    assert queries.unread_count(ada.pk) == 0


def test_opening_one_about_another_organization_asks_before_one_acts_for_it(client, ada, make):
    make.organization("First", owner=ada)
    second = make.organization("Second", owner=ada)
    item = tell(ada, organization_id=second.id)
    before = User.objects.get(pk=ada.pk).last_organization_id

    page = client.get(reverse("notifications:open", args=[item.id]))

    assert "Second" in page.content.decode()
    item.refresh_from_db()
    assert item.read_at is not None
    assert User.objects.get(pk=ada.pk).last_organization_id == before  # a link from anywhere changes nothing

    answer = client.post(reverse("accounts:switch"), {"organization": str(second.id), "next": page.context["next"]})
    assert answer.url == reverse("tasks:list")
    assert User.objects.get(pk=ada.pk).last_organization_id == second.id


def test_somebody_elses_is_not_found(client, ada, make):
    other = tell(make.user("Bola"))
    assert client.get(reverse("notifications:open", args=[other.id])).status_code == 404
    assert client.post(f"/api/v1/notifications/{other.id}/read/").status_code == 404
    other.refresh_from_db()
    assert other.read_at is None


def test_a_notification_whose_page_is_gone_leads_to_the_list(client, ada):
    item = tell(ada)
    Notification.objects.filter(id=item.id).update(route="no:such-page")
    assert client.get(reverse("notifications:open", args=[item.id])).url == reverse("notifications:list")


def test_preferences_are_kept(client, ada):
    url = reverse("notifications:preferences")
    assert client.get(url).status_code == 200
    data = {f"{group}_pace": "weekly" for group in Group.values if group != "account"} | {"bids_in_app": "on"}
    data |= {"digest_hour": "8", "digest_weekday": "1"}
    assert client.post(url, data).status_code == 302
    assert Preference.objects.get(user=ada, group="bids").pace == Pace.WEEKLY
    assert not Preference.objects.get(user=ada, group="messages").is_in_app
    assert client.post(url, {"bids_pace": "hourly"}).status_code == 422


def test_unsubscribing_needs_a_post_but_no_login(client, make):
    user = make.user("Cleo")
    url = reverse("notifications:unsubscribe", args=[operations.unsubscribe_token(user.pk, "bids")])
    assert client.get(url).status_code == 200
    assert not Preference.objects.exists(), "link scanners open every link"
    assert client.post(url).status_code == 200
    assert Preference.objects.get().pace == Pace.OFF


def test_the_bell_costs_one_small_question(rf, ada, django_assert_num_queries):
    from apps.notifications.context_processors import bell

    tell(ada)
    request = rf.get("/")
    request.user = ada
    with django_assert_num_queries(0):
        context = bell(request)
    with django_assert_num_queries(1):
        assert context["unread_notifications"]() == 1
        assert context["unread_notifications"]() == 1


def test_list_costs_a_fixed_number_of_questions(client, ada, django_assert_max_num_queries):
    for number in range(20):
        tell(ada, str(number))
    with django_assert_max_num_queries(14):
        client.get(reverse("notifications:list"))


def test_api_lists_counts_reads_and_keeps_preferences(client, ada):
    first = tell(ada)
    tell(ada, "2")
    listed = client.get("/api/v1/notifications/", headers={"Accept-Language": "en"}).json()
    assert [row["kind"] for row in listed["results"]] == ["bid_shortlisted", "bid_shortlisted"]
    assert "Logo" in listed["results"][0]["title"]
    assert client.post(f"/api/v1/notifications/{first.id}/read/").json()["read_at"]
    assert client.get("/api/v1/notifications/unread/").json() == {"count": 1}
    assert client.post("/api/v1/notifications/read/").json() == {"count": 1}
    row = {"group": "bids", "is_in_app": True, "pace": "weekly"}
    answer = client.put("/api/v1/notifications/preferences/", [row], content_type="application/json")
    assert next(item for item in answer.json() if item["group"] == "bids")["pace"] == "weekly"


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_the_bell_is_counted_in_every_language(client, ada, language):
    tell(ada)
    assert client.get(f"/{language}/notifications/").status_code == 200


def test_strangers_have_none(client):
    assert client.get(reverse("notifications:list")).status_code == 302
    assert client.get("/api/v1/notifications/").status_code in (401, 403)


def test_staff_see_what_was_sent_but_not_its_secrets(admin_client, make):
    from apps.notifications.models import EmailDelivery

    operations.invite_by_email(
        key="k", address="new@example.org", language="en", params={"token": "s3cret"}, now=timezone.now()
    )
    mail = EmailDelivery.objects.get()
    html = admin_client.get(reverse("admin:notifications_emaildelivery_changelist")).content.decode()
    assert "new@example.org" in html
    html = admin_client.get(reverse("admin:notifications_emaildelivery_change", args=[mail.id])).content.decode()
    assert "s3cret" not in html
