"""
Everybody who may be recommended, as arrays in files that all processes of a machine share through the page cache.

PostgreSQL stays the source of truth; this is a copy that answers in milliseconds. A *shelf* is a folder:

    base-7/       owners, facts and skills x owners (CSR, kept transposed: `q @ XT` touches the rows asked for alone)
    delta-7-3/    the same for those who changed since, who are passed over in the base
    current.json  {"base": 7, "delta": 3}, put in place by an atomic rename

Readers look at `current.json` before every question and open what is new; a writer never touches what is open.
`rank` gives what `scoring.score` gives, for a thousand people at once (tested against it).
"""

from __future__ import annotations

import fcntl
import json
import logging
import math
import os
import shutil
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from apps.matching import scoring
from apps.matching.scoring import FreelancerFacts, Match, TaskFacts

logger = logging.getLogger(__name__)
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
FACTS = np.dtype(
    [("high", "u8"), ("low", "u8"), ("usual", "f8"), ("hourly", "f8"), ("active", "f8"), ("fluent", "u8"),
     ("conversational", "u8"), ("basic", "u8"), ("hours", "u4"), ("completed", "u2"), ("failed", "u2"),
     ("country", "u2")]
)  # fmt: skip
COUNTRIES = 26 * 26
LANGUAGES_MAX = 64
CURRENT = "current.json"
LEVEL_COLUMNS = {"native": "fluent", "fluent": "fluent", "conversational": "conversational", "basic": "basic"}


def country_code(number: int) -> str:
    """The inverse of `country_number`."""
    return chr(65 + number // 26) + chr(65 + number % 26)


def country_number(code: str) -> int:
    """Of two letters A to Z; anything else is 0, which is AA and nobody's."""
    if len(code) == 2 and code.isascii() and code.isupper():
        return (ord(code[0]) - 65) * 26 + ord(code[1]) - 65
    return 0


# --- writing ----------------------------------------------------------------------------------------------------------


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


# --- reading ----------------------------------------------------------------------------------------------------------


class _Part:
    """One folder, mapped into memory."""

    def __init__(self, folder: Path) -> None:
        self.facts = np.load(folder / "facts.npy", mmap_mode="r")
        names = json.loads((folder / "names.json").read_text())
        self.skills = {UUID(skill): row for row, skill in enumerate(names["skills"])}
        self.languages = {language: number for number, language in enumerate(names["languages"])}
        indptr, indices, data = (
            np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("indptr", "indices", "data")
        )
        self.matrix = csr_matrix((len(self.skills), len(self.facts)), dtype=np.float32)
        self.matrix.indptr, self.matrix.indices, self.matrix.data = indptr, indices, data
        self.matrix.has_sorted_indices = True
        self.hidden = np.zeros(len(self.facts), dtype=bool)
        self.countries: frozenset[int] = frozenset(np.unique(self.facts["country"]).tolist())

    def __len__(self) -> int:
        return len(self.facts)

    def row_of(self, owner: UUID) -> int | None:
        high, low = owner.int >> 64, owner.int & (2**64 - 1)
        at = int(np.searchsorted(self.facts["high"], np.uint64(high)))
        while at < len(self.facts) and int(self.facts["high"][at]) == high:
            if int(self.facts["low"][at]) == low:
                return at
            at += 1
        return None

    def hide(self, owners: Iterable[UUID]) -> None:
        for owner in owners:
            if (row := self.row_of(owner)) is not None:
                self.hidden[row] = True

    def owner(self, row: int) -> UUID:
        return UUID(int=(int(self.facts["high"][row]) << 64) | int(self.facts["low"][row]))

    def owners(self) -> list[UUID]:
        return [self.owner(row) for row in range(len(self.facts))]

    def knowing(self, skill: UUID) -> int:
        row = self.skills.get(skill)
        return 0 if row is None else int(self.matrix.indptr[row + 1] - self.matrix.indptr[row])

    def strengths(self, skill: UUID, rows: Rows) -> Floats:
        """How well each of these people knows a skill, 0 for not at all."""
        number = self.skills.get(skill)
        if number is None:
            return np.zeros(len(rows))
        start, end = self.matrix.indptr[number], self.matrix.indptr[number + 1]
        listed, data = self.matrix.indices[start:end], self.matrix.data[start:end]
        at = np.minimum(np.searchsorted(listed, rows), max(len(listed) - 1, 0))
        found = listed[at] == rows if len(listed) else np.zeros(len(rows), dtype=bool)
        result: Floats = np.where(found, data[at] if len(listed) else 0.0, 0.0).astype(np.float64)
        return result


@dataclass(frozen=True)
class Rules:
    """
    What stands before any score.

    :param payable: COUNTRIES booleans: may money from the employer reach people there?
    :param excluded: owners who are never recommended for this task: the employer's own people, blocked pairs.
    """

    payable: NDArray[np.bool_]
    excluded: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Ranked:
    owner: UUID
    match: Match


@dataclass
class Shelf:
    """The parts that are current, opened anew when a writer has put others in their place."""

    folder: Path
    _opened: dict[str, Any] = field(default_factory=dict)
    _stamp: tuple[int, int] = (0, 0)
    _parts: list[_Part] = field(default_factory=list)

    @property
    def parts(self) -> list[_Part]:
        """Empty while nothing was built, or what was built cannot be read: then the question goes to PostgreSQL."""
        for _ in range(3):  # a writer may replace the parts while they are being opened
            try:
                status = (self.folder / CURRENT).stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if stamp != self._stamp:
                    self._open(state(self.folder))
                    self._stamp = stamp
            except FileNotFoundError:
                continue
            except (ValueError, KeyError, OSError):
                logger.exception("the shelf in %s cannot be read", self.folder)
                break
            return self._parts
        self._stamp, self._opened = (0, 0), {}
        return []

    def _open(self, current: dict[str, Any]) -> None:
        if current.get("base") != self._opened.get("base"):
            self._parts = [_Part(self.folder / f"base-{current['base']}")]
        base = self._parts[0]
        base.hidden[:] = False
        self._parts = [base]
        if current["delta"]:
            folder = self.folder / f"delta-{current['base']}-{current['delta']}"
            delta = _Part(folder)
            base.hide(delta.owners())
            base.hide(UUID(one) for one in json.loads((folder / "gone.json").read_text()))
            self._parts = [base, delta]
        self._opened = current

    def __len__(self) -> int:
        return sum(len(part) - int(part.hidden.sum()) for part in self.parts)

    @property
    def countries(self) -> set[str]:
        """Where the people are."""
        return {country_code(number) for part in self.parts for number in part.countries}

    def rarity(self, skills: Iterable[UUID]) -> dict[UUID, float]:
        """IDF of each skill; one that nobody has is the rarest. Those who changed lately are counted twice, at most."""
        parts = self.parts
        people = sum(len(part) for part in parts)
        return {skill: scoring.idf(people, sum(part.knowing(skill) for part in parts)) for skill in skills}

    def rank(
        self,
        task: TaskFacts,
        *,
        weights: Mapping[UUID, float],
        related: Mapping[UUID, Mapping[UUID, int]],
        rules: Rules,
        now: datetime,
        candidates: int = 1000,
        limit: int = 50,
        points: scoring.Weights = scoring.DEFAULT_WEIGHTS,
    ) -> list[Ranked]:
        """
        The best for a task, best first, equal ones by id, with the parts of each score.

        :param weights: what each skill weighs when candidates are sought; the task's own and those like them.
        :param related: as in `scoring.score`.
        """
        rarity = self.rarity(task.skill_ids)
        found: list[tuple[float, UUID, _Part, int, _Scores]] = []
        for part in self.parts:
            rows = _candidates(part, task, weights, rules, candidates)
            if len(rows):
                scores = _Scores(part, rows, task, rarity, related, now, points)
                best = np.argsort(-scores.score, kind="stable")[: limit + 1]
                found += [(-float(scores.score[at]), part.owner(int(rows[at])), part, int(at), scores) for at in best]
        found.sort(key=lambda one: (one[0], str(one[1])))
        return [Ranked(owner, scores.match(at)) for _, owner, _, at, scores in found[:limit]]


def _candidates(part: _Part, task: TaskFacts, weights: Mapping[UUID, float], rules: Rules, count: int) -> Rows:
    """Those with the highest sum of weight x strength among whom the hard rules let through."""
    known = [(part.skills[skill], weight) for skill, weight in weights.items() if skill in part.skills]
    if not known:
        return np.empty(0, dtype=np.int64)
    question = csr_matrix(
        (np.array([weight for _, weight in known], dtype=np.float32), ([0] * len(known), [row for row, _ in known])),
        shape=(1, len(part.skills)),
    )
    answer = question @ part.matrix
    rows, sums = answer.indices, answer.data
    facts = part.facts
    allowed = ~part.hidden[rows]
    asked, bridge = (
        np.uint64(1 << part.languages[code])
        if part.languages.get(code, LANGUAGES_MAX) < LANGUAGES_MAX
        else np.uint64(0)
        for code in (task.language.split("-")[0], scoring.BRIDGE)
    )
    # cheap sums first, then the wide table for those who could still get in
    if len(rows) > 8 * count:
        edge = np.partition(sums, -8 * count)[-8 * count]
        near = sums >= edge
        rows, sums, allowed = rows[near], sums[near], allowed[near]
    chosen = facts[rows]
    speaks = (chosen["fluent"] | chosen["conversational"] | chosen["basic"]) & (asked | bridge)
    allowed &= (speaks != 0) & rules.payable[chosen["country"]]
    for owner in rules.excluded:
        if (row := part.row_of(owner)) is not None:
            allowed &= rows != row
    rows, sums = rows[allowed], sums[allowed]
    if len(rows) > count:
        edge = np.partition(sums, -count)[-count]
        above, level = np.flatnonzero(sums > edge), np.flatnonzero(sums == edge)
        keep = np.concatenate([above, level[np.argsort(rows[level], kind="stable")][: count - len(above)]])
        rows = rows[keep]
    result: Rows = np.sort(rows).astype(np.int64)
    return result


class _Scores:
    """`scoring.score` for many people at once; arrays of one number a candidate."""

    def __init__(
        self,
        part: _Part,
        rows: Rows,
        task: TaskFacts,
        rarity: Mapping[UUID, float],
        related: Mapping[UUID, Mapping[UUID, int]],
        now: datetime,
        points: scoring.Weights,
    ) -> None:
        self.task, self.facts = task, part.facts[rows]
        self._skill(part, rows, rarity, related)
        self._pay()
        self._fit(part)
        total = self.facts["completed"].astype(np.float64) + self.facts["failed"]
        success = (self.facts["completed"] + scoring.PRIOR_SUCCESSES) / (total + scoring.PRIOR_TOTAL)
        growth = 0.6 * success + 0.4 / (1 + total / 2)
        days = np.maximum(0.0, (now.timestamp() - self.facts["active"]) / 86_400)
        floor = scoring.RECENCY_FLOOR
        faded = floor + (1 - floor) * 0.5 ** (days / scoring.RECENCY_HALF_LIFE_DAYS)
        recency = np.where(np.isnan(self.facts["active"]), floor, faded)
        self.points = {
            "skill": points.skill * self.skill,
            "pay": points.pay * self.pay,
            "growth": points.growth * growth,
        }
        base = self.points["skill"] + self.points["pay"] + self.points["growth"]
        self.points["recency"] = base * (recency - 1)
        self.points["fit"] = base * recency * (self.fit - 1)
        self.score: Floats = base * recency * self.fit

    def _skill(
        self, part: _Part, rows: Rows, rarity: Mapping[UUID, float], related: Mapping[UUID, Mapping[UUID, int]]
    ) -> None:
        self.known: dict[UUID, Floats] = {}
        self.instead: dict[UUID, tuple[Sequence[UUID], NDArray[np.int64]]] = {}
        gained = np.zeros(len(rows))
        whole = 0.0
        for skill in self.task.skill_ids:
            weight = rarity.get(skill, 1.0)
            whole += weight
            own = part.strengths(skill, rows)
            others = sorted(related.get(skill, {}).items(), key=lambda pair: str(pair[0]))
            likeness = np.zeros((len(others) + 1, len(rows)))
            for nth, (other, like) in enumerate(others, start=1):
                likeness[nth] = scoring.RELATED_SHARE * like / 1000 * part.strengths(other, rows)
            # the last of equal ones, as max() over (likeness, id) takes it
            best = len(others) - np.argmax(likeness[::-1], axis=0)
            self.known[skill], self.instead[skill] = own, ([other for other, _ in others], best)
            gained += weight * np.where(own > 0, own, likeness[best, np.arange(len(rows))])
            self.instead[skill] = ([other for other, _ in others], np.where(likeness.max(axis=0) > 0, best, 0))
        self.skill = gained / whole if whole else gained

    def _pay(self) -> None:
        size, budget = len(self.facts), self.task.budget_minor
        self.pay, self.pay_reasons = np.full(size, scoring.PAY_UNKNOWN), np.full(size, "unknown", dtype=object)
        if budget is None:
            return
        usual, hourly = self.facts["usual"], self.facts["hourly"]
        with np.errstate(divide="ignore"):
            above = np.log(usual / budget)
            hours = np.where(hourly > 0, budget / np.maximum(hourly, 1e-9), 0)
        by_usual, by_hour = usual > 0, (usual <= 0) & (hourly > 0)
        fits = np.where(above <= 0, 1.0, np.exp(-scoring.PAY_STEEPNESS * np.maximum(above, 0)))
        self.pay = np.where(by_usual, fits, np.where(by_hour, np.clip(hours / 8, 0.1, 1.0), self.pay))
        self.pay_reasons[by_usual] = np.where(above[by_usual] <= 0, "fits", "above")
        self.pay_reasons[by_hour] = np.where(hours[by_hour] >= 8, "pays_a_day", "under_a_day")

    def _fit(self, part: _Part) -> None:
        asked = part.languages.get(self.task.language.split("-")[0], LANGUAGES_MAX)
        bridge = part.languages.get(scoring.BRIDGE, LANGUAGES_MAX)
        talk = np.zeros(len(self.facts))
        self.language_reasons = np.full(len(self.facts), "none", dtype=object)
        if bridge < LANGUAGES_MAX:
            speaks = self._speaks(bridge, ("fluent", "conversational", "basic"))
            talk[speaks], self.language_reasons[speaks] = scoring.BRIDGE_FIT, "bridge"
        if asked < LANGUAGES_MAX:
            for level in ("basic", "conversational", "fluent"):
                speaks = self._speaks(asked, (level,))
                talk[speaks], self.language_reasons[speaks] = scoring.LANGUAGE_FIT[level], "shared"
        mask = np.uint32(sum(1 << hour for hour in self.task.utc_hours))
        self.hours = np.bitwise_count(self.facts["hours"] & mask).astype(np.int64)
        shared = np.minimum(1.0, self.hours / scoring.HOURS_ENOUGH)
        self.fit = scoring.FIT_FLOOR + (1 - scoring.FIT_FLOOR) * (0.6 * talk + 0.4 * shared)

    def _speaks(self, language: int, levels: Sequence[str]) -> NDArray[np.bool_]:
        bit = np.uint64(1 << language)
        result: NDArray[np.bool_] = np.zeros(len(self.facts), dtype=bool)
        for level in levels:
            result |= (self.facts[level] & bit) != 0
        return result

    def match(self, at: int) -> Match:
        matched, near, missing = [], [], []
        for skill in self.task.skill_ids:
            others, best = self.instead[skill]
            if self.known[skill][at] > 0:
                matched.append(skill)
            elif best[at] > 0:
                near.append((skill, others[int(best[at]) - 1]))
            else:
                missing.append(skill)
        return Match(
            score=float(self.score[at]),
            components={name: float(values[at]) for name, values in self.points.items()},
            matched=tuple(matched),
            related=tuple(near),
            missing=tuple(missing),
            pay_reason=str(self.pay_reasons[at]),
            language_reason=str(self.language_reasons[at]),
            hours=int(self.hours[at]),
            completed=int(self.facts["completed"][at]),
        )
