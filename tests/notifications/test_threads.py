"""The list of notifications: one entry for each page they lead to, and filters."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.notifications import operations, queries
from apps.notifications.models import Notification
from tests.conftest import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(make, outbox_drain):
    milestone = make.milestone(status="approved")
    outbox_drain()
    return milestone


def user_of(organization):
    return organization.memberships.get(role="owner").user


def test_notifications_of_a_contract_are_one_entry(client, lived):
    contract = lived.contract
    user = user_of(contract.freelancer)
    rows = list(queries.notifications_of(user.pk).order_by("-happened_at", "-id"))
    threads = queries.threads(rows)
    about = [thread for thread in threads if thread.newest.notification.route == "contracts:room"]
    (thread,) = about
    assert thread.subject and len(thread.others) + 1 == sum(row.route == "contracts:room" for row in rows) > 2
    assert sum(len(thread.others) + 1 for thread in threads) == len(rows)
    log_in(client, contract.freelancer)
    page = client.get(reverse("notifications:list")).content.decode()
    address = reverse("notifications:open", args=[rows[0].id])
    assert page.count(f'href="{address}"') == 1
    assert "more about this" in page


def test_done_marks_the_whole_entry_and_nothing_of_others(client, lived):
    contract = lived.contract
    freelancer, employer = user_of(contract.freelancer), user_of(contract.employer)
    row = Notification.objects.filter(user=freelancer, route="contracts:room").first()
    others = Notification.objects.filter(user=employer, read_at=None).count()
    log_in(client, contract.freelancer)
    assert client.post(reverse("notifications:mark-thread-read", args=[row.id])).status_code == 302
    assert not Notification.objects.filter(user=freelancer, route="contracts:room", read_at=None).exists()
    assert Notification.objects.filter(user=employer, read_at=None).count() == others > 0
    assert operations.mark_thread_read(user_id=employer.pk, notification_id=row.id, now=timezone.now()) == 0
    assert Client().post(reverse("notifications:mark-thread-read", args=[row.id])).status_code == 302


def test_a_group_shows_its_kinds_alone(client, lived):
    log_in(client, lived.contract.freelancer)
    context = client.get(reverse("notifications:list"), {"group": "money"}).context
    items = [item for thread in context["unread"] for item in (thread.newest, *thread.others)]
    assert items and {item.notification.group for item in items} == {"money"}
    assert client.get(reverse("notifications:list"), {"group": "nonsense"}).context["group"] == ""
