"""
Compares matching one task among many freelancers: the candidate index (`ranking.candidate_index`) with all stages and
explanations, scikit-learn's `NearestNeighbors`, and tag overlap in PostgreSQL, in one run.

    python -m bench.matching [--sizes 10000 100000 1000000] [--tasks 60] [--words 60]

People are synthetic: 14,557 tags, about ten per person, the most common held by 32 per cent, six by more than 17, and
texts with `--words` words of 100,000 for everybody (more than most people write). Times
are CPU milliseconds of the working process (for PostgreSQL: of its backends), because machines are shared; ratios are
from one run. `index` covers all stages with explanations of 50; `retrieval` covers only its first stage, which is all
that the others do. Memory is the size of the index files; all processes share it through the page cache. Prints one
line of JSON. The others are skipped above `--others-max` people, and get fewer queries from a million on.
`bench.matching_site` measures the path through Celery and PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

TAGS = 14_557
WORDS = 100_000
OTHERS_QUESTIONS = 20
CPU_GOAL_MS = {100_000: 30, 1_000_000: 80}
FILES_GOAL_MB = {1_000_000: 200}
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COUNTRIES = ["DE", "NG", "CN", "EG", "BR", "IN", "US", "UA"]
LANGUAGES = ["en", "zh-hans", "ar", "es", "de", "pt"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--words", type=int, default=60, help="different words in a person's text; 0 for no texts")
    parser.add_argument("--others-max", type=int, default=1_000_000)
    options = parser.parse_args()
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL"):
        os.environ.setdefault(name, "postgresql://bench/bench" if name == "DATABASE_URL" else "redis://bench")
    os.environ.setdefault("TRADEWIND_ENV", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    import django

    django.setup()
    results = {}
    for size in options.sizes:
        results[size] = _measure(size, options.tasks, options.words, with_others=size <= options.others_max)
        print(size, json.dumps(results[size]), file=sys.stderr, flush=True)
    print(json.dumps(results))


def _people(size: int, random: np.random.Generator) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return unique (person, tag) pairs, sorted by person."""
    rank = np.arange(1, TAGS + 1)
    share = np.where(rank <= 6, 0.32 * rank**-0.35, 1.227 / rank)
    counts = np.maximum(random.poisson(share.sum(), size), 1)
    owners = np.repeat(np.arange(size), counts)
    tags = random.choice(TAGS, size=len(owners), p=share / share.sum())
    pairs = np.unique(owners.astype(np.int64) * TAGS + tags)
    return pairs // TAGS, pairs % TAGS


def _measure(size: int, count: int, words: int, *, with_others: bool) -> dict[str, Any]:
    from ranking.candidate_index.index import CandidateIndex
    from ranking.candidate_index.ranking import Rules
    from ranking.candidate_index.segments import COUNTRIES as NUMBERS
    from ranking.candidate_index.writer import Writer, put_base, put_delta

    random = np.random.default_rng(7)
    owners, tags = _people(size, random)
    starts = np.searchsorted(owners, np.arange(size + 1))
    skills = [UUID(int=10**6 + tag) for tag in range(TAGS)]
    vocabulary = np.random.default_rng(8)
    questions = [
        _task(nth, tags[random.integers(0, len(tags), 40)], skills, _words(vocabulary, 2 * words))
        for nth in range(count)
    ]
    rules = Rules(np.ones(NUMBERS, dtype=bool), frozenset({questions[0].employer_id}))
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        candidate_index_folder = Path(folder) / "index"
        writer, began = Writer(), time.process_time()
        for row in range(size):
            person = _person(row, tags[starts[row] : starts[row + 1]], skills, random)
            writer.add(replace(person, words=_words(vocabulary, words)))
        put_base(candidate_index_folder, writer.columns())
        report["build_cpu_s"] = round(time.process_time() - began, 1)
        del writer
        report["files_mb"] = round(
            sum(path.stat().st_size for path in candidate_index_folder.rglob("*.npy")) / 2**20, 1
        )
        index = CandidateIndex(candidate_index_folder)
        report["index"] = _times([lambda task=task: _rank(index, task, rules) for task in questions])
        report["retrieval"] = _times([lambda task=task: _retrieve(index, task, rules) for task in questions])
        for changed in (1_000, 10_000):
            if changed <= size:
                report[f"delta_{changed}"] = _delta(
                    candidate_index_folder, changed, tags, starts, skills, random, put_delta
                )
        report["index_with_delta"] = _times([lambda task=task: _rank(index, task, rules) for task in questions])
    if with_others:
        few = questions[:OTHERS_QUESTIONS] if size > 100_000 else questions
        report["nearest_neighbours"] = _neighbours(size, owners, tags, few, skills)
        report["postgresql_overlap"] = _postgresql(size, tags, starts, few, skills)
        for other in ("nearest_neighbours", "postgresql_overlap"):
            for figure in ("p50_ms", "p95_ms"):
                for ours in ("index", "retrieval"):
                    ratio = report[other][figure] / report[ours][figure]
                    report.setdefault(f"{other}_over_{ours}", {})[figure.removesuffix("_ms")] = round(ratio, 1)
    for limit, most in (("cpu_p95_of_goal", CPU_GOAL_MS), ("memory_of_goal", FILES_GOAL_MB)):
        if size in most:
            measured = report["index_with_delta"]["p95_ms"] if most is CPU_GOAL_MS else report["files_mb"]
            report[limit] = round(measured / most[size], 2)
    return report


def _words(random: np.random.Generator, count: int) -> dict[int, int]:
    """Return about `count` different words of WORDS, the common ones more often (Zipf), each with a count of one."""
    drawn = np.exp(random.random(count) * np.log(WORDS)).astype(np.int64)  # uniform in the logarithm of the rank
    return dict.fromkeys(drawn.tolist(), 1)


def _task(nth: int, drawn: Any, skills: list[UUID], words: dict[int, int]) -> Any:
    from ranking.scoring import TaskFeatures

    fromkeys = tuple(dict.fromkeys(skills[tag] for tag in drawn[: 3 + nth % 5]))
    return TaskFeatures(
        UUID(int=nth + 1), UUID(int=1), "DE", LANGUAGES[nth % 3], fromkeys, 50_000, frozenset(range(8, 17)), words
    )


def _person(row: int, tags: Any, skills: list[UUID], random: np.random.Generator) -> Any:
    from ranking.scoring import FreelancerFeatures

    draw = random.integers(0, 1000, 6)
    works = _works(draw, tags, skills)
    return FreelancerFeatures(
        id=UUID(int=(row + 1) << 64 | int(draw[0])),
        country=COUNTRIES[draw[0] % len(COUNTRIES)],
        skills={skills[tag]: 1 + int(tag) % 4 for tag in tags},
        languages={"en": "fluent"} if draw[1] < 700 else {LANGUAGES[draw[1] % len(LANGUAGES)]: "native"},
        usual_price_minor=int(draw[2]) * 100 or None,
        hourly_minor=int(draw[3]) * 10 or None,
        works=works,
        completed=sum(work.accepted for work in works),
        failed=sum(not work.accepted for work in works),
        active_at=NOW - timedelta(days=int(draw[5]) // 3),
        utc_hours=frozenset(range(8, 17)),
    )


def _works(draw: Any, tags: Any, skills: list[UUID]) -> tuple[Any, ...]:
    """Return work for two in five people: one to six contracts, each with up to three of their tags."""
    from ranking.scoring import PastWork

    if draw[1] >= 400:
        return ()
    return tuple(
        PastWork(
            tuple(skills[tag] for tag in tags[nth % len(tags) :][:3]), NOW - timedelta(days=int(draw[5]) + 30 * nth),
            bool((draw[3] + nth) % 8),
        )
        for nth in range(1 + int(draw[2]) % 6)
    )  # fmt: skip


def _rank(index: Any, task: Any, rules: Any) -> None:
    rarity = index.rarity(task.skill_ids)
    result = index.rank(task, weights=rarity, related={}, rules=rules, now=NOW, limit=50)
    assert len(result) <= 50
    assert all(abs(sum(item.match.components.values()) - item.match.score) < 1e-6 for item in result)


def _retrieve(index: Any, task: Any, rules: Any) -> None:
    """Retrieve candidates only, as the others do: here 1,000, by evidence, declared skills and newcomers."""
    from ranking.candidate_index import ranking

    weights = index.rarity(task.skill_ids)
    assert all(len(ranking.candidates(part, task, weights, rules, 1000)) <= 1000 for part in index.parts)


def _delta(
    folder: Path, changed: int, tags: Any, starts: Any, skills: list[UUID], random: np.random.Generator, put: Any
) -> dict[str, float]:
    from ranking.candidate_index.writer import Writer

    began = time.process_time()
    writer = Writer()
    for row in range(changed):
        writer.add(_person(row, tags[starts[row] : starts[row + 1]], skills, random))
    put(folder, writer.columns(), gone=[])
    return {"cpu_ms": round(1000 * (time.process_time() - began), 1)}


def _times(questions: list[Callable[[], None]]) -> dict[str, float]:
    """
    Measure the CPU time of this process. Each query runs once before, so that the files are in memory as in a worker.
    """
    for ask in questions[:10]:
        ask()
    taken = []
    for ask in questions:
        began = time.process_time()
        ask()
        taken.append(1000 * (time.process_time() - began))
    return _summary(taken)


def _summary(taken: list[float]) -> dict[str, float]:
    return {
        "p50_ms": round(float(np.percentile(taken, 50)), 2),
        "p95_ms": round(float(np.percentile(taken, 95)), 2),
    }


def _neighbours(size: int, owners: Any, tags: Any, questions: list[Any], skills: list[UUID]) -> dict[str, float]:
    """The library's standard method: cosine, brute force, 200 nearest; retrieval only, without a second stage."""
    from scipy.sparse import csr_matrix
    from sklearn.neighbors import NearestNeighbors

    matrix = csr_matrix((np.ones(len(owners), dtype=np.float32), (owners, tags)), shape=(size, TAGS))
    index = NearestNeighbors(n_neighbors=200, metric="cosine", algorithm="brute").fit(matrix)
    number = {skill: tag for tag, skill in enumerate(skills)}

    def ask(task: Any) -> None:
        columns = [number[skill] for skill in task.skill_ids]
        question = csr_matrix((np.ones(len(columns), np.float32), ([0] * len(columns), columns)), shape=(1, TAGS))
        index.kneighbors(question)

    return _times([lambda task=task: ask(task) for task in questions])


def _postgresql(size: int, tags: Any, starts: Any, questions: list[Any], skills: list[UUID]) -> dict[str, float]:
    """Tag overlap with a GIN index over int[], ordered by the number of shared tags; retrieval only."""
    import psycopg2

    from bench import servers

    number = {skill: tag for tag, skill in enumerate(skills)}
    with servers.running("bench-matching") as server:
        server.fresh_database("overlap")
        connection = psycopg2.connect(f"{server.address} dbname=overlap")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS intarray")
            cursor.execute("CREATE TABLE people (id int PRIMARY KEY, tags int[])")
            with tempfile.TemporaryFile("w+") as file:
                for row in range(size):
                    listed = ",".join(map(str, tags[starts[row] : starts[row + 1]]))
                    file.write(f"{row}\t{{{listed}}}\n")
                file.seek(0)
                cursor.copy_expert("COPY people FROM STDIN", file)
            cursor.execute("CREATE INDEX ON people USING gin (tags gin__int_ops)")
            cursor.execute("VACUUM ANALYZE people")
            taken = []
            for task in [*questions[:5], *questions]:
                numbers = [number[skill] for skill in task.skill_ids]
                before = server.spent().cpu_seconds
                for _ in range(3):  # the operating system counts in hundredths of a second
                    cursor.execute(
                        "SELECT id FROM people WHERE tags && %(w)s::int[]"
                        " ORDER BY icount(tags & %(w)s::int[]) DESC, id LIMIT 200",
                        {"w": numbers},
                    )
                    cursor.fetchall()
                taken.append(1000 * (server.spent().cpu_seconds - before) / 3)
        connection.close()
    return _summary(taken[5:])


if __name__ == "__main__":
    main()
