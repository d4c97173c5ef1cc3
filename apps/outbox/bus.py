"""
Domain events from lower to higher layers: `publish` in the operation's transaction, `subscribe` in the higher app.

An event and one delivery per subscriber are stored in the same transaction as the change they report, so a rollback
removes them too. After the commit a Celery task is started as a hint; a scheduled job guarantees delivery.
"""

from __future__ import annotations

import dataclasses
import logging
import types
import typing
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.common.backoff import pause_after
from apps.common.work_queue import next_due
from apps.outbox.models import Delivery, DeliveryStatus, Event

logger = logging.getLogger(__name__)

EventClass = TypeVar("EventClass")
Handler = Callable[[Any, datetime], None]

ATTEMPTS_MAX = 12
PAUSE_FIRST = timedelta(seconds=5)
PAUSE_MAX = timedelta(hours=2)

_events: dict[str, type] = {}
_handlers: dict[str, tuple[str, Handler]] = {}  # subscriber -> (event, handler)
_waker: list[Callable[[], None]] = []


@typing.dataclass_transform(frozen_default=True)
def event(name: str) -> Callable[[type[EventClass]], type[EventClass]]:
    """Register a frozen dataclass as the domain event `name` ("escrow.released")."""

    def register(cls: type[EventClass]) -> type[EventClass]:
        frozen = typing.cast("type[EventClass]", dataclasses.dataclass(frozen=True)(cls))
        existing = _events.get(name)
        if existing is not None and existing.__qualname__ != frozen.__qualname__:
            raise ValueError(f"two events are called {name}")
        _events[name] = frozen
        frozen.event_name = name  # type: ignore[attr-defined]
        return frozen

    return register


def subscribe(
    event: type[EventClass], *, name: str
) -> Callable[[Callable[[EventClass, datetime], None]], Callable[..., None]]:
    """Register an idempotent handler; it runs in its own transaction."""

    def register(handler: Callable[[EventClass, datetime], None]) -> Callable[..., None]:
        event_name: str = event.event_name  # type: ignore[attr-defined]
        existing = _handlers.get(name)
        if existing is not None and existing[1].__qualname__ != handler.__qualname__:
            raise ValueError(f"two subscribers are called {name}")
        _handlers[name] = (event_name, handler)
        return handler

    return register


def on_published(wake: Callable[[], None]) -> None:
    """
    Set the function that is called after the commit of a published event; `jobs` sets it to start the Celery task.
    """
    _waker[:] = [wake]


def publish(event: Any, *, now: datetime) -> Event:
    """
    Store an event and its deliveries.

    :raises RuntimeError: outside a transaction, where the event could be stored without its change.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish() belongs inside the operation's transaction")
    name: str = event.event_name
    row = Event.objects.create(name=name, payload=_to_json(event), happened_at=now)
    Delivery.objects.bulk_create(
        Delivery(event=row, subscriber=subscriber, next_attempt_at=now)
        for subscriber, (event_name, _) in sorted(_handlers.items())
        if event_name == name
    )
    for wake in _waker:
        transaction.on_commit(wake, robust=True)
    return row


def deliver_pending(*, now: datetime | None = None, limit: int = 500) -> int:
    """Handle due deliveries until none is left. Returns the number handled."""
    handled = 0
    while handled < limit and deliver_next(now=now or timezone.now()):
        handled += 1
    return handled


def deliver_next(*, now: datetime) -> bool:
    """Handle the oldest due delivery, skipping those locked by other workers. Returns False if there is none."""
    with transaction.atomic():
        pending = Delivery.objects.select_related("event").filter(status=DeliveryStatus.PENDING)
        delivery = next_due(pending, now=now)
        if delivery is None:
            return False
        delivery.attempts += 1
        try:
            with transaction.atomic():
                _handle(delivery, now)
        except Exception as error:
            _postpone(delivery, error, now)
        else:
            delivery.status, delivery.done_at, delivery.last_error = DeliveryStatus.DONE, now, ""
        delivery.save()
    return True


def failed_count() -> int:
    """The number of deliveries that failed all attempts and were not retried by staff."""
    return Delivery.objects.filter(status=DeliveryStatus.FAILED).count()


def retry(ids: Sequence[int], *, now: datetime) -> int:
    """Let failed deliveries be handled again, starting with the first attempt. Returns the number that had failed."""
    failed = Delivery.objects.filter(id__in=ids, status=DeliveryStatus.FAILED)
    return failed.update(status=DeliveryStatus.PENDING, attempts=0, next_attempt_at=now)


def _handle(delivery: Delivery, now: datetime) -> None:
    registered = _handlers.get(delivery.subscriber)
    if registered is None:
        raise LookupError(f"no subscriber is named {delivery.subscriber}")
    registered[1](_from_json(_events[delivery.event.name], delivery.event.payload), now)


def _postpone(delivery: Delivery, error: Exception, now: datetime) -> None:
    logger.exception("delivery %s to %s failed", delivery.event.name, delivery.subscriber, exc_info=error)
    delivery.last_error = f"{type(error).__name__}: {error}"[:2000]
    if delivery.attempts >= ATTEMPTS_MAX:
        delivery.status = DeliveryStatus.FAILED
    delivery.next_attempt_at = now + pause_after(delivery.attempts, first=PAUSE_FIRST, most=PAUSE_MAX)


def _to_json(event: Any) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, UUID):
            return str(value)
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if value is None or isinstance(value, str | int | bool | dict):
            return value
        raise TypeError(f"an event cannot carry a {type(value).__name__}")

    return {field.name: plain(getattr(event, field.name)) for field in dataclasses.fields(event)}


def _from_json(cls: type, payload: dict[str, Any]) -> Any:
    hints = typing.get_type_hints(cls)
    names = {field.name for field in dataclasses.fields(cls)}
    return cls(**{key: _read(value, hints[key]) for key, value in payload.items() if key in names})


def _read(value: Any, hint: Any) -> Any:
    if value is None:
        return None
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next(kind for kind in typing.get_args(hint) if kind is not types.NoneType)
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if typing.get_origin(hint) in (list, tuple):
        inner = typing.get_args(hint)[0]
        return typing.get_origin(hint)(_read(item, inner) for item in value)
    return value
