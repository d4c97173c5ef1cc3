"""HEAD is answered like GET wherever GET is."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.addresses import addresses

pytestmark = pytest.mark.django_db


def test_a_page_that_takes_get_takes_head():
    seen = 0
    for address in addresses():
        response = Client().generic("BREW", address.filled())
        allowed = set(response.headers.get("Allow", "").replace(" ", "").split(","))
        if "GET" in allowed:
            seen += 1
            assert "HEAD" in allowed, address.route
    assert seen > 40


@pytest.mark.parametrize(
    "address", ["/en/", "/en/tasks/", "/en/people/", "/en/help/", "/en/transparency/", "/livez", "/readyz",
                "/en/accounts/login/", "/api/v1/people/"],
)  # fmt: skip
def test_head_is_get_without_a_body(client, address):
    result, head = client.get(address), client.head(address)
    assert head.status_code == result.status_code == 200
    assert not head.content
    assert head["Content-Type"] == result["Content-Type"]
