"""A person has a name, and what they act for may have another: who is spoken of where."""

import pytest

from apps.accounts.models import Organization, User
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "display_name": "Amara Okafor", "email": "amara@example.org", "password1": "violet river lamp",
    "password2": "violet river lamp", "country": "NG", "purpose": "both",
}  # fmt: skip
SETTINGS = {"language": "en", "time_zone": "Africa/Lagos", "display_currency": "NGN", "theme": "", "legal_name": ""}


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    from django.core.cache import cache

    cache.clear()


def _names(user: User) -> tuple[str, str, str]:
    user.refresh_from_db()
    own = Organization.objects.get(memberships__user=user)
    return user.display_name, own.display_name, own.kind


def test_who_signs_up_alone_acts_under_their_own_name(client):
    client.post("/en/accounts/signup/", SIGN_UP)

    assert _names(User.objects.get()) == ("Amara Okafor", "Amara Okafor", "individual")


def test_who_signs_up_for_a_company_keeps_a_name_of_their_own(client):
    client.post("/en/accounts/signup/", SIGN_UP | {"organization_name": "Okafor Studio"})

    assert _names(User.objects.get()) == ("Amara Okafor", "Okafor Studio", "company")


def test_a_company_name_that_cannot_be_seen_is_refused(client):
    answer = client.post("/en/accounts/signup/", SIGN_UP | {"organization_name": "\u200b\u200b"})

    assert not User.objects.exists()
    assert "Please check these points" in answer.content.decode()


def test_settings_rename_a_person_and_the_one_that_acts_under_that_name(client, make):
    user = make.freelancer("Amara Okafor").memberships.get().user
    client.force_login(user)

    client.post("/en/settings/", SETTINGS | {"display_name": "Amara Obi", "organization_name": ""})

    assert _names(user) == ("Amara Obi", "Amara Obi", "individual")


def test_settings_give_a_company_a_name_and_leave_the_persons_alone(client, make):
    user = make.freelancer("Amara Okafor").memberships.get().user
    client.force_login(user)

    client.post("/en/settings/", SETTINGS | {"display_name": "Amara Okafor", "organization_name": "Okafor Studio"})

    assert _names(user) == ("Amara Okafor", "Okafor Studio", "company")


def test_a_company_keeps_its_name_when_its_owner_takes_another(client, make):
    studio = make.employer("Okafor Studio", owner=make.user("Okafor Studio"))
    user = studio.memberships.get().user
    client.force_login(user)
    page = client.get("/en/settings/").content.decode()

    client.post("/en/settings/", SETTINGS | {"display_name": "Amara Okafor", "organization_name": "Okafor Studio"})

    assert 'value="Okafor Studio"' in page
    assert _names(user) == ("Amara Okafor", "Okafor Studio", "company")
    missing = client.post("/en/settings/", SETTINGS | {"display_name": "Amara Okafor", "organization_name": ""})
    assert missing.status_code == 422


def test_a_member_without_the_right_is_not_offered_the_organizations_name(client, make):
    studio = make.employer("Okafor Studio")
    client.force_login(make.member(studio, "member"))

    assert "organization_name" not in client.get("/en/settings/").content.decode()
    client.post("/en/settings/", SETTINGS | {"display_name": "Bisi", "organization_name": "Mine now"})

    studio.refresh_from_db()
    assert studio.display_name == "Okafor Studio"


def test_a_room_says_which_person_wrote_and_for_whom(client, make):
    from apps.messaging import operations as messaging

    contract = make.contract(status="active")
    employer = contract.employer
    employer.display_name = "Okafor Studio"
    employer.save()
    member = employer.memberships.get().user
    member.display_name = "Amara Okafor"
    member.save()
    messaging.send(
        contract_id=contract.id, text="Hello", source_language="en", files=[], actor=make.actor(employer), now=NOON
    )
    client.force_login(contract.freelancer.memberships.get().user)

    page = client.get(contract.get_absolute_url()).content.decode()

    place = page.index("Hello")
    texts = page[page.rindex("Amara Okafor", 0, place) : place]
    assert "Okafor Studio" in texts


def test_home_greets_the_person(client, make):
    studio = make.employer("Okafor Studio", owner=make.user("Amara Okafor"))
    client.force_login(studio.memberships.get().user)

    page = client.get("/en/").content.decode()

    assert "Welcome, Amara Okafor" in page
    assert "acting for" in page
