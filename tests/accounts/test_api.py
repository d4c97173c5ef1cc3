import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.operations import keys, profiles
from apps.accounts.queries import actors
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara(make):
    return make.freelancer("Amara Okafor")


@pytest.fixture
def api(amara):
    client = APIClient()
    client.force_login(amara.memberships.get().user)
    return client


def test_me_tells_who_and_for_whom(api, amara):
    body = api.get("/api/v1/me/").json()

    assert body["organization"] == str(amara.id)
    assert [item["handle"] for item in body["organizations"]] == [amara.handle]


def test_me_needs_a_login():
    answer = APIClient().get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_settings_are_checked(api):
    assert api.patch("/api/v1/me/", {"time_zone": "Mars/Olympus"}).status_code == 400
    assert api.patch("/api/v1/me/", {"time_zone": "Africa/Lagos"}).json()["time_zone"] == "Africa/Lagos"


def test_a_profile_changes_with_skills_and_rate(api, amara):
    change = {"headline": "Retouching", "rate": {"amount_minor": 3500, "currency": "USD"}, "languages": [
        {"language": "en", "level": "native"}]}  # fmt: skip
    body = api.patch(f"/api/v1/organizations/{amara.id}/profile/", change).json()

    assert body["rate"] == {"amount_minor": 3500, "currency": "USD"}
    assert body["languages"] == [{"language": "en", "level": "native"}]


def test_another_ones_profile_is_not_found(api, make):
    other = make.freelancer()
    assert api.patch(f"/api/v1/organizations/{other.id}/profile/", {"headline": "Mine"}).status_code == 404


def test_a_viewer_may_not_change_it(make, amara):
    client = APIClient()
    client.force_login(make.member(amara, "viewer"))
    answer = client.patch(f"/api/v1/organizations/{amara.id}/profile/", {"headline": "Mine"})

    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


def test_an_unknown_skill_is_refused(api, amara):
    change = {"skills": [{"skill_id": "00000000-0000-7000-8000-000000000000", "level": 2}]}
    assert api.patch(f"/api/v1/organizations/{amara.id}/profile/", change).status_code == 400


def test_people_are_public_without_hidden_ones(make, amara):
    hidden = make.freelancer("Hidden")
    profiles.hide_profile(organization_id=hidden.id, reason_code="spam", actor=make.staff_actor(), now=NOON)

    names = [item["organization"]["display_name"] for item in APIClient().get("/api/v1/people/").json()["results"]]
    assert names == ["Amara Okafor"]
    assert APIClient().get(f"/api/v1/people/{hidden.handle}/").status_code == 404


def test_an_organization_is_made_and_its_country_checked(api):
    new = {"kind": "team", "display_name": "Two", "country": "XX", "currency": "USD", "time_zone": "Africa/Lagos"}
    assert api.post("/api/v1/organizations/", new).json()["code"] == "country_unknown"
    assert api.post("/api/v1/organizations/", new | {"country": "NG"}).status_code == 201


def test_members_are_invited_by_those_who_manage_them(api, make, amara):
    path = f"/api/v1/organizations/{amara.id}/invitations/"
    assert api.post(path, {"email": "chidi@example.org", "role": "member"}).status_code == 201
    client = APIClient()
    client.force_login(make.member(amara, "member"))
    assert client.post(path, {"email": "x@example.org", "role": "member"}).status_code == 403


def test_a_token_reads_and_writes_only_when_allowed(amara):
    user = User.objects.get(memberships__organization=amara)
    actor = actors.actor_for(user, amara.id, has_fresh_login=True)
    _row, text = keys.create_token(user=user, actor=actor, name="r", scopes=[], expires_at=None, now=NOON)
    client = APIClient(headers={"Authorization": f"Bearer {text}"})

    assert client.get("/api/v1/me/").status_code == 200
    assert client.patch("/api/v1/me/", {"display_name": "X"}).status_code == 403
