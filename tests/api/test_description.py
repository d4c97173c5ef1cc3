"""Every endpoint tried by the API's own description, as a stranger, a freelancer and an employer: never a 5xx."""

from __future__ import annotations

import os
from functools import cache
from zlib import crc32

import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from hypothesis import HealthCheck, given, seed, settings
from rest_framework.views import APIView
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from apps.accounts.operations import keys
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))


def token(make, organization) -> str:
    user = organization.memberships.get().user
    _row, text = keys.create_token(
        user=user,
        actor=make.actor(organization),
        name="description",
        scopes=["messages", "work", "money"],
        expires_at=None,
        now=NOON,
    )
    return text


def test_the_description_is_made_without_a_warning(tmp_path):
    """A warning is a name given twice, or a type that was guessed."""
    call_command("spectacular", file=str(tmp_path / "schema.yml"), validate=True, fail_on_warn=True)


@pytest.mark.parametrize("role", ["stranger", "freelancer", "employer"])
def test_no_endpoint_breaks_whatever_is_sent(make, role, monkeypatch):
    monkeypatch.setattr(APIView, "throttle_classes", [])  # a 429 would hide what the endpoint does
    make.now = timezone.now()
    contract = make.contract()
    headers = {}
    if role != "stranger":
        side = contract.freelancer if role == "freelancer" else contract.employer
        headers["Authorization"] = f"Bearer {token(make, side)}"
    for case, own_headers in cases():
        case.headers = {**own_headers, **headers}
        case.call_and_validate(checks=[not_a_server_error, status_code_conformance])
    assert len({case.operation.label for case, _ in cases()}) > 80


@cache
def cases() -> list[tuple[schemathesis.Case, dict[str, str]]]:
    """
    Examples for each operation, and the headers that each came with.

    They are the same for every role, since nothing of them is chosen by chance or by an answer: made once for all.
    """
    result = []
    # Asked without a network: the whole application answers, and no call pays for a thread and a new connection.
    description = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    for described in description.get_all_operations():
        operation = described.ok()

        @seed(crc32(operation.label.encode()))  # the same in every run, and not the same oddities for each operation
        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def keep(case: schemathesis.Case) -> None:
            result.append((case, dict(case.headers or {})))

        keep()
    return result
