"""
Asks every page and every endpoint with values that people and programs should not send, and wants no 5xx.

The fields of forms are read from the pages themselves, those of the API from its own description; ids are those of rows
that exist, or of none. One seed gives one sequence.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from tests.addresses import Address, addresses, filler

TEXTS = [
    "", " ", "a", "0", "-1", "1", "yes", "on", "2026-11-30", "2026-11-30T10:00", "0001-01-01T00:00", "9999-12-31T23:59",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "10000-01-01", "2026-13", "9999-12", "0000-00", "9" * 20,
    "9" * 400, "-" + "9" * 20, "1e400", "NaN", "Infinity", "-0", "0.001", "1,5", "٣", "½", "²", "a\0b", "\0", "\x01", "\x0b",
    "\ufffe", "\u202e", "\u200b", "🙂" * 50, "x" * 10_000, "%", "_", "\\", "'", '"', "';--", "<script>", "{{7*7}}", "%s%n",
    "../../etc/passwd", "EUR", "XXX", "eur", "DE", "en", "zh-hans", "null", "[]", "{}", "true", "owner", "fixed", "public",
    "019a0000-0000-7000-8000-000000000001", "not-a-uuid", "W10", "WyJuIixudWxsLDVd", "a e i o u", "a " * 500, "\r\nX: y",
    "user@example.org", "user@bücher.example", "http://", "javascript:alert(1)", "https://example.org/" + "a" * 3000,
]  # fmt: skip
ODD_JSON: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**40, 0.1, 1e308, [], {}, [[]], [None], {"a": {}},
    {"amount_minor": 10**15, "currency": "EUR"}, {"amount_minor": 2**63, "currency": "EUR"}, {"amount_minor": 1},
    {"amount_minor": "x", "currency": 5}, {"amount_minor": -1, "currency": "XXX"}, ["a"] * 200,
]  # fmt: skip
RAW_JSON = [
    b"", b"{", b"null", b"[]", b'"x"', b"5", b"[" * 50_000, b'{"a":' * 50_000, b"\xff\xfe", b'{"a":NaN}', b'{"a":1e400}',
    b'{"a":"\\u0000"}', b'{"a":"\\ud83d"}', b"9" * 10_000,
]  # fmt: skip
_INPUT = re.compile(r"<(?:input|select|textarea|button)\b[^>]*?\bname=\"([^\"]+)\"", re.IGNORECASE)
_VALUE = re.compile(r"<input\b[^>]*?\bname=\"([^\"]+)\"[^>]*?\bvalue=\"([^\"]*)\"", re.IGNORECASE)
QUERY_NAMES = [
    "q", "cursor", "category", "language", "skill", "skills", "sort", "budget_from", "budget_to", "posted", "window",
    "country", "availability", "year", "kind", "month", "night", "before", "page", "page_size", "limit", "status", "next",
    "amount", "currency", "offered", "name", "freelancer_minor", "task_id", "case", "show", "as", "lang", "format",
]  # fmt: skip


@dataclass
class Run:
    """What was answered: how often each status, and each request that was answered with a 5xx or an error."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.statuses.values())


def fuzz(people: Mapping[str, Client], known_values: Mapping[str, list[str]], *, requests: int, seed: int) -> Run:
    """
    :param people: by role; each browser is logged in already.
    :param known: ids that exist, by the name of an address's parameter or its kind ("uuid").
    """
    chance, run = random.Random(seed), Run()
    fields = _fields_of_the_api()
    turns = _turns(chance)
    for client in people.values():
        client.raise_request_exception = False
    while run.count < requests:
        address = next(turns)
        who, client = chance.choice(list(people.items()))
        path = address.filled(filler(known_values, chance))
        method, options = _request(address, path, client, fields, chance, known_values, run)
        _ask(run, who, client, method, path, options)
    return run


def _turns(chance: random.Random) -> Iterator[Address]:
    every = [address for address in addresses() if "logout" not in address.route and "/livez" not in address.route]
    while True:
        chance.shuffle(every)
        yield from every


def _ask(run: Run, who: str, client: Client, method: str, path: str, options: dict[str, Any]) -> Any:
    try:
        response = client.generic(method, path, **options)
        if getattr(response, "streaming", False):
            b"".join(response)  # type: ignore[call-overload]
    except Exception as error:  # the test client lets some through that a server would answer
        run.statuses[599] += 1
        run.failures.append(f"{who} {method} {path[:200]} {str(options)[:300]}: {type(error).__name__}: {error}"[:900])
        return None
    run.statuses[response.status_code] += 1
    if response.status_code >= 500 and not _is_outage(response):
        run.failures.append(f"{who} {method} {path[:200]} {str(options)[:600]}: {response.status_code}")
    return response


def _is_outage(response: Any) -> bool:
    """The payment processor of a test does not run: its silence is answered with 503 and said so."""
    return response.status_code == 503 and "outside service" in response.content.decode("utf-8", "replace")


def _request(
    address: Address, path: str, client: Client, fields: Mapping[str, list[str]], chance: random.Random,
    known_values: Mapping[str, list[str]], run: Run,
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    kind = chance.random()
    if kind < 0.45:
        names = chance.sample(QUERY_NAMES, chance.randint(0, 4))
        query = urlencode([(name, _text(chance, known_values)) for name in names], errors="replace")
        return chance.choice(["GET", "GET", "GET", "HEAD"]), {"QUERY_STRING": query}
    if kind < 0.48:
        return chance.choice(["OPTIONS", "DELETE", "PUT", "PATCH", "BREW"]), {}
    if address.is_api:
        method = chance.choice(["POST", "POST", "PUT", "PATCH", "DELETE"])
        if chance.random() < 0.15:
            body = chance.choice(RAW_JSON)
        else:
            names = fields.get(address.route) or ["title", "text", "amount", "id"]
            body = json.dumps({name: _json(chance, known_values) for name in names if chance.random() < 0.9}).encode()
        options = {"data": body, "content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": str(chance.random())}
        return method, options
    return "POST", _form(path, client, chance, known_values, run)


def _form(
    path: str, client: Client, chance: random.Random, known_values: Mapping[str, list[str]], run: Run
) -> dict[str, Any]:  # fmt: skip
    """The page's own fields, most as the page filled them, some with odd values."""
    page = _ask(run, "form", client, "GET", path, {})
    html = ""
    if page is not None and page.status_code == 200 and not page.streaming and "html" in page.get("Content-Type", ""):
        html = page.content.decode()
    values = dict(_VALUE.findall(html))
    names = list(dict.fromkeys(_INPUT.findall(html))) or ["name", "query", "reason", "note", "text", "answer", "step"]
    filled = {
        name: values[name] if name in values and chance.random() < 0.4 else _text(chance, known_values)
        for name in names
        if chance.random() < 0.95
    }
    body = urlencode(filled, errors="replace").encode()
    return {"data": body, "content_type": "application/x-www-form-urlencoded"}


def _text(chance: random.Random, known_values: Mapping[str, list[str]]) -> str:
    if chance.random() < 0.15 and known_values.get("uuid"):
        return chance.choice(known_values["uuid"])
    return chance.choice(TEXTS)


def _json(chance: random.Random, known_values: Mapping[str, list[str]]) -> Any:
    return chance.choice(ODD_JSON) if chance.random() < 0.5 else _text(chance, known_values)


def _fields_of_the_api() -> dict[str, list[str]]:
    """By route, every field that any method of it takes."""
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    components = schema["components"]["schemas"]
    result: dict[str, list[str]] = {}
    for route, methods in schema["paths"].items():
        names: dict[str, None] = {}
        for method in methods.values():
            body = method.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            names |= dict.fromkeys(components.get(body.get("$ref", "").rpartition("/")[2], {}).get("properties", {}))
        result[route] = list(names)
    by_shape = {re.sub(r"{\w+}", "*", route): names for route, names in result.items()}
    return {
        address.route: by_shape.get(re.sub(r"<[^>]+>", "*", address.route), []) for address in addresses() if address.is_api
    }  # fmt: skip
