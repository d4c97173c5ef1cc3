"""
Compares the ranking of full texts with plain TF-IDF of words, and chooses the weights of the signals for each track on
all other tracks.

    python -m bench.matching_texts [--shared DIR] [--choose]

Plain is scikit-learn's `TfidfVectorizer(sublinear_tf=True)`, fitted on both sides. Tracks: those of
`tests/demo/make_texts.py`, and, where DIR has them (default: `TRADEWIND_SHARED`, or `shared` beside the project), real
texts: questions against all questions a person answered before (without tags and history), and descriptions of
occupations against each other. Prints a table of nDCG@10 (gain 2^grade - 1), and with `--choose` the weights chosen
without each track and what they reach on it.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FORUMS = ("se_android", "se_history", "se_dba")
MOVES = ("moves_en", "moves_fr")
LETTERS, MEANING = (0.0, 0.1, 0.2, 0.3, 0.5), (0.0, 0.5, 1.0, 2.0, 3.0)


@dataclass(frozen=True)
class Texts:
    """:param grades: tasks x people, 0 if not relevant; `ignored`: pairs that are left out, neither right nor wrong."""

    name: str
    tasks: list[str]
    people: list[str]
    languages: tuple[list[str | None], list[str | None]]
    grades: Any
    ignored: Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(os.environ.get("TRADEWIND_SHARED") or ROOT.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    parser.add_argument("--choose", action="store_true")
    options = parser.parse_args()
    from ranking import full_texts

    print(f"{'track':<18} {'tasks':>5} {'people':>6} {'plain':>6} {'words':>6} {'all':>6}")
    reached: dict[str, dict[tuple[float, float], float]] = {}
    plain_of: dict[str, float] = {}
    for texts in itertools.chain(own(), real(options.shared / "data")):
        signals = full_texts.signals(texts.tasks, texts.people, texts.languages)
        plain_of[texts.name] = measured(plain(texts), texts)
        words, everything = measured(signals["words"], texts), measured(full_texts.combined(signals), texts)
        print(
            f"{texts.name:<18} {len(texts.tasks):>5} {len(texts.people):>6} {plain_of[texts.name]:>6.4f} {words:>6.4f}"
            f" {everything:>6.4f}",
            flush=True,
        )
        if options.choose:
            reached[texts.name] = {
                weights: measured(full_texts.combined(signals, *weights), texts)
                for weights in itertools.product(LETTERS, MEANING)
            }
    for name, values in reached.items():
        others = [other for other in reached if other != name]
        best = max(values, key=lambda weights: sum(reached[other][weights] for other in others))
        print(f"{name:<18} letters, meaning chosen without it: {best}  {values[best]:.4f}  plain {plain_of[name]:.4f}")


def plain(texts: Texts) -> Any:
    """Return the cosine of plain TF-IDF of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    matrix = TfidfVectorizer(sublinear_tf=True).fit_transform([*texts.tasks, *texts.people])
    return (matrix[: len(texts.tasks)] @ matrix[len(texts.tasks) :].T).toarray()


def measured(scores: Any, texts: Texts) -> float:
    """Return the mean nDCG@10 over the tasks for which somebody is relevant."""
    discount = 1 / np.log2(np.arange(2, 12))
    result = []
    for row, grades in zip(np.where(texts.ignored, -np.inf, scores), texts.grades, strict=True):
        gains = 2.0**grades - 1
        if gains.any():
            best = np.argsort(-row, kind="stable")[:10]
            result.append((gains[best] * discount).sum() / (np.sort(gains)[::-1][:10] * discount).sum())
    return float(np.mean(result))


def own() -> Iterator[Texts]:
    from tests.demo import make_texts

    for name in make_texts.TRACKS:
        files, answers = make_texts.texts(name)
        yield _texts(name, files["tasks"], files["freelancers"], answers)


def real(data: Path) -> Iterator[Texts]:
    """Yield the tracks of real texts; nothing if they are not there."""
    for name in FORUMS:
        folder = data / "dev_matching" / name
        if folder.is_dir():
            past = {row["id"]: f"{row['title']} {row['text']}" for row in _rows(folder / "past_tasks.jsonl.gz")}
            people = [
                row | {"text": " ".join(past[item["task"]] for item in row["history"] if item["task"] in past)}
                for row in _rows(folder / "freelancers.jsonl.gz")
            ]
            tasks = [row | {"text": f"{row['title']} {row['text']}"} for row in _rows(folder / "tasks.jsonl.gz")]
            yield _texts(name, tasks, people, _answers(folder / "qrels.tsv"))
    for name in MOVES:
        folder = data / "dev_careers" / name
        if folder.is_dir():
            rows = [
                row | {"text": f"{row['title']}. {row.get('text') or ', '.join(row['skills'])}"}
                for row in _rows(folder / "occupations.jsonl.gz")
            ]
            queries = set((folder / "queries.txt").read_text().split())
            answers = _answers(folder / "qrels.tsv")
            for task in queries:
                answers[task][task] = -1  # an occupation is not related to itself
            yield _texts(name, [row for row in rows if row["id"] in queries], rows, answers)


def _texts(
    name: str, tasks: list[dict[str, Any]], people: list[dict[str, Any]], answers: dict[str, dict[str, int]]
) -> Texts:
    column = {row["id"]: number for number, row in enumerate(people)}
    grades = np.zeros((len(tasks), len(people)), dtype=np.int64)
    for number, task in enumerate(tasks):
        for person, grade in answers.get(task["id"], {}).items():
            if person in column:
                grades[number, column[person]] = grade
    languages = [row.get("lang") for row in tasks], [row.get("lang") for row in people]
    listed = [row["text"] for row in tasks], [row["text"] for row in people]
    return Texts(name, *listed, languages, np.maximum(grades, 0), grades < 0)


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _answers(path: Path) -> dict[str, dict[str, int]]:
    answers: dict[str, dict[str, int]] = defaultdict(dict)
    for line in path.read_text().splitlines():
        task, _, person, grade = line.split("\t")
        answers[task][person] = int(grade)
    return answers


if __name__ == "__main__":
    main()
