"""The same work again: copies of tasks, and hiring the same person."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.policies import NotYours
from apps.contracts import policies
from apps.contracts.operations import offers
from apps.tasks import operations, queries
from apps.tasks.models import Task, TaskInvitation
from tests.conftest import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def test_a_copy_is_a_draft_with_the_same_words_and_new_dates(client, make):
    task = make.task()
    log_in(client, task.employer)
    assert reverse("tasks:copy", args=[task.id]) in client.get(task.get_absolute_url()).content.decode()
    answer = client.post(reverse("tasks:copy", args=[task.id]))
    draft = Task.objects.exclude(id=task.id).get(employer=task.employer)
    assert answer["Location"] == reverse("tasks:edit", args=[draft.id])
    before, after = queries.brief_of(task), queries.brief_of(draft)
    for name in (
        "title",
        "goal",
        "requirements",
        "criteria",
        "skill_ids",
        "budget_max_minor",
        "currency",
        "visibility",
    ):
        assert getattr(before, name) == getattr(after, name), name
    assert draft.status == "draft"
    assert make.now < after.bidding_closes_at < after.decision_due_at < after.deadline_at
    assert operations.publish(task_id=draft.id, actor=make.actor(task.employer), now=make.now).status == "open"


def test_only_the_employer_copies_a_task(client, make):
    task = make.task()
    other = make.employer("Other")
    with pytest.raises(NotYours):
        operations.copy_task(task_id=task.id, actor=make.actor(other), now=make.now)
    log_in(client, other)
    assert client.post(reverse("tasks:copy", args=[task.id])).status_code == 404
    assert reverse("tasks:copy", args=[task.id]) not in client.get(task.get_absolute_url()).content.decode()
    assert Client().post(f"/api/v1/tasks/{task.id}/copy/").status_code == 401


def test_somebody_is_hired_again(client, make, outbox_drain):
    contract = make.contract(status="completed")
    log_in(client, contract.employer)
    address = reverse("contracts:hire-again", args=[contract.id])
    assert address in client.get(contract.get_absolute_url()).content.decode()
    client.post(address)
    draft = Task.objects.get(employer=contract.employer, status="draft")
    assert (draft.title, draft.visibility) == (contract.task.title, "invited")
    assert TaskInvitation.objects.get(task=draft).organization_id == contract.freelancer_id
    operations.publish(task_id=draft.id, actor=make.actor(contract.employer), now=make.now)
    assert queries.is_invited(draft.id, contract.freelancer_id)


def test_nobody_is_hired_again_during_the_contract_or_by_the_other_side(client, make):
    contract = make.contract()
    with pytest.raises(policies.NotEndedYet):
        offers.hire_again(contract_id=contract.id, actor=make.actor(contract.employer), now=make.now)
    ended = make.contract(status="completed")
    log_in(client, ended.freelancer)
    assert reverse("contracts:hire-again", args=[ended.id]) not in client.get(ended.get_absolute_url()).content.decode()
    assert client.post(reverse("contracts:hire-again", args=[ended.id])).status_code == 403
    assert not Task.objects.filter(status="draft").exists()


def test_the_api_copies_and_hires_again(client, make):
    contract = make.contract(status="completed")
    log_in(client, contract.employer)
    answer = client.post(
        f"/api/v1/tasks/{contract.task_id}/copy/", content_type="application/json", headers={"Idempotency-Key": "a"}
    )
    assert (answer.status_code, answer.json()["status"]) == (201, "draft")
    answer = client.post(
        f"/api/v1/contracts/{contract.id}/hire-again/",
        content_type="application/json",
        headers={"Idempotency-Key": "b"},
    )
    assert Task.objects.get(id=answer.json()["task_id"]).visibility == "invited"
