"""PostgreSQL clusters of a test's own, beside the one of the test stack: a primary and its streaming replica."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from devstack.services import Stack
from tests import databases


class Cluster(Stack):
    """
    One that others can replicate. A commit waits until the replica has applied it, unless the session asks for less, so
    that no test has to wait for the replica.
    """

    def __init__(self, name: str) -> None:
        run, worker = os.environ.get("DEVSTACK_TEST", "test"), os.environ.get("PYTEST_XDIST_WORKER", "alone")
        super().__init__(f"{run}-{worker}-{name}", durable=False)

    def _pg_options(self) -> dict[str, str]:
        return super()._pg_options() | {
            "wal_level": "replica", "max_wal_senders": "4", "synchronous_commit": "remote_apply", "hot_standby": "on",
            "wal_receiver_status_interval": "1s",
        }  # fmt: skip

    @property
    def url(self) -> str:
        return self.environment()["DATABASE_URL"]

    def start(self) -> Cluster:
        with self._lock():
            self._start_pg()
        return self

    def stop(self) -> None:
        with self._lock():
            if self.pg_is_running():
                self._run(self._pg("pg_ctl"), "-D", str(self.pgdata), "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        self.stop()
        for folder in (self.dir, self.sock):
            shutil.rmtree(folder, ignore_errors=True)

    def run(self, statement: str) -> list[tuple]:
        session = psycopg2.connect(self.url)
        session.autocommit = True
        try:
            with session.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            session.close()

    def fill(self, database: str) -> None:
        """Copy a database of the test stack into this cluster."""
        dump = subprocess.run(
            [self._pg("pg_dump"), "--no-owner", "--dbname", databases.url(database)], capture_output=True, check=True
        )
        subprocess.run(
            [self._pg("psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--dbname", self.url],
            input=dump.stdout, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip

    def copy_from(self, primary: Cluster) -> None:
        """Become a streaming replica of it, as docs/how-to/scale-out.md says."""
        with self._lock():
            done = self._run(
                self._pg("pg_basebackup"), "--pgdata", str(self.pgdata), "--write-recovery-conf", "--no-sync",
                "--checkpoint=fast", "--wal-method=stream", "--host", str(primary.sock), "--username", "postgres",
            )  # fmt: skip
        assert done.returncode == 0, done.stdout


@contextmanager
def primary_and_replica() -> Iterator[tuple[Cluster, Cluster]]:
    """Both running, with all migrations and the reference data; removed at the end."""
    primary, replica = Cluster("primary"), Cluster("standby")
    try:
        for cluster in (primary, replica):
            cluster.remove()
        primary.start().fill(databases.template())
        replica.copy_from(primary)
        replica.start()
        primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.run("SELECT pg_reload_conf()")
        yield primary, replica
    finally:
        for cluster in (replica, primary):
            cluster.remove()
