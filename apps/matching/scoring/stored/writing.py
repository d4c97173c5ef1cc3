"""The only writer of a shelf."""

from __future__ import annotations

import fcntl
import json
import math
import os
import shutil
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from scipy.sparse import csr_matrix

from apps.matching import scoring
from apps.matching.scoring import FreelancerFacts
from apps.matching.scoring.stored.parts import FACTS, LANGUAGES_MAX, LEVEL_COLUMNS, country_number

CURRENT = "current.json"


class Writer:
    """Collects people and writes one part; a million of them take two arrays of ten million numbers, no objects."""

    def __init__(self) -> None:
        self._facts: list[tuple[Any, ...]] = []
        self._owners, self._skills, self._strengths = array("l"), array("l"), array("f")
        self._skill_rows: dict[UUID, int] = {}
        self._languages: dict[str, int] = {}

    def add(self, one: FreelancerFacts) -> None:
        row = len(self._facts)
        for skill in one.skills:
            self._owners.append(row)
            self._skills.append(self._skill_rows.setdefault(skill, len(self._skill_rows)))
            self._strengths.append(scoring.proven(one, skill))
        masks = {"fluent": 0, "conversational": 0, "basic": 0}
        for code, level in one.languages.items():
            number = self._languages.setdefault(code.split("-")[0], len(self._languages))
            if number < LANGUAGES_MAX:
                masks[LEVEL_COLUMNS.get(level, "basic")] |= 1 << number
        self._facts.append(
            (
                one.id.int >> 64, one.id.int & (2**64 - 1), one.usual_price_minor or 0, one.hourly_minor or 0,
                one.active_at.timestamp() if one.active_at else math.nan, masks["fluent"], masks["conversational"],
                masks["basic"], sum(1 << hour for hour in one.utc_hours), min(one.completed, 65_535),
                min(one.failed, 65_535), country_number(one.country),
            )
        )  # fmt: skip

    def write(self, folder: Path) -> int:
        """Write everything into a new folder; gives how many people."""
        facts = np.array(self._facts, dtype=FACTS)
        order = np.lexsort((facts["low"], facts["high"]))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        owners = place[np.frombuffer(self._owners, dtype=np.int64)] if len(self._owners) else np.empty(0, np.int64)
        matrix = csr_matrix(
            (
                np.frombuffer(self._strengths, dtype=np.float32) if len(self._strengths) else np.empty(0, np.float32),
                (np.frombuffer(self._skills, dtype=np.int64) if len(self._skills) else np.empty(0, np.int64), owners),
            ),
            shape=(len(self._skill_rows), len(facts)),
        )
        matrix.sort_indices()
        folder.mkdir(parents=True)
        np.save(folder / "facts.npy", facts[order])
        np.save(folder / "indptr.npy", matrix.indptr)
        np.save(folder / "indices.npy", matrix.indices)
        np.save(folder / "data.npy", matrix.data)
        names = {"skills": [str(skill) for skill in self._skill_rows], "languages": list(self._languages)}
        (folder / "names.json").write_text(json.dumps(names))
        return len(facts)


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
