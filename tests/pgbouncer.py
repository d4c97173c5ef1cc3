"""A real PgBouncer in transaction mode in front of the test servers, with the project's own configuration."""

from __future__ import annotations

import configparser
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).resolve().parent.parent / "ops" / "pgbouncer" / "pgbouncer.ini"
PORT = 6432  # the name of a Unix socket, in a folder of its own
START_SECONDS_MAX = 10


def program() -> str:
    """Its path; the test is skipped on a machine without it, never in CI."""
    path = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        if os.environ.get("CI"):
            raise RuntimeError("CI needs PgBouncer: apt-get install pgbouncer")
        pytest.skip("PgBouncer is not installed: apt-get install pgbouncer")
    return path


@contextmanager
def running(database: str, host: str, *, pool_size: int) -> Iterator[str]:
    """The folder of its socket. Both entries of the configuration lead to this database, with fewer connections."""
    configuration = configparser.ConfigParser(interpolation=None)
    configuration.read_string(CONFIGURATION.read_text())
    for name, entry in configuration["databases"].items():
        query = entry[entry.index("connect_query=") :]
        configuration["databases"][name] = f"host={host} dbname={database} pool_size={pool_size} {query}"
    with tempfile.TemporaryDirectory(prefix="pgb-") as folder:
        changes = {
            "listen_addr": "", "unix_socket_dir": folder, "auth_type": "any", "logfile": f"{folder}/log",
            "pidfile": f"{folder}/pid", "query_wait_timeout": "30",
        }  # fmt: skip
        configuration["pgbouncer"].update(changes)
        for name in configuration["databases"]:
            configuration["databases"][name] += " user=postgres"
        path = Path(folder) / "pgbouncer.ini"
        with path.open("w") as opened:
            configuration.write(opened)
        user = {}
        if os.geteuid() == 0:  # it refuses to run as root
            nobody = pwd.getpwnam("nobody")
            for item in (Path(folder), path):
                os.chown(item, nobody.pw_uid, nobody.pw_gid)
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        process = subprocess.Popen(
            [program(), "--quiet", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user
        )
        try:
            _wait(process, Path(folder))
            yield folder
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    ends = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(folder / f".s.PGSQL.{PORT}")) == 0:
                return
        time.sleep(0.02)
    log = folder / "log"
    raise RuntimeError(f"PgBouncer did not start: {log.read_text() if log.exists() else process.returncode}")
