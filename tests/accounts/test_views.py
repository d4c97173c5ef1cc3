"""Pages about people: who sees what, what a refusal looks like, what they cost."""

import base64
import io
import json
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from apps.accounts.models import Membership, MembershipInvitation, Organization, PersonalToken, User
from apps.accounts.operations import profiles
from apps.accounts.queries import actors, keys
from apps.notifications.operations import send_pending_emails
from tests.conftest import NOON, prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara(make):
    return make.freelancer("Amara Okafor")


@pytest.fixture
def as_amara(client, amara):
    user = amara.memberships.get().user
    client.force_login(user)
    prove(client, user)
    return client


def _picture() -> SimpleUploadedFile:
    box = io.BytesIO()
    Image.new("RGB", (4, 3), "blue").save(box, "PNG")
    return SimpleUploadedFile("work.png", box.getvalue())


def test_sign_up_makes_a_person_with_an_organization_after_the_code(client):
    values = {
        "display_name": "Amara Okafor", "email": "amara@example.org", "password1": "violet river lamp",
        "password2": "violet river lamp", "country": "NG", "purpose": "work",
    }  # fmt: skip
    answer = client.post("/en/accounts/signup/", values, headers={"cookie": "time_zone=Africa/Lagos"})

    assert answer.status_code == 302
    user = User.objects.get(email="amara@example.org")
    own = Organization.objects.get(memberships__user=user)
    assert (own.display_name, own.country, own.currency, own.works, own.hires) == (
        "Amara Okafor", "NG", "NGN", True, False,
    )  # fmt: skip
    assert mail.outbox == []  # a worker sends it
    send_pending_emails(now=timezone.now())
    code = re.search(r"\b([A-Z0-9]{4}-[A-Z0-9]{4})\b", mail.outbox[0].body)
    assert code, mail.outbox[0].body
    done = client.post(answer["Location"], {"code": code[1]})
    assert done.status_code == 302
    assert client.get("/en/settings/").status_code == 200


def test_sign_up_says_what_is_missing(client):
    answer = client.post("/en/accounts/signup/", {"email": "amara@example.org"})

    assert "Please check these points" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
@pytest.mark.parametrize("path", ["accounts/login/", "accounts/signup/", "accounts/password/reset/", "people/"])
def test_public_pages_answer_in_every_language(client, make, language, path):
    make.freelancer()
    answer = client.get(f"/{language}/{path}")

    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "settings/", "settings/profile/", "settings/profile/skills/", "settings/profile/languages/", "settings/keys/",
        "organizations/", "organizations/new/", "welcome/", "accounts/2fa/", "accounts/email/", "accounts/sessions/",
        "accounts/password/change/", "accounts/logout/",
    ],
)  # fmt: skip
def test_own_pages_ask_strangers_to_log_in_and_open_for_members(client, amara, path):
    if path != "accounts/logout/":
        assert client.get(f"/en/{path}").status_code == 302
    client.force_login(amara.memberships.get().user)
    assert client.get(f"/en/{path}").status_code == 200


def test_a_hidden_profile_is_seen_by_its_owner_and_not_by_strangers(client, make, amara):
    profiles.hide_profile(organization_id=amara.id, reason_code="spam", actor=make.staff_actor(), now=NOON)

    assert client.get(amara.get_absolute_url()).status_code == 404
    assert client.get("/en/people/").content.decode().count("Amara Okafor") == 0
    client.force_login(amara.memberships.get().user)
    assert "This profile is hidden" in client.get(amara.get_absolute_url()).content.decode()


def test_the_owner_may_look_as_a_visitor(as_amara, amara):
    assert "Edit profile" in as_amara.get(amara.get_absolute_url()).content.decode()
    assert "Edit profile" not in as_amara.get(f"{amara.get_absolute_url()}?as=visitor").content.decode()


def test_the_profile_form_writes_what_was_typed(as_amara, amara):
    values = {
        "headline": "Photo retouching", "bio": "Ten years.", "source_language": "en", "rate": "35.50",
        "rate_currency": "USD", "availability": "partly", "works_from_hour": "8", "works_to_hour": "17",
        "is_public": "on",
    }  # fmt: skip
    assert as_amara.post("/en/settings/profile/", values).status_code == 302

    amara.profile.refresh_from_db()
    assert (amara.profile.headline, amara.profile.rate_amount_minor, amara.profile.works_from_hour) == (
        "Photo retouching", 3550, 8,
    )  # fmt: skip


def test_a_rate_that_is_no_number_is_sent_back_with_everything_typed(as_amara):
    answer = as_amara.post("/en/settings/profile/", {"headline": "Kept words", "rate": "many"})

    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()


def test_a_viewer_may_not_change_the_profile(client, make, amara):
    client.force_login(make.member(amara, "viewer"))
    values = {
        "headline": "Mine now", "source_language": "en", "availability": "open", "works_from_hour": "8",
        "works_to_hour": "17",
    }  # fmt: skip
    assert client.post("/en/settings/profile/", values).status_code == 403


def test_a_portfolio_picture_needs_words_and_is_then_shown(as_amara, amara, client):
    without = as_amara.post("/en/settings/profile/portfolio/", {"title": "Lamp", "picture": _picture()})
    assert without.status_code == 422

    values = {"title": "Lamp", "picture": _picture(), "image_alt": "A brass lamp"}
    assert as_amara.post("/en/settings/profile/portfolio/", values).status_code == 302
    item = amara.profile.portfolio.get()
    client.logout()
    shown = client.get(reverse("accounts:portfolio_picture", args=[item.id]))
    assert shown["Content-Type"] == "image/png"


def test_nobody_removes_another_ones_portfolio(client, make, as_amara, amara):
    as_amara.post("/en/settings/profile/portfolio/", {"title": "Lamp"})
    item = amara.profile.portfolio.get()
    client.force_login(make.freelancer().memberships.get().user)

    assert client.post(reverse("accounts:remove_portfolio_item", args=[item.id])).status_code == 403
    assert amara.profile.portfolio.count() == 1


def test_settings_change_language_zone_and_theme(as_amara, amara):
    values = {
        "display_name": "Amara", "language": "ar", "time_zone": "Africa/Cairo", "display_currency": "EGP",
        "theme": "dark",
    }  # fmt: skip
    answer = as_amara.post("/en/settings/", values)

    assert answer["Location"].startswith("/ar/")
    assert answer.cookies["theme"].value == "dark"
    page = as_amara.get("/ar/settings/").content.decode()
    assert 'dir="rtl"' in page
    assert 'data-theme="dark"' in page


def test_a_key_is_shown_once_and_can_be_revoked(as_amara):
    page = as_amara.post("/en/settings/keys/", {"name": "my script", "days": "30"}).content.decode()
    text = re.search(r"tw_[\w-]{20,}", page)[0]

    assert text not in as_amara.get("/en/settings/keys/").content.decode()
    assert keys.live_token(text, NOON)
    row = PersonalToken.objects.get()
    as_amara.post(reverse("accounts:revoke_token", args=[row.id]))
    assert keys.live_token(text, NOON) is None


def test_organizations_are_made_switched_and_never_those_of_others(as_amara, make, amara):
    values = {
        "kind": "company", "display_name": "Okafor Studio", "country": "NG", "time_zone": "Africa/Lagos",
        "currency": "USD", "works": "on",
    }  # fmt: skip
    as_amara.post("/en/organizations/new/", values)
    user = amara.memberships.get().user
    studio = Organization.objects.get(display_name="Okafor Studio")
    assert actors.actor_for(User.objects.get(id=user.id)).organization_id == studio.id

    as_amara.post("/en/organizations/switch/", {"organization": str(amara.id)})
    assert actors.actor_for(User.objects.get(id=user.id)).organization_id == amara.id
    assert as_amara.post("/en/organizations/switch/", {"organization": str(make.employer().id)}).status_code == 403


def test_an_invitation_is_accepted_by_the_one_it_was_sent_to(as_amara, client, make, amara):
    page = as_amara.post(
        reverse("accounts:invite", args=[amara.id]), {"email": "chidi@example.org", "role": "member"}, follow=True
    )
    assert "chidi@example.org" in page.content.decode()
    token = _token_of(MembershipInvitation.objects.get())

    client.force_login(make.user("Somebody Else"))
    assert client.post(reverse("accounts:accept_invitation", args=[token])).status_code == 403
    chidi = make.user("Chidi", email="chidi@example.org")
    client.force_login(chidi)
    client.post(reverse("accounts:accept_invitation", args=[token]))
    assert Membership.objects.get(user=chidi, organization=amara).role == "member"
    chidi.refresh_from_db()
    assert chidi.last_organization == amara, "read with the session from then on"


def _token_of(invitation: MembershipInvitation) -> str:
    from apps.outbox.models import Event

    events = [event for event in Event.objects.all() if str(invitation.id) in str(event.payload)]
    return events[0].payload["token"]


def test_the_last_owner_stays(as_amara, amara):
    membership = amara.memberships.get()
    page = as_amara.post(reverse("accounts:remove_member", args=[membership.id]), follow=True)

    assert "at least one owner" in page.content.decode()
    assert Membership.objects.filter(id=membership.id).exists()


def test_members_of_others_are_not_found(as_amara, make):
    other = make.employer().memberships.get()
    assert as_amara.post(reverse("accounts:remove_member", args=[other.id])).status_code == 404


def test_people_are_found_by_country_language_and_word(client, make):
    freelancer = make.freelancer("Li Wei", country="CN", currency="CNY")
    profiles.update_profile(
        organization_id=freelancer.id,
        actor=make.actor(freelancer),
        now=NOON,
        changes={"headline": "电商设计"},
        languages={"zh": "native"},
    )
    make.freelancer("Amara")

    for query in ("country=CN", "language=zh", "q=电商", "q=li+wei"):
        page = client.get(f"/en/people/?{query}").content.decode()
        assert "Li Wei" in page, query
        assert "Amara" not in page, query


def test_the_list_of_people_costs_the_same_for_two_and_for_ten(client, make, django_assert_max_num_queries):
    for _ in range(10):
        make.freelancer()
    with django_assert_max_num_queries(12):
        client.get("/en/people/")


def test_a_broken_cursor_shows_the_first_page(client, make):
    make.freelancer("Amara")
    assert "Amara" in client.get("/en/people/?cursor=%%%").content.decode()


def test_no_page_carries_inline_script_or_style(as_amara, amara):
    for path in ("/en/people/", amara.get_absolute_url(), "/en/settings/profile/", "/en/accounts/2fa/"):
        page = as_amara.get(path).content.decode()
        assert " style=" not in page, path
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page), path
        assert not re.search(r"\son\w+=", page), path


@pytest.mark.parametrize("words", ["%25", "_", "'; drop table", "%F0%9F%98%80", "x" * 5000])
def test_no_words_break_the_search_for_people(client, make, words):
    make.freelancer("Amara")
    assert client.get(f"/en/people/?q={words}&country=%25&language={words}").status_code == 200


@pytest.mark.parametrize("forged", [["s", "x", "0"], ["s", "x", "00000000-0000-7000-8000-000000000000"], ["i", 5, "x"]])
def test_a_forged_cursor_shows_the_first_page(client, make, forged):
    make.freelancer("Amara")
    cursor = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    assert "Amara" in client.get(f"/en/people/?cursor={cursor}").content.decode()
