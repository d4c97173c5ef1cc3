"""What changes where money goes or who may act asks who it is, on pages and in the API alike."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from apps.accounts.models import AccessEvent, Organization, PersonalToken
from apps.accounts.operations.keys import create_token
from apps.payouts.models import PayoutAccount
from apps.spending.models import SpendingRuleChange
from tests.conftest import prove

pytestmark = pytest.mark.django_db
ACCOUNT = {"currency": "USD", "holder_name": "Ada", "account_number": "000123456789", "is_automatic": True}


@pytest.fixture
def ada(make):
    organization = make.freelancer("Ada")
    make.payout_account(organization)
    return organization


@pytest.fixture
def owner(ada):
    return ada.memberships.get().user


def session(user, minutes_ago: float) -> APIClient:
    client = APIClient()
    client.force_login(user)
    prove(client, user, minutes_ago=minutes_ago)
    return client


CALLS = [
    ("put", "/api/v1/payout-account/", ACCOUNT),
    ("patch", "/api/v1/payout-account/", {"is_automatic": True}),
    ("post", "/api/v1/payout-account/onboarding/", {"currency": "USD", "holder_name": "Ada"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_the_api_answers_a_stale_session_with_a_code_and_changes_nothing(owner, method, path, body):
    before = list(PayoutAccount.objects.values())

    answer = getattr(session(owner, 16), method)(path, body)

    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")
    assert list(PayoutAccount.objects.values()) == before


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_session_of_the_last_minutes_may(owner, method, path, body):
    assert getattr(session(owner, 14), method)(path, body).status_code in (200, 201)


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_no_key_may_whatever_its_scopes(make, ada, owner, method, path, body):
    _row, text = create_token(
        user=owner, actor=make.actor(ada), name="all", scopes=["messages", "work", "money"], expires_at=None,
        now=make.now,
    )  # fmt: skip
    client = APIClient(headers={"Authorization": f"Bearer {text}"})

    answer = getattr(client, method)(path, body)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_by_key")


def test_what_was_posted_on_a_page_is_done_once_the_person_proved_who_they_are(client, ada, owner):
    client.force_login(owner)
    address = reverse("payouts:automatic")

    result = client.post(address, {"is_automatic": "yes"})

    assert "reauthenticate" in result.url
    assert not PayoutAccount.objects.get().is_automatic
    answer = client.post(result.url, {"password": "correct horse battery"})
    assert answer.status_code == 302
    assert PayoutAccount.objects.get().is_automatic


def test_a_key_is_not_made_on_a_stale_session_and_its_form_is_not_lost(client, owner):
    client.force_login(owner)
    result = client.post(reverse("accounts:tokens"), {"name": "script", "days": "30", "scopes": ["work"]})

    assert "reauthenticate" in result.url
    assert not PersonalToken.objects.exists()
    page = client.post(result.url, {"password": "correct horse battery"})
    assert "tw_" in page.content.decode()
    assert PersonalToken.objects.get().scopes == ["read", "work"]


def test_the_country_asks_and_other_fields_do_not(client, ada, owner):
    client.force_login(owner)
    address = reverse("accounts:edit_organization", args=[ada.id])
    form = {"kind": ada.kind, "display_name": "Ada & Co", "legal_name": "", "country": ada.country,
            "time_zone": ada.time_zone, "currency": ada.currency, "works": "on"}  # fmt: skip

    assert client.post(address, form).status_code == 302
    assert Organization.objects.get(id=ada.id).display_name == "Ada & Co"
    assert "reauthenticate" in client.post(address, form | {"country": "KP"}).url
    assert Organization.objects.get(id=ada.id).country == ada.country

    prove(client, owner)
    client.post(address, form | {"country": "GH"})
    assert Organization.objects.get(id=ada.id).country == "GH"
    change = AccessEvent.objects.get(action="accounts.country_changed")
    assert change.details == {"before": "NG", "after": "GH"}
    assert change.user_id == owner.pk


def test_second_factor_settings_ask_after_a_quarter_of_an_hour(client, owner):
    client.force_login(owner)
    prove(client, owner, minutes_ago=16)
    assert "reauthenticate" in client.get(reverse("mfa_activate_totp")).url
    prove(client, owner)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_lifting_a_limit_asks_and_setting_one_does_not(make):
    firm = make.employer()
    client = session(firm.memberships.get().user, 16)
    strict = {"approval_above_minor": 1000, "monthly_limit_minor": None, "member_limit_minor": None}

    assert client.put("/api/v1/spending/limits/", strict).status_code == 200
    lifted = client.put("/api/v1/spending/limits/", strict | {"approval_above_minor": None})

    assert (lifted.status_code, lifted.json()["code"]) == (403, "reauthentication_required")
    assert SpendingRuleChange.objects.count() == 1


def test_what_was_typed_is_carried_out_after_the_person_proved_who_they_are(client, owner, ada):
    """allauth keeps the request that had to wait: nothing has to be typed again."""
    owner.set_password("Correct-horse-7")
    owner.save()
    client.force_login(owner)
    prove(client, owner, minutes_ago=60)
    address = reverse("accounts:edit_organization", args=[ada.id])
    form = client.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"country": "PT"}

    result = client.post(address, typed)
    assert "/reauthenticate/" in result.url
    client.post(result.url, {"password": "Correct-horse-7"})

    assert Organization.objects.get(id=ada.id).country == "PT"
