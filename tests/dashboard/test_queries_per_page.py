"""How many statements each page sends: no more than is written here, and no more with more rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.contracts.models import Contract
from apps.messaging import operations as messaging
from apps.messaging.models import Message
from apps.saved import operations as saved
from apps.tasks import operations as tasks
from apps.tasks.models import Question, Task
from tests.conftest import log_in
from tests.contracts.changing import propose
from tests.frameworks.agreeing import call_off, in_force

pytestmark = pytest.mark.django_db
# page: (address, who reads it, statements at the most: with what processes keep, and with nothing kept). Whole answers
# to strangers are kept in front of Django, where this test does not look.
PAGES: dict[str, tuple[str, str, int, int]] = {
    "task list, stranger": ("/en/tasks/", "", 2, 5),
    "task list, freelancer": ("/en/tasks/", "freelancer", 4, 9),
    "task list with filters": ("/en/tasks/?category=translation&language=en&q=guide", "freelancer", 4, 13),
    "task page, stranger": ("/en/tasks/{task}/", "", 4, 12),
    "task page, freelancer": ("/en/tasks/{task}/", "freelancer", 10, 19),
    "task page, employer": ("/en/tasks/{task}/", "employer", 10, 11),
    "people, stranger": ("/en/people/", "", 5, 8),
    "people, freelancer": ("/en/people/", "freelancer", 2, 10),
    "home, stranger": ("/en/", "", 0, 1),
    "home, freelancer": ("/en/", "freelancer", 10, 12),
    "home, employer": ("/en/", "employer", 9, 10),
    "my tasks": ("/en/tasks/mine/", "employer", 6, 6),
    "my bids": ("/en/bids/", "freelancer", 6, 6),
    "contracts": ("/en/contracts/", "freelancer", 6, 6),
    "contract room, employer": ("/en/contracts/{contract}/", "employer", 12, 12),
    "contract room, freelancer": ("/en/contracts/{contract}/", "freelancer", 12, 12),
    "change form": ("/en/contracts/{contract}/change/", "employer", 12, 12),
    "change request": ("/en/contracts/changes/{change}/", "freelancer", 12, 12),
    "terms and versions": ("/en/contracts/{contract}/terms/", "employer", 12, 12),
    "framework agreements": ("/en/frameworks/", "freelancer", 6, 6),
    "framework agreement": ("/en/frameworks/{framework}/", "employer", 12, 12),
    "framework form": ("/en/frameworks/hire/{freelancer}/", "employer", 8, 8),
    "call-off form": ("/en/contracts/call-off/{framework}/", "employer", 12, 12),
    "bonus form": ("/en/contracts/{contract}/bonus/", "employer", 12, 12),
    "money, freelancer": ("/en/money/", "freelancer", 12, 12),
    "money, employer": ("/en/money/", "employer", 12, 12),
    "conversation": ("/en/messages/{conversation}/", "freelancer", 12, 12),
    "invitations": ("/en/tasks/invitations/", "freelancer", 6, 6),
    "invited people": ("/en/tasks/{task}/invitations/", "employer", 6, 6),
    "saved people": ("/en/saved/people/", "employer", 6, 6),
    "saved tasks": ("/en/saved/tasks/", "freelancer", 6, 6),
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
        self.change = propose(make, self.add_contract(), {0: {"days": 9}})
        self.framework = in_force(make, (self.employer, self.freelancer))
        call_off(make, self.framework, (1, "1"))
        self.task, _another = self.add_task(), self.add_task()
        self.conversation = self.add_message().conversation
        self.save_and_invite()

    def add_task(self) -> Task:
        task: Task = self.make.task(employer=self.employer)
        asker = self.make.freelancer()
        Question.objects.create(task=task, asked_by=asker, asked_at=self.make.now, text="Which format?")
        return task

    def add_contract(self) -> Contract:
        task = self.make.task(employer=self.employer)
        contract: Contract = self.make.contract(bid=self.make.bid(task=task, bidder=self.freelancer))
        return contract

    def add_message(self) -> Message:
        sender = self.make.actor(self.employer)
        return messaging.enquire(
            organization_id=self.freelancer.id, text="Hello", source_language="en", actor=sender, now=self.make.now
        )

    def save_and_invite(self) -> None:
        """The freelancer is invited to a new task and saves it; the employer saves somebody and invites them."""
        make, person = self.make, self.make.freelancer()
        task = make.task(employer=self.employer)
        by_employer, by_freelancer = make.actor(self.employer), make.actor(self.freelancer)
        for task_id, invited in ((task.id, self.freelancer), (self.task.id, person)):
            tasks.invite(task_id=task_id, organization_id=invited.id, actor=by_employer, now=make.now)
        user = User.objects.get(id=by_employer.user_id)
        saved.save_person(organization_id=person.id, user=user, actor=by_employer, now=make.now)
        user = User.objects.get(id=by_freelancer.user_id)
        saved.save_task(task_id=task.id, user=user, actor=by_freelancer, now=make.now)

    def grow(self) -> None:
        for _ in range(4):
            self.add_task()
            self.add_contract()
            call_off(self.make, self.framework, (1, "1"))
            in_force(self.make, (self.employer, self.make.freelancer()))
            self.save_and_invite()
            messaging.send_in(
                conversation_id=self.conversation.id, text="Yes", source_language="en",
                actor=self.make.actor(self.freelancer), now=self.make.now,
            )  # fmt: skip
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
        path.format(
            task=market.task.id,
            contract=market.contract.id,
            change=market.change.id,
            employer=market.employer.handle,
            freelancer=market.freelancer.handle,
            framework=market.framework.id,
            conversation=market.conversation.id,
        ),
    )

    before = statements(client, path)
    market.grow()
    after = statements(client, path)

    assert len(before) <= most, "\n".join(sql[:200] for sql in before)
    assert len(after) <= len(before), "\n".join(sql[:200] for sql in after)
