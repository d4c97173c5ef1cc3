"""How many statements each page sends: no more than is written here, and no more with more rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.contracts.models import Contract
from apps.tasks.models import Question, Task
from tests.conftest import log_in

pytestmark = pytest.mark.django_db
# page: (address, who reads it, statements at the most: with what processes keep, and with nothing kept). Whole answers
# to strangers are kept in front of Django, where this test does not look.
PAGES: dict[str, tuple[str, str, int, int]] = {
    "task list, stranger": ("/en/tasks/", "", 2, 4),
    "task list, freelancer": ("/en/tasks/", "freelancer", 3, 7),
    "task list with filters": ("/en/tasks/?category=translation&language=en&q=guide", "freelancer", 3, 11),
    "task page, stranger": ("/en/tasks/{task}/", "", 4, 12),
    "task page, freelancer": ("/en/tasks/{task}/", "freelancer", 9, 17),
    "task page, employer": ("/en/tasks/{task}/", "employer", 10, 11),
    "people, stranger": ("/en/people/", "", 5, 7),
    "people, freelancer": ("/en/people/", "freelancer", 2, 9),
    "home, stranger": ("/en/", "", 0, 1),
    "home, freelancer": ("/en/", "freelancer", 10, 12),
    "home, employer": ("/en/", "employer", 9, 10),
    "my tasks": ("/en/tasks/mine/", "employer", 6, 6),
    "my bids": ("/en/bids/", "freelancer", 6, 6),
    "contracts": ("/en/contracts/", "freelancer", 6, 6),
    "contract room, employer": ("/en/contracts/{contract}/", "employer", 12, 12),
    "contract room, freelancer": ("/en/contracts/{contract}/", "freelancer", 12, 12),
    "money, freelancer": ("/en/money/", "freelancer", 12, 12),
    "money, employer": ("/en/money/", "employer", 12, 12),
    "notifications": ("/en/notifications/", "freelancer", 6, 6),
    "inbox": ("/en/messages/", "freelancer", 6, 6),
    "profile": ("/en/people/{employer}/", "freelancer", 12, 12),
    "API list": ("/api/v1/tasks/", "", 3, 3),
    "API task": ("/api/v1/tasks/{task}/", "", 3, 3),
}


class Market:
    def __init__(self, make: Any) -> None:
        make.now = timezone.now()
        self.make, self.employer, self.freelancer = make, make.employer(), make.freelancer()
        self.contract = self.add_contract()
        self.task, _another = self.add_task(), self.add_task()

    def add_task(self) -> Task:
        task: Task = self.make.task(employer=self.employer)
        asker = self.make.freelancer()
        Question.objects.create(task=task, asked_by=asker, asked_at=self.make.now, text="Which format?")
        return task

    def add_contract(self) -> Contract:
        task = self.make.task(employer=self.employer)
        contract: Contract = self.make.contract(bid=self.make.bid(task=task, bidder=self.freelancer))
        return contract

    def grow(self) -> None:
        for _ in range(4):
            self.add_task()
            self.add_contract()
            Question.objects.create(
                task=self.task, asked_by=self.make.freelancer(), asked_at=self.make.now, text="And when?"
            )

    def client(self, who: str) -> Client:
        return log_in(Client(), getattr(self, who)) if who else Client()


@pytest.fixture(params=["kept", "nothing kept"])
def market(request, make, settings):
    # A process that runs keeps names and rates in either case.
    settings.REFERENCE_MEMORY_SECONDS = 300
    settings.LIST_MEMORY_SECONDS = settings.STRANGER_PAGE_SECONDS = 60 if request.param == "kept" else 0
    return Market(make)


def statements(client: Client, path: str) -> list[str]:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_its_number_of_statements(market, name, settings):
    path, who, *limits = PAGES[name]
    most = limits[0 if settings.LIST_MEMORY_SECONDS else 1]
    client, path = (
        market.client(who),
        path.format(task=market.task.id, contract=market.contract.id, employer=market.employer.handle),
    )

    before = statements(client, path)
    market.grow()
    after = statements(client, path)

    assert len(before) <= most, "\n".join(sql[:200] for sql in before)
    assert len(after) <= len(before), "\n".join(sql[:200] for sql in after)
