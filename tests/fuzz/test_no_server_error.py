"""
Every page and endpoint, asked by a stranger, a freelancer, an employer and staff, with odd values: never a 5xx.

The suite asks a few hundred times. For many: FUZZ_REQUESTS=10000 FUZZ_SEED=7 make test ARGS=tests/fuzz
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from tests.fuzz.engine import fuzz

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "400"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _quiet():
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def _known() -> dict[str, list[str]]:
    """Ids of rows that exist, by the parameter's name that such rows usually have, and all together."""
    result: dict[str, list[str]] = defaultdict(list)
    for model in apps.get_models():
        if model._meta.app_config is None or not model.__module__.startswith("apps."):
            continue
        if model._meta.pk is None or model._meta.pk.get_internal_type() != "UUIDField":
            continue
        ids = [str(key) for key in model._default_manager.order_by("pk").values_list("pk", flat=True)[:20]]
        result[f"{model._meta.model_name}_id"] += ids
        result["uuid"] += ids[:5]
    result["handle"] = list(apps.get_model("accounts.Organization").objects.values_list("handle", flat=True)[:10])
    result["currency"] = ["EUR", "USD", "JPY", "XXX", "eur"]
    result["subject_type"] = ["task", "bid", "message", "profile", "review"]
    return result


@pytest.mark.usefixtures("_quiet")
def test_no_request_is_a_server_error(make):
    make.now = timezone.now()
    task = make.task()
    make.task(status="draft")
    make.bid(task=task)
    bid = make.bid(task=task)
    contract = make.contract(status="active")
    make.milestone(contract=contract, bid=contract.bid, status="funded")
    people = {"stranger": Client()}
    for role, organization in (
        ("freelancer", contract.freelancer), ("employer", contract.employer), ("bidder", bid.bidder), ("poster", task.employer),
    ):  # fmt: skip
        people[role] = Client()
        people[role].force_login(organization.memberships.first().user)
    people["staff"] = Client()
    people["staff"].force_login(make.staff())

    run = fuzz(people, _known(), requests=REQUESTS, seed=SEED)

    assert run.count >= REQUESTS
    assert run.statuses[200] > run.count // 10
    assert not run.failures, "\n".join(run.failures[:20]) + f"\n{len(run.failures)} of {run.count}: {run.statuses}"
