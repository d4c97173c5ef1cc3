from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from apps.outbox import bus
from apps.outbox.models import Delivery, Event


@bus.event("test.happened")
class Happened:
    thing_id: UUID
    at: datetime | None = None
    words: tuple[str, ...] = ()


handled: list[tuple[str, Happened]] = []
broken: set[str] = set()


def _handle(name: str, event: Happened) -> None:
    if name in broken:
        raise RuntimeError(name)
    handled.append((name, event))


@bus.subscribe(Happened, name="test.first")
def first(event: Happened, now: datetime) -> None:
    _handle("first", event)


@bus.subscribe(Happened, name="test.second")
def second(event: Happened, now: datetime) -> None:
    Event.objects.create(name="test.trace", payload={}, happened_at=now)
    _handle("second", event)


@pytest.fixture(autouse=True)
def _clean():
    handled.clear()
    broken.clear()


def test_a_event_reaches_every_subscriber_once_with_its_types(db, now):
    event = Happened(uuid4(), at=now, words=("a", "ب"))
    bus.publish(event, now=now)

    assert bus.deliver_pending(now=now) == 2
    assert bus.deliver_pending(now=now) == 0
    assert handled == [("first", event), ("second", event)]


@pytest.mark.django_db(transaction=True)
def test_a_event_of_a_rolled_back_change_never_happened(now):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bus.publish(Happened(uuid4()), now=now)
        1 / 0  # noqa: B018

    assert not Event.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_event_outside_a_transaction_is_refused(now):
    with pytest.raises(RuntimeError):
        bus.publish(Happened(uuid4()), now=now)


def test_one_broken_subscriber_neither_stops_others_nor_keeps_half_its_work(db, now):
    broken.add("second")
    bus.publish(Happened(uuid4()), now=now)

    bus.deliver_pending(now=now)

    assert [name for name, _ in handled] == ["first"]
    assert not Event.objects.filter(name="test.trace").exists()
    parked = Delivery.objects.get(subscriber="test.second")
    assert (parked.status, parked.attempts) == ("pending", 1)
    assert parked.next_attempt_at > now


def test_a_broken_subscriber_is_tried_again_and_then_succeeds(db, now):
    broken.add("second")
    bus.publish(Happened(uuid4()), now=now)
    bus.deliver_pending(now=now)
    broken.clear()

    bus.deliver_pending(now=now + timedelta(seconds=6))

    assert [name for name, _ in handled] == ["first", "second"]
    assert Delivery.objects.get(subscriber="test.second").status == "done"


def test_tries_end_and_the_delivery_stays_to_be_looked_at(db, now):
    broken.add("first")
    bus.publish(Happened(uuid4()), now=now)
    for day in range(bus.ATTEMPTS_MAX):
        bus.deliver_pending(now=now + timedelta(days=day))

    parked = Delivery.objects.get(subscriber="test.first")
    assert (parked.status, parked.attempts) == ("failed", bus.ATTEMPTS_MAX)
    assert "RuntimeError" in parked.last_error
