"""How often a password may be tried, by the limits that are set where nothing is overridden."""

from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    cache.clear()


def log_in(client, email, password, address):
    return client.post("/en/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address)


def is_refused(response) -> bool:
    return response.status_code == 429 or "too many" in response.content.decode().lower()


def test_an_account_takes_so_many_wrong_passwords_whatever_address_they_come_from(client, make):
    user, other = make.user(), make.user()

    answers = [log_in(client, user.email, f"wrong {number}", f"203.0.113.{number}") for number in range(6)]

    assert [is_refused(answer) for answer in answers] == [False] * 5 + [True]
    right = log_in(client, user.email, PASSWORD, "203.0.113.77")
    assert is_refused(right), "guessing must not go on until it succeeds"
    assert "_auth_user_id" not in client.session
    assert log_in(client, other.email, PASSWORD, "203.0.113.78").status_code == 302  # nobody else is held up


def test_an_address_that_does_not_exist_is_counted_and_answered_alike(client):
    email = f"{uuid4().hex}@example.org"
    answers = [log_in(client, email, "wrong", f"203.0.113.{number}") for number in range(6)]
    assert [is_refused(answer) for answer in answers] == [False] * 5 + [True]


def test_one_address_of_the_network_cannot_try_one_password_on_everybody(client):
    answers = [log_in(client, f"{uuid4().hex}@example.org", "summer2026", "203.0.113.5") for _number in range(11)]
    assert [is_refused(answer) for answer in answers] == [False] * 10 + [True]
    assert not is_refused(log_in(client, f"{uuid4().hex}@example.org", "summer2026", "203.0.113.6"))


def test_right_logins_use_up_no_tries(client, make):
    user = make.user()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    for number in range(8):
        assert log_in(client, user.email, PASSWORD, f"203.0.113.{number}").status_code == 302
        client.logout()
