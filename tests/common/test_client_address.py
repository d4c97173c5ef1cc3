"""Behind our proxies everybody is who they are, and nobody is whom they say."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from apps.common.middleware import ClientAddressMiddleware, network

pytestmark = pytest.mark.django_db


def _seen(rf, settings, proxies, **headers):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.2", **headers)
    seen = []
    ClientAddressMiddleware(lambda item: seen.append(item) or None)(request)
    assert not [name for name in request.META if "FORWARDED" in name or name.endswith("_IP")]
    return seen[0].META["REMOTE_ADDR"]


@pytest.mark.parametrize(
    ("proxies", "chain", "address"),
    [
        (0, "203.0.113.7", "10.0.0.2"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (2, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7:4711", "203.0.113.7"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "unknown", "10.0.0.2"),
        (1, "", "10.0.0.2"),
    ],
)
def test_the_last_that_our_proxies_added_counts(rf, settings, proxies, chain, address):
    assert _seen(rf, settings, proxies, HTTP_X_FORWARDED_FOR=chain, HTTP_X_REAL_IP="6.6.6.6") == address


def test_a_house_of_ipv6_is_one():
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2::5") != network("2001:db8:1:3::5")
    assert network("203.0.113.7") == "203.0.113.7"
    assert network("") == ""


@pytest.fixture
def _low(monkeypatch):
    from rest_framework.throttling import AnonRateThrottle

    monkeypatch.setattr(AnonRateThrottle, "rate", "3/min", raising=False)
    cache.clear()


@pytest.mark.usefixtures("_low")
def test_an_invented_address_lifts_no_limit_of_the_api(settings):
    settings.TRUSTED_PROXIES = 1
    real = f"198.51.100.{uuid4().int % 250}"
    codes = [
        APIClient().get("/api/v1/people/", headers={"X-Forwarded-For": f"6.6.{number}.1, {real}"}).status_code
        for number in range(5)
    ]
    assert codes == [200, 200, 200, 429, 429]
    neighbour = APIClient().get("/api/v1/people/", headers={"X-Forwarded-For": f"{real}, 198.51.100.251"})
    assert neighbour.status_code == 200


def test_wrong_passwords_from_one_address_lock_out_nobody_at_another(client, settings, make):
    cache.clear()
    settings.TRUSTED_PROXIES = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip", "login_failed": "3/m/ip"}
    user = make.user()

    def login(address, password):
        return client.post(
            "/en/accounts/login/", {"login": user.email, "password": password}, headers={"X-Forwarded-For": address}
        )

    for number in range(5):
        response = login(f"6.6.6.{number}, 198.51.100.9", "wrong")
    assert response.status_code == 429 or "too many" in response.content.decode().lower()
    assert login("198.51.100.9, 198.51.100.10", "correct horse battery").status_code == 302
