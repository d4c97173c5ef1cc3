"""The only writer of a shelf."""

from __future__ import annotations

import fcntl
import json
import math
import os
import shutil
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from scipy.sparse import csr_matrix

from apps.matching.scoring import FreelancerFacts, PastWork, formula
from apps.matching.scoring.stored.parts import FACTS, LANGUAGES_MAX, LEVEL_COLUMNS, country_number, ragged

CURRENT = "current.json"


class Writer:
    """Collects people and writes one part; a million of them take two arrays of ten million numbers, no objects."""

    def __init__(self) -> None:
        self._facts: list[tuple[Any, ...]] = []
        self._owners, self._skills, self._said = array("l"), array("l"), array("f")
        self._workers, self._work_at, self._work_accepted = array("l"), array("d"), array("b")
        self._work_lengths, self._work_skills = array("l"), array("l")
        self._skill_rows: dict[UUID, int] = {}
        self._languages: dict[str, int] = {}

    def add(self, one: FreelancerFacts) -> None:
        row = len(self._facts)
        for skill, level in one.skills.items():
            self._owners.append(row)
            self._skills.append(self._skill_row(skill))
            self._said.append(formula.LEVELS.get(level, formula.LEVEL_UNKNOWN))
        for work in one.works:
            self._add_work(row, work)
        masks = {"fluent": 0, "conversational": 0, "basic": 0}
        for code, level_in in one.languages.items():
            number = self._languages.setdefault(code.split("-")[0], len(self._languages))
            if number < LANGUAGES_MAX:
                masks[LEVEL_COLUMNS.get(level_in, "basic")] |= 1 << number
        self._facts.append(
            (
                one.id.int >> 64, one.id.int & (2**64 - 1), one.usual_price_minor or 0, one.hourly_minor or 0,
                one.active_at.timestamp() if one.active_at else math.nan, masks["fluent"], masks["conversational"],
                masks["basic"], sum(1 << hour for hour in one.utc_hours), min(one.completed, 65_535),
                min(one.failed, 65_535), country_number(one.country),
            )
        )  # fmt: skip

    def _skill_row(self, skill: UUID) -> int:
        return self._skill_rows.setdefault(skill, len(self._skill_rows))

    def _add_work(self, row: int, work: PastWork) -> None:
        self._workers.append(row)
        self._work_at.append(work.at.timestamp())
        self._work_accepted.append(work.accepted)
        self._work_lengths.append(len(work.skills))
        self._work_skills.extend(self._skill_row(skill) for skill in work.skills)

    def write(self, folder: Path) -> int:
        """Write everything into a new folder; gives how many people."""
        facts = np.array(self._facts, dtype=FACTS)
        order = np.lexsort((facts["low"], facts["high"]))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        folder.mkdir(parents=True)
        np.save(folder / "facts.npy", facts[order])
        owners, skills = place[_numbers(self._owners, np.int64)], _numbers(self._skills, np.int64)
        self._write_matrix(folder, "said", _numbers(self._said, np.float32), skills, owners, len(facts))
        self._write_works(folder, place)
        names = {"skills": [str(skill) for skill in self._skill_rows], "languages": list(self._languages)}
        (folder / "names.json").write_text(json.dumps(names))
        return len(facts)

    def _write_works(self, folder: Path, place: Any) -> None:
        """The works by person, and what they prove of each skill as a matrix in which evidence is sought."""
        workers, lengths = place[_numbers(self._workers, np.int64)], _numbers(self._work_lengths, np.int64)
        order = np.argsort(workers, kind="stable")
        starts = np.cumsum(lengths) - lengths
        skills = _numbers(self._work_skills, np.int64)[ragged(starts[order], lengths[order])]
        workers, lengths = workers[order], lengths[order]
        at, accepted = _numbers(self._work_at, np.float64)[order], _numbers(self._work_accepted, np.int8)[order]
        np.save(folder / "work_start.npy", np.searchsorted(workers, np.arange(len(place) + 1)).astype(np.int32))
        np.save(folder / "work_at.npy", at.round().astype(np.uint32))  # seconds are enough until 2106
        np.save(folder / "work_accepted.npy", accepted.astype(bool))
        np.save(folder / "work_ptr.npy", np.r_[0, np.cumsum(lengths)].astype(np.int32))
        np.save(folder / "work_skills.npy", skills.astype(np.int32))
        latest = float(at.max()) if len(at) else 0.0
        worth = accepted * 0.5 ** ((latest - at) / 86_400 / formula.WORK_HALF_LIFE_DAYS)
        self._write_matrix(
            folder, "evidence", np.repeat(worth, lengths).astype(np.float32), skills, np.repeat(workers, lengths),
            len(place), change=np.log1p,
        )  # fmt: skip

    def _write_matrix(
        self, folder: Path, name: str, values: Any, skills: Any, owners: Any, people: int,
        change: Callable[[Any], Any] = np.asarray,
    ) -> None:  # fmt: skip
        matrix = csr_matrix((values, (skills, owners)), shape=(len(self._skill_rows), people))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()  # work that was not accepted brings nobody into question
        matrix.sort_indices()
        np.save(folder / f"{name}_indptr.npy", matrix.indptr)
        np.save(folder / f"{name}_indices.npy", matrix.indices)
        np.save(folder / f"{name}_data.npy", change(matrix.data).astype(np.float32))


def _numbers(values: array[Any], kind: Any) -> Any:
    return np.frombuffer(values, dtype=kind) if len(values) else np.empty(0, kind)


@contextmanager
def writing(shelf: Path) -> Iterator[bool]:
    """One writer of a shelf at a time: false for whoever comes second, who leaves it to the first."""
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def put_base(shelf: Path, writer: Writer, *, until: str = "") -> int:
    """
    Write a new base without a delta and make it the current one; gives how many people.

    :param until: up to which change the people are known, for `state`.
    """
    shelf.mkdir(parents=True, exist_ok=True)
    number = int(state(shelf).get("base", 0)) + 1
    count = writer.write(_fresh(shelf / f"base-{number}"))
    _switch(shelf, {"base": number, "delta": 0, "base_until": until, "until": until, "people": count})
    return count


def put_delta(shelf: Path, writer: Writer, *, gone: Iterable[UUID], until: str = "") -> int:
    """
    Write a delta over the current base: the people as they are now, and `gone`, who are no longer to be found at all.

    :raises FileNotFoundError: without a base.
    """
    now = state(shelf)
    if not now:
        raise FileNotFoundError(f"{shelf} has no base")
    folder = _fresh(shelf / f"delta-{now['base']}-{now['delta'] + 1}")
    count = writer.write(folder)
    (folder / "gone.json").write_text(json.dumps([str(one) for one in gone]))
    _switch(shelf, now | {"delta": now["delta"] + 1, "until": until})
    return count


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)  # what a writer that died has left
    return folder


def state(shelf: Path) -> dict[str, Any]:
    """`base`, `delta`, up to which change each goes (`base_until`, `until`) and `people` of the base; empty without."""
    try:
        found: dict[str, Any] = json.loads((shelf / CURRENT).read_text())
    except FileNotFoundError:
        return {}
    return found


def _switch(shelf: Path, current: dict[str, Any]) -> None:
    """Readers see the old parts or the new ones, never a mixture; what no reader starts with any more is removed."""
    temporary = shelf / f"{CURRENT}.{os.getpid()}"
    temporary.write_text(json.dumps(current))
    temporary.replace(shelf / CURRENT)
    kept = {f"base-{current['base']}", f"delta-{current['base']}-{current['delta']}"}
    kept |= {f"base-{current['base'] - 1}", f"delta-{current['base']}-{current['delta'] - 1}"}  # being opened just now
    for folder in shelf.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)  # open maps keep their pages
