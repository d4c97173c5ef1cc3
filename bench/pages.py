"""
Measures the site's pages against a plain Django project with the same rows in the same PostgreSQL.

    python -m bench.pages [--tasks 1000 100000] [--rounds 3] [--requests 20] [--clients 1 8 64] [--oscar] [--keep]

The product runs as in production: granian with two workers and production settings. The plain project (`bench.plain`)
runs under the same server with the same numbers of workers and threads. With --oscar, so does the catalogue of
django-oscar (`bench.oscar`), with a product for each task. Neither of them keeps pages. Rounds alternate between the
sites, so that what disturbs the machine disturbs all. For each page:

    web, pg     CPU milliseconds per request of the web server's processes and of PostgreSQL's, from /proc, while one
                client sends for a second at least; a kept page is computed at the beginning of that second
    ratio       the CPU of both, divided by that of the plain page named in PAGES (its list, detail or API page)
    p50, p95    milliseconds for a client that waits for each answer, by the number of clients at once; with the share
                of requests that the site refused, if it did (503)
    a second    requests answered in a second with 8 clients, which send for a second at least; for the product's
                lists also divided by that of oscar's. Above some thousands the clients are the limit
    queries     SQL statements of one request, if Django computes it
    kB          bytes of the answer

Prints a table and writes bench/RESULTS.md (not with --only or --no-file). The clients run on the same machine:
they take CPU from the servers, which shows in p50, p95 and requests a second, not in the CPU figures.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import oscar_site, servers
from bench.page_clients import Load, get, load_page

ROOT = servers.ROOT
RESULTS = ROOT / "bench" / "RESULTS.md"
WARM_UP = 40
"""Requests of each of four clients before a page is measured: PostgreSQL keeps a plan after five uses."""
COMPARED_CLIENTS = 8
# page: (path, who, the plain page to which it is compared)
PAGES = {
    "task list, stranger": ("/en/tasks/", "", "list"),
    "task list, freelancer": ("/en/tasks/", "freelancer", "list, logged in"),
    "search, stranger": ("/en/tasks/?q=python", "", "list"),
    "task page, stranger": ("/en/tasks/{task}/", "", "detail"),
    "task page, freelancer": ("/en/tasks/{task}/", "freelancer", "detail"),
    "people, stranger": ("/en/people/", "", "list"),
    "people, freelancer": ("/en/people/", "freelancer", "list, logged in"),
    "home, freelancer": ("/en/", "freelancer", "detail"),
    "home, employer": ("/en/", "employer", "detail"),
    "contract room, freelancer": ("/en/contracts/{contract}/", "freelancer", "detail"),
    "money, freelancer": ("/en/money/", "freelancer", "detail"),
    "API list": ("/api/v1/tasks/", "", "api list"),
    "API task": ("/api/v1/tasks/{task}/", "", "api detail"),
}
PLAIN = {
    "list": "/tasks/", "list, logged in": "/tasks/", "detail": "/tasks/{plain_task}/", "api list": "/api/tasks/",
    "api detail": "/api/tasks/{plain_task}/",
}  # fmt: skip


@dataclass
class Figures:
    """What one page took; lists have one item per round."""

    web_ms: list[float] = field(default_factory=list)
    pg_ms: list[float] = field(default_factory=list)
    loads: dict[int, Load] = field(default_factory=dict)
    queries: int = 0
    size: int = 0

    @property
    def a_second(self) -> float:
        load = self.loads.get(COMPARED_CLIENTS)
        return len(load.times_ms) / load.seconds if load else 0.0

    @property
    def cpu_ms(self) -> float:
        return statistics.median(web + pg for web, pg in zip(self.web_ms, self.pg_ms, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=20, help="per page, round and client; fewer with more than 8")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--keep", action="store_true", help="keep the databases for the next run")
    parser.add_argument("--oscar", action="store_true", help="also measure django-oscar's catalogue")
    parser.add_argument("--no-file", action="store_true", help="only print")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    parser.add_argument("--worker", choices=["people", "plain"])
    options = parser.parse_args()
    if options.worker:
        {"people": _print_people, "plain": _print_plain_session}[options.worker]()
        return
    parts = []
    with servers.running("bench-pages") as server:
        for tasks in options.tasks:
            parts.append(_measure(server, tasks, options))
            print(parts[-1], flush=True)
    if not options.only and not options.no_file:
        RESULTS.write_text(_head() + "\n".join(parts))


# -- the rows


def _database(server: servers.Server, tasks: int) -> str:
    """The database with this many tasks; filled if it is not there yet."""
    name = f"pages_{tasks}"
    if not server.exists(name):
        began = time.perf_counter()
        # Under another name until it is whole: what a load that failed leaves is not used by the next run.
        loading = f"{name}_loading"
        server.fresh_database(loading)
        freelancers = str(min(20_000, max(200, tasks // 5)))
        for command in (
            ["migrate"], ["load_compliance"], ["load_fees"], ["import_fx_rates"], ["import_skills", "--core-only"],
            ["load_payment_methods"], ["synthesize", "--tasks", str(tasks), "--freelancers", freelancers],
        ):  # fmt: skip
            subprocess.run(
                [sys.executable, "manage.py", *command], env=servers.environment(server, loading), cwd=ROOT, check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
        _make_plain_tables(server, loading)
        server.run(loading, *COPY, "VACUUM ANALYZE")
        server.run("postgres", f"ALTER DATABASE {loading} RENAME TO {name}")
        print(f"{tasks} tasks loaded in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return name


def _make_plain_tables(server: servers.Server, database: str) -> None:
    environment = servers.environment(server, database, DJANGO_SETTINGS_MODULE="bench.plain.settings")
    command = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "-v0"]
    subprocess.run(command, env=environment, cwd=ROOT, check=True)


COPY = (
    "INSERT INTO plain_employer (name, country) SELECT display_name, country FROM accounts_organization WHERE hires",
    """INSERT INTO plain_category (name) SELECT name_en FROM skills_category ORDER BY position""",
    """INSERT INTO plain_skill (label)
       SELECT text FROM skills_skilllabel WHERE language = 'en' AND is_preferred ORDER BY skill_id""",
    """CREATE TEMPORARY TABLE numbered AS
       SELECT t.*, row_number() OVER (ORDER BY t.id) AS nr, dense_rank() OVER (ORDER BY employer_id) AS employer_nr,
              dense_rank() OVER (ORDER BY category_id) AS category_nr FROM tasks_task t""",
    """INSERT INTO plain_task (id, employer_id, category_id, title, goal, requirements, language, budget_minor,
                               currency, is_open, published_at, closes_at)
       SELECT nr, (SELECT min(id) FROM plain_employer) + (employer_nr - 1) % (SELECT count(*) FROM plain_employer),
              (SELECT min(id) FROM plain_category) + (category_nr - 1) % (SELECT count(*) FROM plain_category),
              title, goal, requirements, source_language, budget_max_minor, currency, true, published_at,
              bidding_closes_at FROM numbered""",
    """INSERT INTO plain_task_skills (task_id, skill_id)
       SELECT DISTINCT n.nr, s.id FROM tasks_taskskill ts JOIN numbered n ON n.id = ts.task_id
       JOIN skills_skilllabel l ON l.skill_id = ts.skill_id AND l.language = 'en' AND l.is_preferred
       JOIN plain_skill s ON s.label = l.text""",
)  # fmt: skip


def _print_people() -> None:
    """In a process with the product's settings: prints sessions, a task, a contract and each page's queries."""
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from apps.accounts.models import Membership
    from apps.tasks.models import Task

    def logged_in(member: Membership) -> Client:
        client = Client(headers={"X-Forwarded-Proto": "https"})
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    members = Membership.objects.select_related("user", "organization")
    newest = Task.objects.filter(status="open", bidding_closes_at__gt=timezone.now()).order_by("-published_at")
    task = newest[500]
    freelancer = members.filter(organization__works=True).earliest("created_at")
    employer = members.filter(organization=task.employer_id).earliest("created_at")
    names = {"task": str(task.id), "contract": _contract_of(freelancer.organization)}
    clients = {"freelancer": logged_in(freelancer), "employer": logged_in(employer)}
    queries = {}
    for name, (path, who, _plain) in PAGES.items():
        visitor = clients.get(who) or Client(headers={"X-Forwarded-Proto": "https"})
        for _ in range(2):  # the second finds what a process keeps
            with CaptureQueriesContext(connection) as captured:
                answer = visitor.get(path.format(**names))
            assert answer.status_code == 200, (name, answer.status_code)
        queries[name] = len(captured)
    sessions = {who: client.cookies["sessionid"].value for who, client in clients.items()}
    print(json.dumps(sessions | names | {"queries": queries}))


def _contract_of(organization: Any) -> str:
    """A freelancer's contract, with a delivered milestone and some messages; made if the freelancer has none."""
    from django.utils import timezone

    from apps.contracts.models import Contract
    from apps.messaging.operations import send
    from tests.make import Make

    contract = Contract.objects.filter(freelancer=organization).order_by("id").first()
    if contract is None:
        make = Make(timezone.now())
        contract = make.milestone(bid=make.bid(bidder=organization), status="delivered").contract
        for number in range(6):
            sender = make.actor(contract.employer if number % 2 else organization)
            text = f"Message {number + 1} about the delivery: the pages are ready to be looked at."
            send(contract_id=contract.id, text=text, source_language="en", actor=sender, now=make.now)
    return str(contract.id)


def _print_plain_session() -> None:
    """In a process with the plain project's settings: prints the session of a user."""
    import django

    django.setup()
    from django.test import Client

    from bench.plain.models import Reader

    client = Client()
    client.force_login(Reader.objects.get_or_create(username="reader")[0])
    print(json.dumps(client.cookies["sessionid"].value))


def _said(worker: str, env: dict[str, str]) -> Any:
    command = [sys.executable, "-m", "bench.pages", "--worker", worker]
    said = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return json.loads(said.splitlines()[-1])


# -- the servers


def product(env: dict[str, str]) -> contextlib.AbstractContextManager[tuple[int, int]]:
    """The product's web server, started as in production."""
    port = _free_port()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return _web(["sh", "ops/web.sh"], env | {"WEB_HOST": "127.0.0.1", "WEB_PORT": str(port), "PATH": path}, port)


def plain(env: dict[str, str]) -> contextlib.AbstractContextManager[tuple[int, int]]:
    """The plain project under the same server, with the same numbers of processes and of threads for Django."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", "4", "--backlog", "256", "--log-level", "warning", "--no-ws",
        "bench.plain.wsgi:application",
    ]  # fmt: skip
    return _web(command, env, port)


def oscar(env: dict[str, str]) -> contextlib.AbstractContextManager[tuple[int, int]]:
    port = _free_port()
    return _web(oscar_site.command(port), env, port)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def _web(command: list[str], env: dict[str, str], port: int) -> Iterator[tuple[int, int]]:
    """A web server; yields the port and the process id."""
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _product_environment(server: servers.Server, database: str) -> dict[str, str]:
    return servers.environment(
        server, database, TRADEWIND_ENV="production", PAYMENT_GATEWAY="sandbox", SITE_URL="https://bench.example",
        ALLOWED_HOSTS="*", PLATFORM_COUNTRY="DE", DEFAULT_FROM_EMAIL="bench@bench.example",
        WEBHOOK_SECRET=secrets.token_urlsafe(48),
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend", MATCH_WARM_UP="0",
        # One address sends all requests here: its limits are not what is measured.
        ANONYMOUS_PAGES_PER_MINUTE="100000000", ANONYMOUS_SEARCHES_PER_MINUTE="100000000",
        THROTTLE_ANON="100000000/min", THROTTLE_USER="100000000/min",
    )  # fmt: skip


def _cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and its children."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(entry.name) == pid or int(fields[1]) == pid:
                    total += int(fields[11]) + int(fields[12])
    return total / servers.TICKS


# -- the measurement


def _measure(server: servers.Server, tasks: int, options: argparse.Namespace) -> str:
    database = _database(server, tasks)
    env = _product_environment(server, database)
    if not (ROOT / "staticfiles" / "staticfiles.json").exists():
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, env=env, cwd=ROOT, check=True)
    people = _said("people", env)
    plain_env = servers.environment(server, database, DJANGO_SETTINGS_MODULE="bench.plain.settings")
    plain_session = _said("plain", plain_env)
    figures: dict[str, Figures] = {}
    said = ""
    with contextlib.ExitStack() as stack:
        port, pid = stack.enter_context(product(env))
        plain_port, plain_pid = stack.enter_context(plain(plain_env))
        names = {**people, "plain_task": str(max(1, tasks // 2))}
        sites = [
            (f"plain {name}", plain_port, plain_pid, path.format(**names), plain_session if "logged" in name else "")
            for name, path in PLAIN.items()
        ]
        if options.oscar:
            catalogue = oscar_site.database(server, tasks, database)
            products, oscar_paths, oscar_queries = oscar_site.facts(server, catalogue)
            people["queries"] |= oscar_queries
            said = f"{oscar_site.PINS[0]} has {products:,} products."
            if products < tasks:
                said += f" More were not loaded: these took over {oscar_site.LOADING_SECONDS} seconds."
            oscar_port, oscar_pid = stack.enter_context(oscar(oscar_site.environment(server, catalogue)))
            sites += [(name, oscar_port, oscar_pid, path, "") for name, path in oscar_paths.items()]
        sites += [
            (name, port, pid, path.format(**names), people.get(who, ""))
            for name, (path, who, _plain) in PAGES.items()
            if options.only in name
        ]
        for name, site_port, _pid, path, cookie in sites:
            load_page(site_port, path, cookie, 4, WARM_UP)
            size = len(get(http.client.HTTPConnection("127.0.0.1", site_port, timeout=60), path, cookie)[1])
            figures[name] = Figures(queries=people["queries"].get(name, 0), size=size)
        for _round in range(options.rounds):
            for name, site_port, site_pid, path, cookie in sites:
                _round_of(server, figures[name], site_port, site_pid, path, cookie, options)
    if not options.keep:
        for name in (database, f"oscar_{tasks}"):
            server.run("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return _table(tasks, figures, options, said)


def _round_of(
    server: servers.Server, figures: Figures, port: int, pid: int, path: str, cookie: str, options: argparse.Namespace
) -> None:
    for clients in options.clients:
        _wait_until_idle(server)
        web, pg = _cpu_seconds(pid), server.spent().cpu_seconds
        # More clients send fewer requests each, so that a run stays short.
        requests = max(3, min(options.requests, options.requests * COMPARED_CLIENTS // clients))
        measured = clients in (options.clients[0], COMPARED_CLIENTS)
        load = load_page(port, path, cookie, clients, requests, seconds=1 if measured else 0)
        if clients == options.clients[0]:
            answers = len(load.times_ms) + load.refused
            figures.web_ms.append((_cpu_seconds(pid) - web) * 1000 / answers)
            figures.pg_ms.append((server.spent().cpu_seconds - pg) * 1000 / answers)
        figures.loads.setdefault(clients, Load()).add(load)


def _wait_until_idle(server: servers.Server) -> None:
    deadline = time.monotonic() + 300
    while server.busy():
        if time.monotonic() > deadline:
            raise SystemExit("PostgreSQL was busy for five minutes")
        time.sleep(0.1)


def _table(tasks: int, figures: dict[str, Figures], options: argparse.Namespace, said: str) -> str:
    columns = [
        "page", "web ms", "pg ms", "ratio to plain", *(f"p50 / p95 of {n}" for n in options.clients),
        f"a second at {COMPARED_CLIENTS}", *(["to oscar's list"] if options.oscar else []), "queries", "kB",
    ]  # fmt: skip
    lines = [f"## {tasks:,} tasks\n", *([f"{said}\n"] if said else []), _row(columns), "|" + "---|" * len(columns)]
    for name, page in figures.items():
        compared = PAGES[name][2] if name in PAGES else ""
        ratio = f"{page.cpu_ms / figures[f'plain {compared}'].cpu_ms:.2f} of {compared}" if compared else ""
        to_oscar = []
        if options.oscar:
            list_second = figures[oscar_site.LIST].a_second
            is_list = compared in ("list", "list, logged in")
            to_oscar = [f"{page.a_second / list_second:.1f}" if is_list and list_second else ""]
        lines.append(
            _row([
                name, f"{statistics.median(page.web_ms):.1f}", f"{statistics.median(page.pg_ms):.1f}", ratio,
                *(load.cell for load in page.loads.values()), f"{page.a_second:.0f}" if page.a_second else "",
                *to_oscar, str(page.queries or ""), f"{page.size / 1000:.0f}",
            ])
        )  # fmt: skip
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head() -> str:
    return (
        "# Pages\n\n"
        f"Written by `python -m bench.pages` on {time.strftime('%d %B %Y')}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}. CPU in milliseconds per request; ratios compare the same run.\n\n"
    )


if __name__ == "__main__":
    main()
