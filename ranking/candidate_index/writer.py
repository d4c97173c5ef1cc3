"""The only code that writes a candidate index."""

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

from ranking import formula, word_weights
from ranking.candidate_index.columns import Columns, by_person
from ranking.candidate_index.segments import FACTS, LANGUAGES_MAX, LEVEL_COLUMNS, country_number, halves
from ranking.scoring import FreelancerFeatures, PastWork
from ranking.word_weights import NO_RARITY, Entries, Rarity

CURRENT = "current.json"
FORMAT = 3
"""Version of the file format; each version has its own index folder."""


class Writer:
    """Collects people one by one into compact arrays, without keeping their objects."""

    def __init__(self) -> None:
        self._ids: list[UUID] = []
        self._facts: list[tuple[Any, ...]] = []
        self._owners, self._skills, self._said = array("l"), array("l"), array("f")
        self._workers, self._work_at, self._work_accepted = array("l"), array("d"), array("b")
        self._work_lengths, self._work_skills = array("l"), array("l")
        self._skill_rows: dict[UUID, int] = {}
        self._languages: dict[str, int] = {}
        self._word_rows, self._words, self._counts = array("l"), array("L"), array("B")

    def add(self, freelancer: FreelancerFeatures) -> None:
        row = len(self._facts)
        for skill, level in freelancer.skills.items():
            self._owners.append(row)
            self._skills.append(self._skill_row(skill))
            self._said.append(formula.LEVELS.get(level, formula.LEVEL_UNKNOWN))
        for work in freelancer.works:
            self._add_work(row, work)
        masks = {"fluent": 0, "conversational": 0, "basic": 0}
        for code, level_in in freelancer.languages.items():
            number = self._languages.setdefault(code.split("-")[0], len(self._languages))
            if number < LANGUAGES_MAX:
                masks[LEVEL_COLUMNS.get(level_in, "basic")] |= 1 << number
        self._word_rows.extend([row] * len(freelancer.words))
        self._words.extend(freelancer.words)
        self._counts.extend(freelancer.words.values())
        self._ids.append(freelancer.id)
        self._facts.append(
            (
                freelancer.usual_price_minor or 0, freelancer.hourly_minor or 0,
                freelancer.active_at.timestamp() if freelancer.active_at else math.nan,
                masks["fluent"], masks["conversational"], masks["basic"],
                sum(1 << hour for hour in freelancer.utc_hours), min(freelancer.completed, 65_535),
                min(freelancer.failed, 65_535), country_number(freelancer.country),
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

    def columns(self, word_rarity: Rarity | None = None) -> Columns:
        """
        Return everything collected, sorted by person id.

        :param word_rarity: that of the base, for a delta; None counts the words of these people, for a base.
        """
        owners = halves(self._ids)
        order = np.lexsort((owners[1], owners[0]))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        works, work_skills = by_person(
            place[_numbers(self._workers, np.int64)], _numbers(self._work_at, np.float64),
            _numbers(self._work_accepted, np.int8), _numbers(self._work_lengths, np.int64),
            _numbers(self._work_skills, np.int64),
        )  # fmt: skip
        rows = place[_numbers(self._word_rows, np.int64)]
        by_row = np.argsort(rows, kind="stable")
        bags = Entries(
            rows[by_row],
            _numbers(self._words, np.uint64)[by_row].astype(np.uint32),
            _numbers(self._counts, np.uint8)[by_row],
        )
        rarity = word_weights.counted(bags, len(order)) if word_rarity is None else word_rarity
        people, skills = place[_numbers(self._owners, np.int64)], _numbers(self._skills, np.int64)
        return Columns(
            owners=owners[:, order],
            features=np.array(self._facts, dtype=FACTS)[order],
            skills=list(self._skill_rows),
            languages=list(self._languages),
            said=(people, skills, _numbers(self._said, np.float32)),
            works=works,
            work_skills=work_skills,
            words=word_weights.kept(bags, rarity),
            word_rarity=rarity if word_rarity is None else NO_RARITY,
        )


def _numbers(values: array[Any], kind: Any) -> Any:
    return np.frombuffer(values, dtype=kind) if len(values) else np.empty(0, kind)


@contextmanager
def writing(index: Path) -> Iterator[bool]:
    """Lock the index for one writer. Yields False if another process already holds the lock."""
    index.mkdir(parents=True, exist_ok=True)
    with (index / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def put_base(index: Path, people: Columns, *, until: str = "", database: str = "") -> int:
    """
    Write a new base without a delta, make it current and return the number of people.

    :param until: position of the last change included, for `state`; `database`: name of the source database.
    """
    index.mkdir(parents=True, exist_ok=True)
    number = int(state(index).get("base", 0)) + 1
    count = people.write(_fresh(index / f"base-{number}"))
    current = {"base": number, "delta": 0, "base_until": until, "until": until, "people": count, "database": database}
    _switch(index, current)
    return count


def put_delta(index: Path, people: Columns, *, gone: Iterable[UUID], until: str = "") -> int:
    """
    Write a delta over the current base and return the number of people in it.

    :param people: the current data of the people who changed; `gone`: ids of people who are removed from the index.
    :raises FileNotFoundError: if there is no base.
    """
    now = state(index)
    if not now:
        raise FileNotFoundError(f"{index} has no base")
    folder = _fresh(index / f"delta-{now['base']}-{now['delta'] + 1}")
    count = people.write(folder)
    (folder / "gone.json").write_text(json.dumps([str(item) for item in gone]))
    _switch(index, now | {"delta": now["delta"] + 1, "until": until})
    return count


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)  # left behind by a writer that crashed
    return folder


def state(index: Path) -> dict[str, Any]:
    """
    Return `base`, `delta`, the last change included in each (`base_until`, `until`), `people` in the base and
    `database`. Empty if there is no index.
    """
    try:
        result: dict[str, Any] = json.loads((index / CURRENT).read_text())
    except FileNotFoundError:
        return {}
    return result


def _switch(index: Path, current: dict[str, Any]) -> None:
    """Replace the current state atomically, so that readers never see a mixture of parts, and delete unused parts."""
    temporary = index / f"{CURRENT}.{os.getpid()}"
    temporary.write_text(json.dumps(current))
    temporary.replace(index / CURRENT)
    kept = {f"base-{current['base']}", f"delta-{current['base']}-{current['delta']}"}
    # a reader may be opening these
    kept |= {f"base-{current['base'] - 1}", f"delta-{current['base']}-{current['delta'] - 1}"}
    for folder in index.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)  # maps that are still open keep their pages
