"""A durable PostgreSQL for benchmarks (fsync on), and measurement of its CPU time and disk flushes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from devstack.services import Stack

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """Since the server started: CPU seconds (server only) and flushes of the write-ahead log."""

    cpu_seconds: float
    fsyncs: int

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.cpu_seconds - other.cpu_seconds, self.fsyncs - other.fsyncs)


class Server:
    """A cluster with its own name; each benchmark creates and drops its databases."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.address = f"host={stack.sock} user=postgres"
        self.postmaster = int((stack.pgdata / "postmaster.pid").read_text().split()[0])

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.stack.sock}"

    def run(self, database: str, *statements: str) -> None:
        connection = psycopg2.connect(f"{self.address} dbname={database}")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def fresh_database(self, name: str) -> str:
        """Create an empty database of this name; returns its URL."""
        self.run("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        return self.url(name)

    def exists(self, database: str) -> bool:
        connection = psycopg2.connect(f"{self.address} dbname=postgres")
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            return cursor.fetchone() is not None

    def busy(self) -> int:
        """Return how many backends run a statement or clean up; a query goes on when its client has gone."""
        connection = psycopg2.connect(f"{self.address} dbname=postgres")
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(
                """SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                   AND (state = 'active' OR backend_type IN ('autovacuum worker', 'parallel worker'))"""
            )
            return int(cursor.fetchone()[0])

    def program(self, name: str) -> list[str]:
        """Return the command of one of PostgreSQL's own programs, connected to this server."""
        return [self.stack._pg(name), "-h", str(self.stack.sock), "-U", "postgres"]

    def spent(self) -> Spent:
        connection = psycopg2.connect(f"{self.address} dbname=postgres")
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(fsyncs), 0) FROM pg_stat_io WHERE object = 'wal'")
            fsyncs = int(cursor.fetchone()[0])
        return Spent(self._cpu(), fsyncs)

    def _cpu(self) -> float:
        total = 0
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError, IndexError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[1]) == self.postmaster:
                    total += int(fields[11]) + int(fields[12])
                elif int(entry.name) == self.postmaster:  # includes backends that have ended
                    total += sum(int(fields[at]) for at in (11, 12, 13, 14))
        return total / TICKS


@contextlib.contextmanager
def running(name: str = "bench") -> Iterator[Server]:
    stack = Stack(name, durable=True).start()
    try:
        yield Server(stack)
    finally:
        stack.stop()


def environment(server: Server, database: str, **more: str) -> dict[str, str]:
    """Return the environment for an application process that uses a database of this server."""
    return {
        **os.environ,
        **server.stack.environment(),
        "DATABASE_URL": server.url(database),
        "TRADEWIND_ENV": "test",
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def together(
    commands: list[list[str]], env: dict[str, str], at_start: Callable[[], None] = lambda: None
) -> tuple[list[dict[str, float]], float]:
    """
    Start workers, start their measurement at the same moment, and collect the line of JSON that each prints.

    A worker prints "ready", waits for a line, works, and prints its figures. Returns them with the CPU seconds that the
    workers used in between. `at_start` is called when all are ready, so that their preparation is not measured.
    """
    import json

    workers = [
        subprocess.Popen(command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for command in commands
    ]
    for worker in workers:
        assert worker.stdout is not None
        if worker.stdout.readline().strip() != "ready":
            raise SystemExit("a worker of the bench did not start: see its message above")
    at_start()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    figures = []
    for worker in workers:
        assert worker.stdout is not None
        figures.append(json.loads(worker.stdout.readline()))
        worker.wait()
    return figures, sum(figure["cpu_seconds"] for figure in figures)


class Stopwatch:
    """For a worker: prints that it is ready, waits, and counts until the time is over."""

    def __init__(self, seconds: float) -> None:
        print("ready", flush=True)
        sys.stdin.readline()
        self.seconds, self.started, self.cpu = seconds, time.perf_counter(), time.process_time()

    @property
    def is_running(self) -> bool:
        return time.perf_counter() - self.started < self.seconds

    def print(self, count: int) -> None:
        import json

        elapsed = time.perf_counter() - self.started
        cpu = time.process_time() - self.cpu
        print(json.dumps({"count": count, "seconds": elapsed, "cpu_seconds": cpu}), flush=True)
