"""A draft saves itself from the first words on, once."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.tasks.models import Task

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_words_typed_on_a_new_task_survive_without_a_click(visitor, make):
    make.now = timezone.now()
    visitor = visitor(make.employer().memberships.get().user)
    page = visitor.open("/tasks/new/")
    page.fill("[name=title]", "Half a thought")
    expect(page.locator("[data-status]")).not_to_be_empty(timeout=10_000)
    page.fill("[name=goal]", "The other half")
    expect(page.locator("form[action*='/edit/']")).to_have_count(1)
    page.click("button[name=save]")
    page.wait_for_url("**/edit/")
    task = Task.objects.get()
    assert (task.title, task.goal, task.status) == ("Half a thought", "The other half", "draft")
