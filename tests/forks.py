"""
Real processes with Django inside, forked from one that has imported it: each costs milliseconds instead of seconds.

`run("tests.payouts.crash_worker", "after_call", ...)` is `python -m tests.payouts.crash_worker after_call ...`. What it
runs is a process of its own, with connections of its own, and SIGKILL ends it as it would end any other.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests import databases, network

ROOT = Path(__file__).resolve().parent.parent
# Imported before the first fork. The second half is what the operations import when they first need it.
MODULES = ["tests.payouts.crash_worker", "tests.banking.bank_worker"]
LATER = [
    "apps.payments.operations.dispatch", "apps.payouts.operations.dispatch", "apps.banking.operations.statements",
    "apps.treasury.operations.reconciliation", "apps.outbox.bus", "marketplace.urls", "sepaxml", "lxml.etree", "stripe",
]  # fmt: skip
_servers: dict[str, subprocess.Popen[str]] = {}


def run(module: str, *words: object, timeout: float, environment: dict[str, str], **settings: str) -> None:
    """
    Run `module.main()` in a new process against this test's database, and wait for it.

    :param environment: what the process finds in `os.environ` beside ours.
    :param settings: settings that differ from those of the environment.
    """
    from django.db import connection

    server = _server(connection.settings_dict["NAME"])
    query = {"module": module, "words": [str(word) for word in words], "environment": environment, "settings": settings}
    assert server.stdin is not None
    assert server.stdout is not None
    print(json.dumps(query), file=server.stdin, flush=True)
    if not select.select([server.stdout], [], [], timeout)[0]:
        _stop()
        raise TimeoutError(f"{module} {words}: not done after {timeout:.0f} s")
    code = server.stdout.readline().strip()
    assert code == "0", f"{module} {words}: ended with {code or 'its server'}"


def _server(database: str) -> subprocess.Popen[str]:
    server = _servers.get(database)
    if server is None or server.poll() is not None:
        server = _servers[database] = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.forks"],
            cwd=ROOT, env={**os.environ, "DATABASE_URL": databases.url(database), "LOG_LEVEL": "ERROR"}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    return server


@atexit.register
def _stop() -> None:
    for server in _servers.values():
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    _servers.clear()


# -- in the server


def _serve() -> None:
    import django

    network.shut()
    django.setup()
    for name in (*MODULES, *LATER):
        import_module(name)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(request: dict[str, Any]) -> None:
    """The new process: what it prints goes to the error stream, since the other speaks to the test."""
    code = 1
    try:
        os.dup2(2, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(request["environment"])
        from django.conf import settings

        for name, value in request["settings"].items():
            setattr(settings, name, value)
        sys.argv = [request["module"], *request["words"]]
        import_module(request["module"]).main()
        code = 0
    except SystemExit as stopped:
        print(stopped, file=sys.stderr)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
