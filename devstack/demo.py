"""Run the demo in one terminal: servers, tables, demo data, payment processor, web, worker with beat."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from devstack.phases import Phases
from devstack.preparation import Preparation
from devstack.services import REPO, Stack, local_environment

REFERENCE_COMMANDS = ["load_compliance", "load_fees", "load_payment_methods", "import_fx_rates", "import_skills"]
OPERATOR = {
    "PLATFORM_LEGAL_NAME": "Tradewind Demo GmbH",
    "PLATFORM_STREET": "Beispielstraße 1",
    "PLATFORM_POSTCODE": "10115",
    "PLATFORM_CITY": "Berlin",
    "PLATFORM_VAT_ID": "DE123456788",
}
phases = Phases("demo")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_port(first: int, asked_for: bool) -> int:
    """The requested port, or the first free one from the default on. If the requested port is taken, the demo stops."""
    if is_free(first):
        return first
    if asked_for:
        raise SystemExit(f"\n  Port {first} is taken by another program. Try: make demo PORT={first + 1}\n")
    for port in range(first + 1, first + 50):
        if is_free(port):
            phases.note(f"port {first} is taken, using {port}")
            return port
    raise SystemExit(f"\n  No free port between {first} and {first + 50}. Name one: make demo PORT=9000\n")


def end_leftovers(pid_file: Path) -> None:
    """End the web and worker processes left by a demo that was killed, using the pids it recorded."""
    if not pid_file.exists():
        return
    for pid in json.loads(pid_file.read_text() or "[]"):
        with contextlib.suppress(OSError):
            if "marketplace" in Path(f"/proc/{pid}/cmdline").read_text(errors="replace") and pid != os.getpid():
                os.killpg(pid, signal.SIGTERM)
                phases.note(f"ended a process left by an earlier demo (pid {pid})")
    pid_file.unlink()


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).read()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def announce(url: str, logins: list[tuple[str, str]], password: str) -> None:
    while not answers(f"{url}/livez"):
        time.sleep(0.2)
    wide = max(len(email) for email, _who in logins)
    lines = [f"    {email:<{wide}}  {who}" for email, who in logins]
    print(
        f"\n  Tradewind is ready after {phases.seconds():.1f} s:  {url}/\n\n"
        f"  Log in with any of these; the password is {password}\n" + "\n".join(lines) + "\n\n"
        f"  Mails lie in .devstack/mail, the API's page is {url}/api/docs/, Ctrl-C stops everything.\n",
        flush=True,
    )


def main() -> None:
    os.chdir(REPO)
    sys.path.insert(0, str(REPO))
    if os.environ.get("TRADEWIND_ENV") == "production":
        raise SystemExit("\n  TRADEWIND_ENV is production: the demo, whose passwords are published, is not for it.\n")
    stack = None
    if not os.environ.get("DATABASE_URL"):
        stack = Stack("dev").start()
        phases.end("PostgreSQL and Valkey are up")
    folder = stack.dir if stack else REPO / ".devstack"
    folder.mkdir(parents=True, exist_ok=True)
    pid_file = folder / "demo.pids"
    end_leftovers(pid_file)
    port_text = os.environ.get("PORT")
    port = choose_port(int(port_text or 8000), bool(port_text))
    processor_port = choose_port(8090, False)
    url = f"http://127.0.0.1:{port}"
    os.environ.setdefault("SITE_URL", url)
    # An invented operator, so that the demo's invoices pass the official rules.
    for name, value in OPERATOR.items():
        os.environ.setdefault(name, value)
    os.environ["PROCESSOR_URL"] = f"http://127.0.0.1:{processor_port}"
    local_environment()
    (folder / "demo.json").write_text(json.dumps({"SITE_URL": url, "PROCESSOR_URL": os.environ["PROCESSOR_URL"]}))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    try:
        run(stack, folder, pid_file, port, processor_port, url)
    finally:
        pid_file.unlink(missing_ok=True)
        (folder / "demo.json").unlink(missing_ok=True)
        if stack:
            stack.stop()
        phases.note("stopped")


def run(stack: Stack | None, folder: Path, pid_file: Path, port: int, processor_port: int, url: str) -> None:
    from honcho.manager import Manager
    from honcho.printer import Printer

    from apps.demo.people import LOGINS, PASSWORD

    state = REPO / ".devstack" / "processor.sqlite3"
    state.parent.mkdir(parents=True, exist_ok=True)
    (REPO / "staticfiles").mkdir(exist_ok=True)  # WhiteNoise needs it even when serving source files
    # A database named in the environment may belong to someone else: it is checked every time.
    preparation = Preparation(folder / "prepared", stack.pgdata / "PG_VERSION", state) if stack else None
    if preparation is None or not preparation.is_done():
        prepare(stack, processor_port, state)
        if preparation is not None:
            preparation.mark_done()
    webhook_secret = os.environ.get("WEBHOOK_SECRET", "whsec_sandbox")
    thin_secret = os.environ.get("WEBHOOK_THIN_SECRET", "whsec_sandbox_thin")

    python = shlex.quote(sys.executable)
    env = {**os.environ, "PYTHONUNBUFFERED": "1", "C_FORCE_ROOT": "1"}
    manager = Manager(Printer(sys.stdout))
    manager.add_process(
        "processor",
        f"exec {python} -m devstack.sandbox_processor --port {processor_port} --db {shlex.quote(str(state))}"
        f" --webhook-url {url}/webhooks/sandbox/ --secret {shlex.quote(webhook_secret)}"
        f" --thin-webhook-url {url}/webhooks/sandbox/thin/ --thin-secret {shlex.quote(thin_secret)}",
        env=env,
    )
    manager.add_process(
        "web",
        f"exec {python} -m granian --interface wsgi --host 127.0.0.1 --port {port} --workers 1 --blocking-threads 48"
        " --log-level warning marketplace.wsgi:application",
        env=env,
    )
    manager.add_process(
        "worker",
        f"exec {python} -m celery -A marketplace --quiet worker -B -s {shlex.quote(str(folder / 'beat'))} -c 2"
        " -l warning --without-gossip --without-mingle --without-heartbeat",
        env=env,
    )
    threading.Thread(target=announce, args=(url, LOGINS, PASSWORD), daemon=True).start()
    threading.Thread(target=write_pids, args=(manager, pid_file), daemon=True).start()
    manager.loop()


def prepare(stack: Stack | None, processor_port: int, state: Path) -> None:
    """Create tables, reference data and demo data; safe to repeat."""
    # Tasks queued while seeding are discarded: the worker's schedule processes the rows later.
    os.environ["CELERY_BROKER_URL"] = "memory://localhost/"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import CommandError, call_command
    from django.db import ProgrammingError, connections
    from django.db.backends.signals import connection_created
    from django.db.migrations.exceptions import InconsistentMigrationHistory

    from apps.demo.guard import refuse_where_others_are
    from devstack.sandbox_processor.server import Processor

    if not stack:
        try:
            refuse_where_others_are()
        except CommandError as error:
            raise SystemExit(f"\n  {error}\n") from None
    connection_created.connect(commit_without_waiting)
    try:
        call_command("migrate", verbosity=0)
        phases.end("tables are ready")
        for command in REFERENCE_COMMANDS:
            call_command(command, verbosity=0)
    except (ProgrammingError, InconsistentMigrationHistory) as error:
        sentence = str(error).splitlines()[0]
        raise SystemExit(
            f"\n  The tables were made by another version of the program ({sentence}).\n"
            "  Forget the demo's data with `make clean`, then run `make demo` again.\n"
        ) from None
    phases.end("reference data is ready")
    processor = Processor(port=processor_port, db=state, secret=settings.WEBHOOK_SECRET, payout_delay=0.0).start()
    try:
        call_command("seed_demo", verbosity=0)
    finally:
        processor.stop()
        del os.environ["CELERY_BROKER_URL"]
        connection_created.disconnect(commit_without_waiting)
        connections.close_all()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")  # one synchronous commit, which flushes all commits before it
        connections.close_all()
    phases.end("demo data is ready")


def commit_without_waiting(connection: Any, **_context: Any) -> None:
    """
    Thousands of small commits do not need a flush each: after a crash of the machine the preparation starts again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


def write_pids(manager: object, pid_file: Path) -> None:
    time.sleep(2)
    processes = getattr(manager, "_processes", {})
    pid_file.write_text(json.dumps([entry["pid"] for entry in processes.values() if entry.get("pid")]))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
