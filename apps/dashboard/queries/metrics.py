"""Metrics for operators in Prometheus format. Each number is counted on request, using small indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from kombu import Connection, Queue
from kombu.exceptions import OperationalError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from redis import Redis
from redis.exceptions import RedisError

from apps.accounts.models import User
from apps.common import traffic
from apps.common.models import SignOfLife, SkippedRow
from apps.gateways.models import WebhookEvent
from apps.gateways.queries import pauses
from apps.notifications.models import EmailDelivery
from apps.outbox.models import Delivery
from apps.payments.models import Refund
from apps.payouts.models import Payout
from apps.pricing.queries import rates

SIGNS = ("beat", "worker.default", "worker.money", "worker.mail", "worker.matching")
OPEN_PAYOUTS = ("requested", "sending", "submitted")
BOOKS = "metrics.books"
"""Cache key of the result and time of `dashboard.check_books`."""
AGES_MAX = 86_400.0 * 3650
"""Age of something that never happened: above every alarm's threshold."""

Family = GaugeMetricFamily | CounterMetricFamily
_FAMILIES: list[Callable[[datetime], Iterable[Family]]] = []


def _family(measure: Callable[[datetime], Iterable[Family]]) -> Callable[[datetime], Iterable[Family]]:
    _FAMILIES.append(measure)
    return measure


def _gauge(name: str, help_: str, value: float) -> Family:
    return GaugeMetricFamily(f"tradewind_{name}", help_, value=value)


def _gauges(name: str, help_: str, label: str, values: dict[str, float]) -> Family:
    family = GaugeMetricFamily(f"tradewind_{name}", help_, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


@_family
def _installation(now: datetime) -> Iterator[Family]:
    yield _gauges("info", "The version that answers.", "version", {settings.VERSION: 1})
    yield _gauge("payments_paused", "1 while nothing is sent out.", float(pauses.is_paused()))
    yield _gauge("sandbox", "1 where no real money moves.", float(not settings.MOVES_REAL_MONEY))
    yield _gauge("staff", "Active people of the staff.", User.objects.filter(is_staff=True, is_active=True).count())


def _backlog(name: str, waiting: QuerySet[Any], moment: str, failed: int, now: datetime) -> Iterator[Family]:
    aggregate = waiting.aggregate(number=Count("pk"), oldest=Min(moment))
    yield _gauge(f"{name}_waiting", f"Rows of the {name} that wait.", aggregate["number"])
    overdue = _age(aggregate["oldest"], now) if aggregate["oldest"] and aggregate["oldest"] <= now else 0.0
    yield _gauge(f"{name}_overdue_seconds", f"How long the {name}'s first row is overdue.", overdue)
    yield _gauge(f"{name}_failed", f"Rows of the {name} that were given up.", failed)


@_family
def _backlogs(now: datetime) -> Iterator[Family]:
    yield from _backlog(
        "outbox", Delivery.objects.filter(status="pending"), "next_attempt_at",
        Delivery.objects.filter(status="failed").count(), now,
    )  # fmt: skip
    yield from _backlog(
        "webhooks", WebhookEvent.objects.filter(status="received"), "next_attempt_at",
        WebhookEvent.objects.filter(status="failed").count(), now,
    )  # fmt: skip
    yield from _backlog(
        "emails", EmailDelivery.objects.filter(status__in=["pending", "sending"]), "next_attempt_at",
        EmailDelivery.objects.filter(status="failed").count(), now,
    )  # fmt: skip
    yield _gauge(
        "skipped_rows", "Rows that a job could not handle and leaves out for a while.", SkippedRow.objects.count()
    )


@_family
def _money(now: datetime) -> Iterator[Family]:
    for name, model, moment in (("payouts", Payout, "requested_at"), ("refunds", Refund, "created_at")):
        rows = model.objects.filter(status__in=OPEN_PAYOUTS).values("status")
        result: dict[str, Any] = {row["status"]: row for row in rows.annotate(number=Count("pk"), oldest=Min(moment))}
        numbers = {
            open_payout: float(result[open_payout]["number"] if open_payout in result else 0)
            for open_payout in OPEN_PAYOUTS
        }
        ages = {
            open_payout: _age(result[open_payout]["oldest"] if open_payout in result else None, now)
            for open_payout in OPEN_PAYOUTS
        }
        yield _gauges(f"{name}_open", f"Open {name} by state.", "status", numbers)
        yield _gauges(f"{name}_oldest_seconds", f"Age of the oldest open one of the {name}.", "status", ages)
    yield _gauge(
        "unbooked_objects", "Movements at a processor that the books do not know.", pauses.unbooked_objects().count()
    )
    age = rates.rates_age(now.date())
    yield _gauge("rates_age_business_days", "How old the newest exchange rates are.", 9999 if age is None else age)
    yield _gauge(
        "rates_age_business_days_max", "Past this age conversions are refused.", settings.FX_RATE_BUSINESS_DAYS_MAX
    )


@_family
def _books(now: datetime) -> Iterator[Family]:
    result = cache.get(BOOKS)
    if result:
        yield _gauge("ledger_breaches", "Breaches of the books' invariants at the last check.", result["breaches"])
    age = _age(result["at"], now) if result else AGES_MAX
    yield _gauge("ledger_check_age_seconds", "How long ago the books were checked.", age)


@_family
def _signs(now: datetime) -> Iterator[Family]:
    seen = dict(SignOfLife.objects.values_list("name", "seen_at"))
    ages = {name: _age(seen[name], now) if name in seen else AGES_MAX for name in SIGNS}
    yield _gauges("sign_age_seconds", "How long ago beat, and a worker of each queue, did something.", "process", ages)


@_family
def _queues(now: datetime) -> Iterator[Family]:
    try:
        is_up = bool(Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5).ping())
    except (RedisError, OSError):
        is_up = False
    yield _gauge("redis_up", "1 when Redis answers.", int(is_up))
    lengths = _queue_lengths()
    yield _gauge("broker_up", "1 when the broker of jobs answers.", int(lengths is not None))
    if lengths is not None:
        yield _gauges("queue_length", "Messages that wait at the broker.", "queue", lengths)


def _queue_lengths() -> dict[str, float] | None:
    """By the name of the queue; None if the broker does not answer. A queue that does not exist yet is empty."""
    url, options = settings.CELERY_BROKER_URL, settings.CELERY_BROKER_TRANSPORT_OPTIONS
    lengths = {queue.name: 0.0 for queue in settings.CELERY_TASK_QUEUES}
    try:
        with Connection(url, connect_timeout=0.5, transport_options=options) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
            for name in lengths:
                with broker.channel() as channel, suppress(*broker.channel_errors):
                    declared: Any = Queue(name, channel=channel).queue_declare(passive=True)
                    lengths[name] = float(declared.message_count)
    except (OperationalError, OSError):
        return None
    return lengths


@_family
def _traffic(now: datetime) -> Iterator[Family]:
    sums = traffic.sums()
    for outcome in traffic.OUTCOMES:
        family = CounterMetricFamily(
            f"tradewind_requests_{outcome}",
            f"Requests that web processes {outcome}, added once a minute.",
            labels=["kind"],
        )
        for kind in traffic.KINDS:
            family.add_metric([kind], sums[kind, outcome])
        yield family


@_family
def _index(now: datetime) -> Iterator[Family]:
    folder = Path(settings.MATCH_INDEX)
    newest = max((path.stat().st_mtime for path in folder.iterdir()), default=0.0) if folder.is_dir() else 0.0
    age = now.timestamp() - newest if newest else AGES_MAX
    yield _gauge("match_index_age_seconds", "How old the copy of everybody for matching on this machine is.", age)


def measured(now: datetime) -> Iterator[Family]:
    """Yield every metric. A metric that cannot be measured is left out and counted in `tradewind_measure_failures`."""
    failures = 0
    for measure in _FAMILIES:
        try:
            yield from list(measure(now))
        except Exception:
            failures += 1
    yield _gauge("measure_failures", "Groups of numbers that could not be measured.", failures)


class _Collector:
    def collect(self) -> Iterator[Family]:
        yield from measured(timezone.now())


def exposition() -> tuple[bytes, str]:
    registry = CollectorRegistry()
    registry.register(_Collector())  # type: ignore[arg-type]
    return generate_latest(registry), CONTENT_TYPE_LATEST
