"""What nobody sends by accident is refused at the edge, on pages, in forms and on the API; it is never an error."""

from __future__ import annotations

import base64
import json

import pytest
from rest_framework.test import APIClient

from apps.common import fmt, keyset, text
from apps.common.api.pagination import KeysetPagination

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara(make):
    return make.freelancer("Amara Okafor")


@pytest.fixture
def api(amara):
    client = APIClient()
    client.force_login(amara.memberships.get().user)
    return client


@pytest.mark.parametrize(
    "address",
    [
        "/en/tasks/?category=a%00b", "/en/tasks/?language=%00", "/en/tasks/?%00=1", "/en/people/?q=%1F", "/en/%00/",
        "/en/people/%00/", "/api/v1/people/?q=%00", "/api/v1/tasks/?category=%00", "/en/accounts/login/?next=%00",
    ],
)  # fmt: skip
def test_control_characters_in_an_address_are_a_bad_request(client, address):
    response = client.get(address)
    assert response.status_code == 400
    assert ("problem+json" in response["Content-Type"]) == address.startswith("/api/")


def test_control_characters_in_a_cookie_are_a_bad_request(client):
    client.cookies["sessionid"] = '"\\000' + "a" * 20 + '"'
    assert client.get("/en/", headers={"Cookie": 'sessionid="\\000aaaaaaaaaaaa"'}).status_code == 400


def test_control_characters_in_a_form_are_a_bad_request(client, amara):
    client.force_login(amara.memberships.get().user)
    for fields in ({"name": "a\0b"}, {"name": "x", "query": "\x01"}, {"n\0": "1"}):
        assert client.post("/en/tasks/searches/", fields).status_code == 400
    assert client.post("/en/tasks/searches/", {"name": "line\x0bbreak", "query": "q=a"}).status_code == 302


@pytest.mark.parametrize("charset", ["rot13", "base64", "hex", "idna", "undefined", "no-such"])
def test_an_encoding_that_is_none_of_text_is_a_bad_request(client, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.generic("POST", "/en/accounts/login/", b"login=a", content_type=kind).status_code == 400


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("address", ["/api/v1/tasks/", "/api/v1/skills-from-text/", "/api/v1/organizations/"])
def test_bottomless_json_is_a_bad_request(api, address, opening):
    closing = "]" if opening == "[" else "}"
    for deep in (opening * 100_000, opening * 3000 + "1" + closing * 3000, opening * 80 + "1" + closing * 80):
        response = api.post(address, data=deep, content_type="application/json")
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [r'{"title":"a\u0000b"}', r'{"title":"\ud83d"}', r'{"\u0001":1}', '{"a":NaN}', "\xff"])
def test_json_that_no_column_can_hold_is_a_bad_request(api, body):
    assert api.post("/api/v1/tasks/", data=body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    ("send", "status"),
    [
        (lambda api: api.post("/api/v1/tasks/", data="x", content_type="text/plain"), 415),
        (lambda api: api.delete("/api/v1/tasks/"), 405),
    ],
)
def test_the_title_of_a_refusal_has_no_placeholders(api, send, status):
    answer = send(api)
    assert answer.status_code == status
    assert "{" not in answer.json()["title"] + answer.json()["detail"]


def _cursor(*parts):
    return base64.urlsafe_b64encode(json.dumps(list(parts)).encode()).decode().rstrip("=")


ID = "019a0000-0000-7000-8000-000000000000"
FORGED = [
    _cursor("n", None, 5), _cursor("t", "9999-12-31T23:59:59-23:59", ID), _cursor("t", "0001-01-01T00:00:00+23:59", ID),
    _cursor("t", "2026-01-01T00:00:00", ID), _cursor("i", 2**63, ID), _cursor("i", True, ID), _cursor("s", "a\0", ID),
    _cursor("s", "\ud800", ID), _cursor([], 1, ID), _cursor("i", 1, ID, 4), _cursor("x", 1, ID), "%%", "é",
    base64.urlsafe_b64encode(b"[" * 400).decode(), base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    _cursor("t", 5, ID), _cursor("i", 1, "not-a-key"), base64.urlsafe_b64encode(b"p=zzz").decode(),
    base64.urlsafe_b64encode(b"p=%00").decode(), base64.urlsafe_b64encode(b"o=99999999999&r=1&p=1").decode(),
    base64.urlsafe_b64encode(b"p=9999-12-31T23:59:59-23:59").decode(),
]  # fmt: skip


@pytest.mark.parametrize("cursor", FORGED)
def test_a_forged_cursor_is_the_first_page(api, amara, cursor):
    for address in ("/en/people/", "/en/tasks/", "/en/contracts/", "/api/v1/people/", "/api/v1/tasks/",
                    "/api/v1/notifications/"):  # fmt: skip
        assert api.get(address, {"cursor": cursor}).status_code == 200


def test_every_list_pages_by_a_checked_cursor():
    from rest_framework.generics import ListAPIView

    seen, waiting = set(), [ListAPIView]
    while waiting:
        for view in waiting.pop().__subclasses__():
            waiting.append(view)
            seen.add(view)
    ours = [view for view in seen if view.__module__.startswith("apps.")]
    assert ours
    assert all(view.pagination_class is None or issubclass(view.pagination_class, KeysetPagination) for view in ours)


def test_a_cursor_of_ours_leads_on(make):
    from apps.accounts.models import Profile

    for _number in range(3):
        make.freelancer()
    first = keyset.page(Profile.objects.all(), order="-updated_at", size=2)
    second = keyset.page(Profile.objects.all(), order="-updated_at", size=2, cursor=first.next_cursor)
    assert len({item.pk for item in [*first, *second]}) == 3


def test_what_json_cannot_be_stored_is_replaced():
    values = {"a\0": ["\ud83d", float("nan"), float("-inf"), {"b": "x\x01y"}], "n": 5, "none": None}
    clean = text.without_control(values)
    assert clean == {"a\ufffd": ["\ufffd", "nan", "-inf", {"b": "x\ufffdy"}], "n": 5, "none": None}
    json.dumps(clean, allow_nan=False)


@pytest.mark.parametrize("typed", ["9" * 20, "9" * 59, "-" + "9" * 20, "1" + "0" * 13, "9" * 500])
def test_a_number_beyond_every_amount_is_refused(typed):
    with pytest.raises(fmt.NumberTooLarge):
        fmt.parse_decimal(typed)
