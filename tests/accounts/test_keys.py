"""Keys to the API: for one organization or for nobody, within their scopes, and not for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts import policies, rules
from apps.accounts.models import AccessEvent, Membership, PersonalToken
from apps.accounts.operations import keys, members
from apps.accounts.queries import actors
from tests.conftest import prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def key(make, organization, role="owner", scopes=("messages", "work", "money")) -> APIClient:
    actor = make.actor(organization, role)
    user = Membership.objects.get(organization=organization, user_id=actor.user_id).user
    _row, text = keys.create_token(user=user, actor=actor, name="robot", scopes=scopes, expires_at=None, now=make.now)
    return APIClient(headers={"Authorization": f"Bearer {text}"})


def test_a_key_ends_with_the_membership_and_never_acts_for_another_organization(make):
    firm = make.employer()
    manager = make.member(firm, "manager")
    make.organization("Own", owner=manager)
    robot = key(make, firm, "manager")
    assert robot.get("/api/v1/me/").json()["organization"] == str(firm.id)

    membership = Membership.objects.get(user=manager, organization=firm)
    members.remove_member(membership_id=membership.id, actor=make.actor(firm), now=make.now)

    assert robot.get("/api/v1/me/").status_code == 401
    assert PersonalToken.objects.get().revoked_at == make.now


def test_a_key_whose_membership_went_in_any_other_way_acts_for_nobody(make):
    firm = make.employer()
    manager = make.member(firm, "manager")
    make.organization("Own", owner=manager)
    robot = key(make, firm, "manager")

    Membership.objects.filter(user=manager, organization=firm).delete()

    assert robot.get("/api/v1/me/").status_code == 401


def test_a_key_sees_the_members_of_its_own_organization_alone(make):
    firm = make.employer()
    manager = make.member(firm, "manager")
    own = make.organization("Own", owner=manager)
    robot = key(make, firm, "manager")

    assert robot.get(f"/api/v1/organizations/{firm.id}/members/").status_code == 200
    assert robot.get(f"/api/v1/organizations/{own.id}/members/").status_code == 404
    assert robot.get(f"/api/v1/organizations/{own.id}/invitations/").status_code == 404
    assert [item["id"] for item in robot.get("/api/v1/organizations/").json()] == [str(firm.id)]
    assert robot.post(f"/api/v1/organizations/{own.id}/act-for/").json()["code"] == "not_by_key"


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ((), set()),
        (("messages",), {"message"}),
        (("work",), {"settings", "revision"}),
        (("money",), {"approve", "invite"}),
        (("work", "money"), {"settings", "revision", "approve", "invite"}),
    ],
)
def test_a_key_does_what_its_scopes_say_and_nothing_else(make, scopes, allowed):
    milestone = make.milestone(status="delivered")
    contract = milestone.contract
    robot = key(make, contract.employer, scopes=scopes)
    part = {"amount": {"amount_minor": 100, "currency": "EUR"}}
    calls = {
        "message": ("post", f"/api/v1/contracts/{contract.id}/messages/", {"text": "Hello"}),
        "settings": ("patch", "/api/v1/me/", {"display_name": "Robot"}),
        "approve": ("post", f"/api/v1/milestones/{milestone.id}/approve/", part),
        "invite": ("post", f"/api/v1/organizations/{contract.employer_id}/invitations/",
                   {"email": "x@example.org", "role": "viewer"}),
    }  # fmt: skip

    assert robot.get("/api/v1/me/").status_code == 200
    for name, (method, path, body) in calls.items():
        answer = getattr(robot, method)(path, body, headers={"Idempotency-Key": name})
        if name in allowed:
            assert answer.status_code in (200, 201), (name, answer.json())
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), name


def api_views() -> set[type]:
    return {pattern.callback.cls for pattern in _patterns(get_resolver("marketplace.api_urls"))}


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        else:
            yield pattern


def test_every_endpoint_names_the_scope_that_writing_needs():
    scopes = {view: getattr(view, "key_scope", "") or rules.scope_of_area(view.__module__) for view in api_views()}
    assert len(scopes) > 100
    assert {view.__module__ for view, scope in scopes.items() if scope not in rules.KeyScope} == set()
    money = {"payments", "payouts", "treasury", "escrow", "spending", "invoicing"}
    of_money = {scope for view, scope in scopes.items() if view.__module__.split(".")[1] in money}
    assert of_money == {rules.KeyScope.MONEY}
    assert rules.scope_of_area("apps.unheard_of.api.views") not in rules.KeyScope


def test_a_key_never_does_more_than_the_role_of_its_person(make):
    milestone = make.milestone(status="delivered")
    robot = key(make, milestone.contract.employer, "member")
    answer = robot.post(f"/api/v1/milestones/{milestone.id}/approve/", {"all": True}, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")  # no other key would do


def test_a_key_of_staff_is_no_key_to_the_staffs_endpoints(make):
    staff = make.staff()
    make.organization("Own", owner=staff)
    robot_owner = actors.actor_for(staff, has_fresh_login=True)
    _row, text = keys.create_token(
        user=staff, actor=robot_owner, name="r", scopes=["money"], expires_at=None, now=make.now
    )
    robot = APIClient(headers={"Authorization": f"Bearer {text}"})
    assert robot.get("/api/v1/treasury/").status_code == 403


def test_ten_keys_are_the_most_and_each_is_recorded(make):
    firm = make.employer()
    for _ in range(keys.KEYS_MAX):
        key(make, firm)
    with pytest.raises(keys.TooManyKeys):
        key(make, firm)
    PersonalToken.objects.filter(id=PersonalToken.objects.first().id).update(expires_at=make.now - timedelta(days=1))
    key(make, firm)
    assert AccessEvent.objects.filter(action="accounts.key_made").count() == keys.KEYS_MAX + 1


def test_an_unknown_scope_and_a_stale_login_are_refused(make):
    firm = make.employer()
    with pytest.raises(keys.ScopeUnknown):
        key(make, firm, scopes=["everything"])
    stale = actors.actor_for(firm.memberships.get().user, firm.id)
    with pytest.raises(policies.FreshLoginNeeded):
        keys.create_token(
            user=firm.memberships.get().user, actor=stale, name="x", scopes=[], expires_at=None, now=make.now
        )


@pytest.mark.parametrize(("wish", "left"), [({}, 1), ({"end_keys": "on"}, 0)])
def test_a_new_password_ends_the_keys_where_one_wants_it(client, make, wish, left):
    firm = make.employer()
    key(make, firm)
    user = firm.memberships.get().user
    client.force_login(user)
    prove(client, user)
    words = {"oldpassword": "correct horse battery", "password1": "violet river lamp", "password2": "violet river lamp"}

    answer = client.post(reverse("account_change_password"), words | wish)

    assert answer.status_code == 302
    assert PersonalToken.objects.filter(revoked_at=None).count() == left
