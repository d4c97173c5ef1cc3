"""
Measures matching on the site, with the application's own processes: PostgreSQL, Valkey and a Celery worker.

    python -m bench.matching_site [--people 10000 100000 1000000] [--tasks 60] [--keep]

For each number of people it loads a market (`bench.market`; with `--keep` it is kept for the next run, and an existing
one is used), and then measures:

    rebuild   rebuild the candidate index from PostgreSQL, with the job's own operation: seconds, CPU of both sides, MB
    posted    an employer publishes a task -> its matches with explanations are stored: wall milliseconds. Outbox,
              worker, retrieval, scores of about 1,000 candidates, 200 results
    changed   a freelancer saves a profile -> the employer's list of a task shows them: wall milliseconds

The worker starts as on the site, with beat and two processes. Prints one line of JSON; each figure has its goal and the
ratio to it: below 1 the goal is reached. Run it on an idle machine; `load` is the machine's load of the last minute.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from bench import market, servers

POSTED_MS = {100_000: 250, 1_000_000: 500}
REBUILD_S, CHANGED_MS, FILES_MB = 120, 5_000, 200  # the first and the last for a million people
WAIT_SECONDS = 60
STARTING = 5  # tasks published while the worker starts and opens its files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--worker", choices=["rebuild", "ask"])
    options = parser.parse_args()
    if options.worker:
        {"rebuild": _rebuild, "ask": lambda: _ask(options.tasks)}[options.worker]()
        return
    result = {}
    with servers.running("bench-matching") as server:  # can run next to a money benchmark, which stops its own server
        for people in options.people:
            result[people] = _measure(server, people, options.tasks, keep=options.keep)
            print(people, json.dumps(result[people]), file=sys.stderr, flush=True)
    print(json.dumps(result))


def _measure(server: servers.Server, people: int, tasks: int, *, keep: bool) -> dict[str, Any]:
    report: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
    if not (keep and market.is_there(server, people)):
        report["filled_s"] = round(market.fill(server, people), 1)
    folder = server.stack.dir / f"bench-{people}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    env = servers.environment(
        server, market.name_of(people), MATCH_INDEX=str(folder / "index"), EMAIL_FILE_PATH=str(folder / "mail"),
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend", CELERY_QUEUE=f"bench-{people}",
    )  # fmt: skip
    report["rebuild"] = _rebuilt(server, env, folder / "index", people)
    with _worker(env, folder):
        report |= _child("ask", env, "--tasks", str(tasks))
    goal = POSTED_MS.get(people)
    report["posted"] |= {"goal_ms": goal, "of_goal": round(report["posted"]["p95_ms"] / goal, 2)} if goal else {}
    report["changed"] |= {"goal_ms": CHANGED_MS, "of_goal": round(report["changed"]["p95_ms"] / CHANGED_MS, 3)}
    if not keep:
        market.drop(server, people)
    return report


def _rebuilt(server: servers.Server, env: dict[str, str], index: Path, people: int) -> dict[str, Any]:
    before = server.spent()
    report = _child("rebuild", env)
    report["postgresql_cpu_s"] = round((server.spent() - before).cpu_seconds, 1)
    report["files_mb"] = round(sum(path.stat().st_size for path in index.rglob("*.npy")) / 2**20, 1)
    if people == 1_000_000:
        report |= {"goal_s": REBUILD_S, "of_goal": round(report["wall_s"] / REBUILD_S, 2)}
        report |= {"goal_mb": FILES_MB, "of_goal_mb": round(report["files_mb"] / FILES_MB, 2)}
    return report


def _child(worker: str, env: dict[str, str], *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.matching_site", "--worker", worker, *options]
    done = subprocess.run(command, env=env, cwd=servers.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextlib.contextmanager
def _worker(env: dict[str, str], folder: Path) -> Iterator[None]:
    """Run the worker as the site does (docker-compose.yml, devstack/demo.py), with beat inside."""
    command = [
        sys.executable, "-m", "celery", "-A", "marketplace", "--quiet", "worker", "-B", "-s", str(folder / "beat"),
        "-c", "2", "-l", "error", "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    with (folder / "worker.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=servers.ROOT, env={**env, "C_FORCE_ROOT": "1"}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait()


# -- processes of the application


def _rebuild() -> None:
    now = _django()
    from apps.matching.operations import candidate_index

    began, cpu = time.perf_counter(), time.process_time()
    people = candidate_index.rebuild_candidate_index(now=now)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {
        "people": people, "wall_s": round(time.perf_counter() - began, 1),
        "cpu_s": round(time.process_time() - cpu, 1), "memory_mb": round(peak),
    }  # fmt: skip
    print(json.dumps(figures))


def _ask(tasks: int) -> None:
    _django()
    random = np.random.default_rng(7)
    from apps.accounts.models import Organization, ProfileSkill

    skills = list(ProfileSkill.objects.values_list("skill_id", flat=True)[: 40 * tasks])
    employers = list(Organization.objects.filter(hires=True).order_by("id")[:tasks])
    drawn = [list(dict.fromkeys(skills[at] for at in random.integers(0, len(skills), 3 + n % 5))) for n in range(tasks)]
    posted, changed = [], []
    for nth in range(-STARTING, tasks):
        task, taken = _post(employers[nth % tasks], drawn[nth % tasks])
        _settle()
        if nth >= 0:
            posted.append(taken)
            changed.append(_change(task, drawn[nth], nth))
            _settle()
    print(json.dumps({"posted": _summary(posted), "changed": _summary(changed)}))


def _post(employer: Any, skill_ids: list[Any]) -> tuple[Any, float]:
    """Publish a complete brief; returns the milliseconds until its matches are stored."""
    from django.utils import timezone

    from apps.accounts.queries import actors
    from apps.matching.models import MatchResult
    from apps.skills.models import Category
    from apps.tasks import operations
    from apps.tasks.rules import Brief

    now = timezone.now()
    actor = actors.actor_for(employer.memberships.get().user, employer.id)
    brief = Brief(
        title=f"Bench {uuid4()}", category_id=Category.objects.order_by("position")[0].id, background="Why.",
        goal="A goal.", requirements="Requirements.", payment_terms="One milestone.", source_language="en",
        budget_min_minor=50_000, currency="EUR", deadline_at=now + timedelta(days=30), deadline_time_zone="UTC",
        bidding_closes_at=now + timedelta(days=7), decision_due_at=now + timedelta(days=14), criteria=("It works",),
        skill_ids=tuple(skill_ids),
    )  # fmt: skip
    task = operations.start_draft(actor=actor, brief=brief, now=now)
    began = time.perf_counter()
    operations.publish(task_id=task.id, actor=actor, now=timezone.now())
    _wait(lambda: MatchResult.objects.filter(task_id=task.id).exists(), f"matches of {task.id}")
    return task, 1000 * (time.perf_counter() - began)


def _change(task: Any, skill_ids: list[Any], nth: int) -> float:
    """
    Add all the task's skills to a person without them; returns the milliseconds until the employer's list shows them.
    """
    from django.utils import timezone

    from apps.accounts.models import Organization
    from apps.accounts.operations import profiles
    from apps.accounts.queries import actors
    from apps.matching.models import MatchResult
    from apps.matching.queries import recommendations

    shown = {
        recommended_freelancer.organization.id
        for recommended_freelancer in recommendations.recommended_freelancers(task.id, 30)
    }
    person = Organization.objects.filter(works=True).exclude(id__in=shown).order_by("id")[11 * nth : 11 * nth + 1].get()
    actor = actors.actor_for(person.memberships.get().user, person.id)
    began = time.perf_counter()
    profiles.update_profile(
        organization_id=person.id, actor=actor, now=timezone.now(), changes={"availability": "open"},
        skills=dict.fromkeys(skill_ids, 4), languages={"en": "native"},
    )  # fmt: skip

    kept = MatchResult.objects.filter(task_id=task.id, organization_id=person.id)

    def is_shown() -> bool:
        """Build the list only once there is a stored match: building it all the time would use half a core."""
        recommended_freelancers = recommendations.recommended_freelancers(task.id, 200) if kept.exists() else []
        return any(item.organization.id == person.id for item in recommended_freelancers)

    _wait(is_shown, f"{person.id} for {task.id}")
    return 1000 * (time.perf_counter() - began)


def _wait(is_there: Callable[[], bool], what: str) -> None:
    end = time.perf_counter() + WAIT_SECONDS
    while not is_there():
        if time.perf_counter() > end:
            raise SystemExit(f"after {WAIT_SECONDS} s still nothing: {what}; see worker.log")
        time.sleep(0.005)


def _settle() -> None:
    """
    Wait until all deliveries are done, including notifications, so that each measurement starts with an idle worker.
    """
    from apps.matching.models import MatchRequest
    from apps.outbox.models import Delivery

    _wait(
        lambda: not Delivery.objects.filter(status="pending").exists() and not MatchRequest.objects.exists(),
        "deliveries",
    )


def _summary(taken: list[float]) -> dict[str, float]:
    return {
        "count": len(taken), "p50_ms": round(float(np.percentile(taken, 50))),
        "p95_ms": round(float(np.percentile(taken, 95))), "max_ms": round(max(taken)),
    }  # fmt: skip


def _django() -> Any:
    import django

    django.setup()
    from django.utils import timezone

    return timezone.now()


if __name__ == "__main__":
    main()
