"""
`manage.py doctor`: checks everything an installation needs, reports problems, and exits non-zero if there are any.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests
from django.conf import settings
from django.core.checks import ERROR
from django.core.mail import get_connection, send_mail
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.utils import timezone

from apps.common import replica, traffic
from apps.common.management import partitions
from apps.dashboard.management import deploy_checks
from apps.dashboard.queries import metrics
from apps.files import gateways as files
from apps.gateways.queries import pauses
from apps.ledger.queries import invariants

SIGN_SECONDS_MAX, OVERDUE_SECONDS_MAX, PAYOUT_SECONDS_MAX = 120.0, 600.0, 86_400.0 * 7
MONTHS_LEFT_MIN = 6


@dataclass(frozen=True)
class Line:
    section: str
    level: str
    """ok, warn or fail."""
    text: str


class Command(BaseCommand):
    help = "Check settings, database, files, Redis, jobs, payments, books, mail and web. Exits non-zero on a failure."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
        parser.add_argument("--mail-to", default="", help="also send a test e-mail to this address")
        parser.add_argument(
            "--books", action="store_true", help="also check every invariant of the books, which takes a while"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sections: dict[str, Callable[[], Iterator[Line]]] = {
            "settings": self._settings,
            "database": self._database,
            "files": self._files,
            "jobs": self._jobs,
            "payments": self._payments,
            "mail": lambda: self._mail(options["mail_to"]),
            "web": self._web,
        }
        if options["books"]:
            sections["books"] = self._books
        lines: list[Line] = []
        for name, look in sections.items():
            try:
                lines += list(look())
            except Exception as error:
                lines.append(Line(name, "fail", f"could not be looked at: {type(error).__name__}: {error}".strip()))
        failed = [line for line in lines if line.level == "fail"]
        if options["json"]:
            self.stdout.write(
                json.dumps({"ok": not failed, "version": settings.VERSION, "lines": [vars(line) for line in lines]})
            )
        else:
            self.stdout.write(f"Tradewind {settings.VERSION}")
            for line in lines:
                self.stdout.write(f"{line.level:<5} {line.section:<9} {line.text}")
        if failed:
            raise CommandError(f"{len(failed)} of {len(lines)} findings need attention.")

    def _settings(self) -> Iterator[Line]:
        check_messages = deploy_checks.run_all()
        for item in check_messages:
            level = "fail" if item.level >= ERROR and settings.TRADEWIND_ENV == "production" else "warn"
            yield Line("settings", level, f"{item.msg} {item.hint or ''} ({item.id})")
        if not check_messages:
            yield Line("settings", "ok", "complete")

    def _database(self) -> Iterator[Line]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version'), current_user,"
                " pg_size_pretty(pg_database_size(current_database())), extract(epoch FROM clock_timestamp()),"
                " current_setting('server_version_num')::int"
            )
            version, role, size, clock, number = cursor.fetchone()
        yield Line("database", "ok" if number >= 150_000 else "fail", f"PostgreSQL {version} as {role}, {size}")
        away = abs(timezone.now().timestamp() - float(clock))
        yield Line(
            "database", "ok" if away < 5 else "fail", f"this machine's clock and the database's differ by {away:.1f} s"
        )

        with connection.cursor() as cursor:
            for table in partitions.partitioned(cursor):
                left = partitions.months_left(cursor, table, now=timezone.now())
                level = "ok" if left >= MONTHS_LEFT_MIN else "warn" if left else "fail"
                yield Line("database", level, f"{table} has partitions for {left} more months (partition_by_month)")
        if replica.ALIAS in connections.databases:
            is_replica, seconds = replica.newest_change()
            text = "the replica answers" if is_replica else "REPLICA_DATABASE_URL is no replica, and is not used"
            ages = "" if seconds is None else f"; its newest change is {seconds:.0f} s old"
            yield Line("database", "ok" if is_replica else "fail", text + ages)

    def _files(self) -> Iterator[Line]:
        place = f"the bucket {settings.FILES_S3_BUCKET}" if settings.FILES_S3_BUCKET else str(settings.MEDIA_ROOT)
        problems = list(files.probe())
        for problem in problems:
            yield Line("files", "fail", f"{place}: {problem}")
        if not problems:
            yield Line("files", "ok", f"{place} stores and returns files")

    def _jobs(self) -> Iterator[Line]:
        result = {family.name: family for family in metrics.measured(timezone.now())}
        up = result["tradewind_redis_up"].samples[0].value
        yield Line("jobs", "ok" if up else "warn", "Redis answers" if up else "Redis does not answer")
        up = result["tradewind_broker_up"].samples[0].value
        yield Line(
            "jobs", "ok" if up else "warn", "the broker answers" if up else "the broker does not answer: jobs wait"
        )
        for sample in result["tradewind_sign_age_seconds"].samples:
            name = sample.labels["process"]
            is_late = sample.value > SIGN_SECONDS_MAX
            never = sample.value >= metrics.AGES_MAX
            state = "has never given a sign" if never else f"gave its last sign {sample.value:.0f} s ago"
            yield Line("jobs", "fail" if is_late else "ok", f"{name} {state}")
        for name in ("outbox", "webhooks", "emails"):
            overdue = result[f"tradewind_{name}_overdue_seconds"].samples[0].value
            failed = result[f"tradewind_{name}_failed"].samples[0].value
            waiting = result[f"tradewind_{name}_waiting"].samples[0].value
            level = "fail" if overdue > OVERDUE_SECONDS_MAX else "warn" if failed else "ok"
            yield Line("jobs", level, f"{name}: {waiting:.0f} wait, overdue by {overdue:.0f} s, {failed:.0f} given up")
        skipped = result["tradewind_skipped_rows"].samples[0].value
        yield Line("jobs", "warn" if skipped else "ok", f"{skipped:.0f} rows are skipped by their jobs")

    def _payments(self) -> Iterator[Line]:
        pause = pauses.open_pause()
        yield Line("payments", "warn" if pause else "ok", f"paused: {pause.reason}" if pause else "not paused")
        result = {family.name: family for family in metrics.measured(timezone.now())}
        for sample in result["tradewind_payouts_oldest_seconds"].samples:
            is_late = sample.value > PAYOUT_SECONDS_MAX
            hours = sample.value / 3600
            yield Line(
                "payments", "warn" if is_late else "ok", f"oldest payout {sample.labels['status']}: {hours:.1f} h"
            )
        unbooked = result["tradewind_unbooked_objects"].samples[0].value
        yield Line("payments", "fail" if unbooked else "ok", f"{unbooked:.0f} movements that the books do not know")

    def _mail(self, address: str) -> Iterator[Line]:
        server = get_connection(fail_silently=False)
        opened = server.open()
        server.close()
        yield Line("mail", "ok", "the mail server answers" if opened else f"kept by {settings.EMAIL_BACKEND}")
        if address:
            send_mail(f"{settings.SITE_NAME}: test", "This installation can send mail.", None, [address])
            yield Line("mail", "ok", f"sent to {address}")

    def _web(self) -> Iterator[Line]:
        address = (settings.INTERNAL_URL or settings.SITE_URL).rstrip("/")
        answer = requests.get(f"{address}/readyz", timeout=5, headers={"X-Forwarded-Proto": "https"})
        state = answer.json()
        if answer.status_code != 200:
            yield Line("web", "fail", f"{address}/readyz: {state}")
        elif state.get("version") != settings.VERSION:
            yield Line(
                "web", "warn", f"{address} runs {state.get('version')}, this is {settings.VERSION}: start it again"
            )
        else:
            yield Line("web", "ok", f"{address} is ready")
        refused_at = traffic.refused_at()
        if refused_at and timezone.now() - refused_at < timedelta(hours=1):
            yield Line("web", "warn", f"the site was overloaded and refused requests until {refused_at:%H:%M} UTC")

    def _books(self) -> Iterator[Line]:
        findings = invariants.check_all()
        broken = [finding.invariant for finding in findings if finding.breaches]
        yield Line("books", "fail" if broken else "ok", ", ".join(broken) or f"{len(findings)} invariants hold")
