"""
Measures the site when more requests arrive than it can serve.

    python -m bench.overload [--tasks 1000] [--rate 5000] [--seconds 60] [--capacity 2000 4000 6000] [--keep]

The product runs as in production (ops/web.sh, two processes, production settings, the usual limits of visitors). The
generator (`bench.load`) sends at a constant rate: 90 % reads of strangers over lists, task pages, searches and the API,
5 % pages of members, 4.8 % pages and endpoints about money, 0.2 % signed webhooks. One stranger in a hundred searches
for something that nobody searched for before. Then strangers alone, at growing rates, show how many can be served.

Everything runs on the same machine: the generator's and PostgreSQL's CPU are told apart. Writes bench/OVERLOAD.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench import pages, servers

RESULTS = servers.ROOT / "bench" / "OVERLOAD.md"
HEAD = (
    "Host: bench.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: {address}\r\nAccept-Encoding: gzip, br\r\n"
    "User-Agent: Mozilla/5.0\r\n"
)
LANGUAGES = (("en", 6), ("zh-hans", 2), ("ar", 2))
WORDS = ("python", "translation", "logo", "video", "website", "data", "writing", "legal", "android", "excel")
SHARES = {"stranger": 90, "member": 5, "money": 4.8, "webhook": 0.2}


def get(path: str, *headers: str) -> str:
    return f"GET {path} HTTP/1.1\r\n{HEAD}" + "".join(f"{header}\r\n" for header in headers) + "\r\n"


def strangers(tasks: list[str]) -> list[tuple[str, float]]:
    """Requests and weights. The most popular task is read as often as the n-th is less: Zipf's law."""
    requests: list[tuple[str, float]] = []
    for language, weight in LANGUAGES:
        requests += [
            (get(f"/{language}/"), 10 * weight),
            (get(f"/{language}/tasks/"), 20 * weight),
            (get(f"/{language}/people/"), 5 * weight),
        ]
        requests += [(get(f"/{language}/tasks/?q={word}"), 2 * weight) for word in WORDS]
        requests += [(get(f"/{language}/tasks/{task}/"), 12 * weight / at) for at, task in enumerate(tasks, 1)]
    requests += [(get("/api/v1/tasks/", "Accept: application/json"), 60.0)]
    requests += [
        (get(f"/api/v1/tasks/{task}/", "Accept: application/json"), 20 / at) for at, task in enumerate(tasks, 1)
    ]
    total = sum(weight for _request, weight in requests)
    return [*requests, (get("/en/tasks/?q={unique}"), total / 99)]


def members(sessions: list[str], tasks: list[str]) -> list[tuple[str, float]]:
    paths = [("/en/", 2.0), ("/en/tasks/", 2.0), (f"/en/tasks/{tasks[0]}/", 2.0), ("/en/bids/", 1.0)]
    return [(get(path, f"Cookie: sessionid={session}"), weight) for path, weight in paths for session in sessions]


def money(sessions: list[str]) -> list[tuple[str, float]]:
    paths = [("/en/money/", 2.0), ("/en/money/withdrawals/", 1.0), ("/api/v1/balances/", 1.0)]
    return [(get(path, f"Cookie: sessionid={session}"), weight) for path, weight in paths for session in sessions]


def webhooks() -> list[tuple[str, float]]:
    event = {
        "id": "evt_{unique}",
        "type": "customer.updated",
        "data": {"object": {"object": "customer", "id": "cus_1"}},
    }
    body = json.dumps(event)
    return [(f"POST /webhooks/sandbox/ HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n\r\n{body}", 1.0)]


def _print_people() -> None:
    """In a process with the product's settings: prints sessions of freelancers and the ids of open tasks."""
    import django

    django.setup()
    from django.test import Client
    from django.utils import timezone

    from apps.accounts.models import Membership
    from apps.tasks.models import Task

    sessions = []
    for member in Membership.objects.filter(organization__works=True).select_related("user").order_by("id")[:30]:
        client = Client(headers={"X-Forwarded-Proto": "https"})
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        sessions.append(client.cookies["sessionid"].value)
    newest = Task.objects.filter(status="open", bidding_closes_at__gt=timezone.now()).order_by("-published_at")
    print(json.dumps({"sessions": sessions, "tasks": [str(task.id) for task in newest[:100]]}))


# -- the machine


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Watch(threading.Thread):
    """Notes the memory of the web processes every two seconds."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.megabytes, self.is_over = pid, [], threading.Event()  # type: tuple[int, list[float], Any]
        self.workers = _children(pid)

    def run(self) -> None:
        while not self.is_over.wait(2.0):
            self.megabytes.append(sum(_rss_mb(worker) for worker in self.workers))


def _generate(port: int, rate: float, seconds: float, kinds: list[dict[str, Any]]) -> Any:
    specification = json.dumps({"port": port, "rate": rate, "seconds": seconds, "kinds": kinds})
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=specification, text=True, cwd=servers.ROOT, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def _run(server: servers.Server, port: int, pid: int, rate: float, seconds: float, kinds: list[Any]) -> dict[str, Any]:
    watch = Watch(pid)
    web, pg = pages._cpu_seconds(pid), server.spent().cpu_seconds
    watch.start()
    result: dict[str, Any] = _generate(port, rate, seconds, kinds)
    watch.is_over.set()
    result |= {
        "web": pages._cpu_seconds(pid) - web, "pg": server.spent().cpu_seconds - pg, "rss": watch.megabytes,
        "same_processes": _children(pid) == watch.workers,
    }  # fmt: skip
    return result


# -- the report


def _times(answers: list[Any]) -> str:
    if not answers:
        return "| | | "
    ms = sorted(seconds * 1000 for _due, seconds, _status in answers)
    return "| " + " | ".join(f"{ms[min(len(ms) - 1, int(len(ms) * share))]:.0f}" for share in (0.5, 0.95, 0.99))


def _late(result: dict[str, Any]) -> list[float]:
    late: list[float] = result["sent_late_ms"]
    return [late[min(len(late) - 1, int(len(late) * share))] for share in (0.95, 0.99, 1.0)]


def _is_admitted(status: int) -> bool:
    return 200 <= status < 400


def _table(result: dict[str, Any], rate: float, seconds: float) -> str:
    kinds: dict[str, list[Any]] = result["kinds"]
    kinds = {**kinds, "all": [answer for answers in kinds.values() for answer in answers]}
    lines = [
        "| kind | offered a second | served | refused (503) | 429 | other | no answer | p50 ms | p95 | p99 "
        "| refused: p50 ms | p95 | p99 |",
        "|---|" + "---|" * 12,
    ]
    for name, answers in kinds.items():
        admitted = [answer for answer in answers if _is_admitted(answer[2])]
        refused = [answer for answer in answers if answer[2] == 503]
        other = [answer for answer in answers if not _is_admitted(answer[2]) and answer[2] not in (0, 429, 503)]
        lines.append(
            f"| {name} | {len(answers) / seconds:.0f} | {len(admitted) / seconds:.0f} | {len(refused) / seconds:.0f} | "
            f"{sum(answer[2] == 429 for answer in answers)} | {len(other)} | "
            f"{sum(answer[2] == 0 for answer in answers)} {_times(admitted)} {_times(refused)} |"
        )
    rss = result["rss"] or [0]
    lines += [
        "",
        f"Offered {rate:.0f} a second for {seconds:.0f} s. CPU seconds per second: web processes "
        f"{result['web'] / result['seconds']:.2f}, PostgreSQL {result['pg'] / result['seconds']:.2f}, generator "
        f"{result['cpu_seconds'] / result['seconds']:.2f}. Connections: {result['connections']}. Memory of the web "
        f"processes: {rss[0]:.0f} MB at the start, {rss[len(rss) // 2]:.0f} MB after half the time, {rss[-1]:.0f} MB "
        f"at the end, {max(rss):.0f} MB at most. "
        + "The generator sent late by {:.0f} ms (p95), {:.0f} (p99), {:.0f} (most). ".format(*_late(result))
        + "".join(f"No answer, {reason}: {number}. " for reason, number in result["unanswered"].items())
        + ("No process died." if result["same_processes"] else "**A web process died.**"),
        "",
    ]
    return "\n".join(lines)


def _capacity_row(result: dict[str, Any], rate: float, seconds: float) -> str:
    answers = result["kinds"]["stranger"]
    admitted = [answer for answer in answers if _is_admitted(answer[2])]
    per_cpu = len(admitted) / result["web"] if result["web"] else 0
    return (
        f"| {rate:.0f} | {len(admitted) / seconds:.0f} | {sum(answer[2] == 503 for answer in answers) / seconds:.0f} | "
        f"{sum(answer[2] == 0 for answer in answers)} {_times(admitted)} | {result['web'] / result['seconds']:.2f} | "
        f"{result['cpu_seconds'] / result['seconds']:.2f} | {per_cpu:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=5_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--capacity", type=float, nargs="*", default=[2_000, 4_000, 6_000])
    parser.add_argument("--keep", action="store_true", help="keep the database for the next run")
    parser.add_argument("--no-file", action="store_true", help="only print")
    parser.add_argument("--worker", choices=["people"])
    options = parser.parse_args()
    if options.worker:
        _print_people()
        return
    load = os.getloadavg()[0]
    with servers.running("bench-pages") as server:
        database = pages._database(server, options.tasks)
        env = pages._product_environment(server, database)
        env |= {"TRUSTED_PROXIES": "1", "ANONYMOUS_PAGES_PER_MINUTE": "600", "ANONYMOUS_SEARCHES_PER_MINUTE": "120"}
        command = [sys.executable, "-m", "bench.overload", "--worker", "people"]
        said = subprocess.run(command, env=env, cwd=servers.ROOT, check=True, stdout=subprocess.PIPE).stdout
        people = json.loads(said.splitlines()[-1])
        only_strangers = [{"name": "stranger", "share": 1, "requests": strangers(people["tasks"])}]
        everybody = [
            {"name": "stranger", "share": SHARES["stranger"], "requests": strangers(people["tasks"])},
            {"name": "member", "share": SHARES["member"], "requests": members(people["sessions"], people["tasks"])},
            {"name": "money", "share": SHARES["money"], "requests": money(people["sessions"])},
            {
                "name": "webhook", "share": SHARES["webhook"], "requests": webhooks(),
                "secret": env["WEBHOOK_SECRET"],
            },
        ]  # fmt: skip
        with pages.product(env) as (port, pid):
            _generate(port, 50, 20, everybody)  # warm: templates, connections, kept pages
            before = _run(server, port, pid, 40, 10, everybody)
            during = _run(server, port, pid, options.rate, options.seconds, everybody)
            after = _run(server, port, pid, 40, 10, everybody)
            rows = []
            for rate in options.capacity:
                rows.append(_capacity_row(_run(server, port, pid, rate, 15, only_strangers), rate, 15))
                print(rows[-1], file=sys.stderr, flush=True)
        if not options.keep:
            server.run("postgres", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    text = "\n".join(
        [
            "# Overload\n",
            f"Written by `python -m bench.overload` on {time.strftime('%d %B %Y')}: {options.tasks:,} tasks, "
            f"{os.cpu_count()} cores for web server, PostgreSQL, Valkey and generator together. Times are from the "
            f"moment a request was due to its whole answer. Load before: {load:.1f}.\n",
            "## Before\n", _table(before, 40, 10),
            "## Overload\n", _table(during, options.rate, options.seconds),
            "## Right after\n", _table(after, 40, 10),
            "## Strangers alone\n",
            "| offered a second | served | refused (503) | no answer | p50 ms | p95 | p99 | CPU: web | generator | "
            "served per CPU second of the web server |",
            "|---|" + "---|" * 9,
            *rows, "",
        ]
    )  # fmt: skip
    print(text)
    if not options.no_file:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
