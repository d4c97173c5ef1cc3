"""
Ranks all people of a folder for all tasks of a folder, using whatever data the two sides have.

The method depends on the data present, never on a name: past work gives evidence and learning; lists of skills are
linked to ids and compared through occupations; titles are compared directly and through occupations; a catalogue of
skills is linked to texts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ranking import full_texts, learning, multilingual_encoder, occupations, skill_lists, vectors
from ranking.evidence import Briefs, EvidenceIndex, Work
from ranking.linker import Linker
from ranking.taxonomy import base_language
from ranking.text import Matrix, normal, pair_likeness

RANKED_MAX = 1000
ROWS_AT_ONCE = 64
CATALOGUE_SHARE = 0.8
LETTERS_OF_TITLES, ROAD_OF_TITLES, DIRECT_ACROSS = 0.4, 0.3, 0.5
DIRECT_BESIDE_NAMES = 0.2
IDS_BESIDE_ROAD = 0.15
OWN_WORDS = 0.3  # weight next to the linked skill: labels missing from the taxonomy still match themselves
WINDOWS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
WINDOW_TASKS_MAX = 300
MOMENTS_MAX = 4
ENCODED_MAX = 4_000
HISTORY_WEIGHTS = (0.3, 1.0, 3.0)  # beside full texts; the first keeps the places of people without history
CHECKED_MAX = 100
Report = Callable[[str], None]


@dataclass(frozen=True)
class Past:
    """One piece of a person's history; `task` is the id of a past task."""

    task: str
    score: float
    accepted: bool
    at: float


@dataclass(frozen=True)
class Person:
    id: str
    language: str | None
    title: str
    skills: Mapping[str, float]
    text: str
    history: Sequence[Past] = ()


@dataclass(frozen=True)
class Brief:
    """:param at: time it was posted, in the unit of `Past.at`; None if time is not used."""

    id: str
    language: str | None
    title: str
    skills: Sequence[str]
    text: str
    at: float | None = None


@dataclass(frozen=True)
class Track:
    people: list[Person]
    tasks: list[Brief]
    past: list[Brief] = field(default_factory=list)
    excludes_same_language: bool = False


@dataclass(frozen=True)
class Ranked:
    """:param rankings: (task id, ids of people, best first), in the order of the track's tasks."""

    how: str
    rankings: list[tuple[str, list[str]]]
    card: dict[str, Any]


def rank(track: Track, linker: Linker, report: Report = lambda step: None) -> Ranked:
    """
    Return the best RANKED_MAX people for every task.

    :param report: called with a description of each step, to show progress.
    """
    card: dict[str, Any] = {}
    if any(person.history for person in track.people) and track.past:
        how, scores = "history", _by_history(track, report, card)
    elif _is_catalogue(track, linker):
        how, scores = "catalogue", _by_catalogue(track, linker, report)
    else:
        how, scores = _by_profile(track, linker, report)
    ids = [person.id for person in track.people]
    languages = np.array([person.language or "" for person in track.people])
    rankings = []
    for task, row in zip(track.tasks, scores, strict=True):
        allowed = np.arange(len(ids))
        if track.excludes_same_language:
            allowed = np.flatnonzero(languages != (task.language or ""))
        best = allowed[np.argsort(-row[allowed], kind="stable")[:RANKED_MAX]]
        rankings.append((task.id, [ids[number] for number in best]))
    return Ranked(how, rankings, card)


# --- titles, skills, texts ------------------------------------------------------------------------------------------


def _is_catalogue(track: Track, linker: Linker) -> bool:
    """Return whether the "people" are names of skills. The tasks are then linked to skills, not matched with people."""
    if any(person.skills or person.text for person in track.people):
        return False
    sample = track.people[:: max(1, len(track.people) // 500)]
    named = sum(1 for person in sample if person.title and linker.exact(person.title, person.language))
    return named >= CATALOGUE_SHARE * len(sample)


def _by_catalogue(track: Track, linker: Linker, report: Report) -> Matrix:
    scores = np.zeros((len(track.tasks), len(track.people)), dtype=np.float32)
    columns = _columns_of_catalogue(track, linker)
    flatnonzero = np.flatnonzero(columns >= 0)
    for language, rows in _by_language(track.tasks):
        for first in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[first : first + ROWS_AT_ONCE]
            report(f"links {first + len(some)} of {len(rows)} texts in {language or 'an unknown language'}")
            texts = [_whole(track.tasks[row]) for row in some]
            short = [
                len(text.split()) <= 6 and not track.tasks[row].text for text, row in zip(texts, some, strict=True)
            ]
            for is_short, look in ((True, linker.skills_like), (False, linker.skills_in)):
                chosen = [place for place, item in enumerate(short) if item == is_short]
                if chosen:
                    likeness = look([texts[place] for place in chosen], language)
                    scores[np.ix_([some[place] for place in chosen], flatnonzero)] = likeness[:, columns[flatnonzero]]
    return scores


def _columns_of_catalogue(track: Track, linker: Linker) -> NDArray[np.int64]:
    """Return the skill row of each entry: by key if the id is one, else by name; -1 if neither is found."""
    keys = {key: row for row, key in enumerate(linker.taxonomy.skill_keys)}
    columns = []
    for person in track.people:
        row = keys.get(person.id.rpartition("/")[2])
        if row is None:
            exact = linker.exact(person.title, person.language)
            row = max(exact, key=lambda item: exact[item]) if exact else -1
        columns.append(row)
    return np.array(columns, dtype=np.int64)


def _by_profile(track: Track, linker: Linker, report: Report) -> tuple[str, Matrix]:
    """
    Return the sum of all comparisons that both sides have data for, each scaled by the mean of its ten best values.
    """
    parts: list[tuple[str, Matrix]] = []
    if _both(track, lambda item: bool(item.skills)):
        report("links lists of skills")
        parts.append(("skills", _by_skills(track, linker)))
    if _both(track, lambda item: bool(item.title)):
        report("links titles")
        parts.append(("titles", _by_titles(track, linker)))
    if _both(track, lambda item: bool(item.text)) or not parts:
        report("reads texts")
        parts.append(("texts", _by_texts(track)))
    if len(parts) == 1:
        return parts[0]
    total = sum(
        part / np.maximum(np.sort(part, axis=1)[:, -10:].mean(axis=1, keepdims=True), 1e-9) for _, part in parts
    )
    return "+".join(name for name, _ in parts), np.asarray(total, dtype=np.float32)


def _both(track: Track, has: Callable[[Person | Brief], bool]) -> bool:
    sides: tuple[Sequence[Person | Brief], ...] = (track.people, track.tasks)
    return all(2 * sum(1 for item in side if has(item)) >= len(side) for side in sides)


def _by_skills(track: Track, linker: Linker) -> Matrix:
    skills = [*(person.skills for person in track.people), *(task.skills for task in track.tasks)]
    spoken = [*(person.language for person in track.people), *(task.language for task in track.tasks)]
    linked = linker.linked(skills, spoken)  # linked together, so that a name both sides use is processed once
    people, tasks = linked[: len(track.people)], linked[len(track.people) :]
    own_words = OWN_WORDS * skill_lists.vocabulary(skills)
    left = skill_lists.beside(tasks, own_words[len(track.people) :])
    right = skill_lists.beside(people, own_words[: len(track.people)])
    if not linker.taxonomy.has_relations:
        return skill_lists.together(left, right) + skill_lists.akin(tasks, people)
    taxonomy = linker.taxonomy
    road = occupations.likeness(
        occupations.practised(tasks, taxonomy), occupations.practised(people, taxonomy), taxonomy
    )
    return np.asarray(road + IDS_BESIDE_ROAD * skill_lists.shared(left, right), dtype=np.float32)


def _by_titles(track: Track, linker: Linker) -> Matrix:
    """
    Within one language the titles alone say much; across languages the comparison through occupations says nearly all.
    """
    items: list[Person | Brief] = [*track.people, *track.tasks]
    count = len(track.people)
    titles = [normal(item.title) for item in items]
    meant = np.zeros((len(items), len(linker.taxonomy.occupation_keys)), dtype=np.float32)
    broadly = np.zeros((len(items), multilingual_encoder.occupations().shape[1]), dtype=np.float32)
    for language, rows in _by_language(items):
        some = [titles[row] for row in rows]
        broadly[rows] = multilingual_encoder.encode(some, base_language(language), "occupations")
        meant[rows] = linker.occupations_like(some, language, broadly[rows])
    named = occupations.named(meant)
    road = occupations.likeness(named[count:], named[:count], linker.taxonomy)
    encoded = vectors.encode(titles)
    quick = encoded[count:] @ encoded[:count].T
    broad = broadly[count:] @ broadly[:count].T
    letters = pair_likeness(titles[count:], titles[:count])
    same = _languages(track.tasks)[:, None] == _languages(track.people)[None, :]
    within = quick + LETTERS_OF_TITLES * letters + ROAD_OF_TITLES * road
    across = road + broad + DIRECT_ACROSS * quick
    if linker.taxonomy.has_relations:
        across = road + DIRECT_BESIDE_NAMES * quick
    return np.asarray(np.where(same, within, across), dtype=np.float32)


def _by_texts(track: Track) -> Matrix:
    return _like_texts(track, track.tasks)


def _like_texts(track: Track, tasks: Sequence[Brief]) -> Matrix:
    languages = [task.language for task in tasks], [person.language for person in track.people]
    return full_texts.likeness(
        [_whole(task) for task in tasks], [_whole(person) for person in track.people], languages,
        is_timed=any(task.at is not None for task in tasks),
    )  # fmt: skip


def _whole(item: Person | Brief) -> str:
    return "\n".join(part for part in (item.title, ", ".join(item.skills), item.text) if part).strip()


def _languages(items: Sequence[Person | Brief]) -> NDArray[Any]:
    return np.array([base_language(item.language) for item in items])


def _by_language(items: Sequence[Person | Brief]) -> Iterator[tuple[str | None, NDArray[np.int64]]]:
    languages = np.array([item.language or "" for item in items])
    for language in np.unique(languages):
        yield str(language) or None, np.flatnonzero(languages == language)


# --- history --------------------------------------------------------------------------------------------------------


def _by_history(track: Track, report: Report, card: dict[str, Any]) -> Matrix:
    """
    Rank tasks from an index that ends before the first of them, like the site's index between two rebuilds.

    If tasks and history overlap in time, there are several cut-off times, so that later tasks use more of the history.
    """
    work, past, arrays = _arrays(track, report)
    scores = np.zeros((len(track.tasks), len(track.people)), dtype=np.float32)
    declared = _declared(track)
    has_texts = _both(track, lambda item: bool(item.text))
    for rows in _moments(arrays.at, work.at):
        before = float(arrays.at[rows].min())
        ranker = learning.train(_windows(work, past, len(track.people), before, report), gain_min=learning.WORSE)
        card["ranker"] = ranker.card
        index = EvidenceIndex(work, past, len(track.people), before=before)
        for first in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[first : first + ROWS_AT_ONCE]
            report(f"ranks {first + len(some)} of {len(rows)} tasks")
            scores[some] = ranker.score(index.features(arrays.rows(some)))
        strangers = index.counts == 0
        if has_texts:
            report("reads texts")
            weight = _weight_of_history(track, work, past, before, ranker)
            texts = _like_texts(track, [track.tasks[row] for row in rows])
            scores[rows] = texts + weight * _over_known(scores[rows], index.known_people)
        else:  # Without history they are ranked last, by their declared skills.
            scores[np.ix_(rows, strangers)] = (
                scores[rows].min(axis=1, keepdims=True) - 2 + declared[np.ix_(rows, strangers)]
            )
    return scores


def _weight_of_history(track: Track, work: Work, past: Briefs, before: float, ranker: learning.Ranker) -> float:
    """
    Return the weight of history beside full texts: the one that best ranks who did the latest tenth of the past tasks.
    """
    order = np.argsort(past.at, kind="stable")
    order = order[past.at[order] < before]
    rows = order[-max(len(order) // 10, 1) :][-CHECKED_MAX:]
    if not len(rows):
        return HISTORY_WEIGHTS[0]
    index = EvidenceIndex(work, past, len(track.people), before=float(past.at[rows].min()))
    experienced = index.known_people
    if not len(experienced):
        return HISTORY_WEIGHTS[0]
    gains = _gains(work, rows, len(track.people), before)[:, experienced]
    history = _over_known(ranker.score(index.features(past.rows(rows))), experienced)[:, experienced]
    texts = full_texts.standard(_like_texts(track, [track.past[row] for row in rows])[:, experienced])
    examples = learning.Examples(
        features=np.empty((gains.size, 0), dtype=np.float32),
        gains=gains.ravel(),
        weights=np.ones(gains.size, dtype=np.float32),
        tasks=np.repeat(np.arange(len(rows)), len(experienced)),
    )
    measured = [
        learning.ndcg(examples, (texts + np.float32(weight) * history).ravel()).sum() for weight in HISTORY_WEIGHTS
    ]
    return HISTORY_WEIGHTS[int(np.argmax(measured))]


def _over_known(scores: Matrix, experienced: NDArray[np.int64]) -> Matrix:
    """Return the scores in units of their spread over people with history; 0, the mean, for the others."""
    result = np.zeros_like(scores)
    if len(experienced):
        result[:, experienced] = full_texts.standard(scores[:, experienced])
    return result


def _arrays(track: Track, report: Report) -> tuple[Work, Briefs, Briefs]:
    place = {task.id: row for row, task in enumerate(track.past)}
    entries = [
        (row, place[item.task], item.score, float(item.accepted), item.at)
        for row, person in enumerate(track.people)
        for item in person.history
        if item.task in place
    ]
    table = np.array(sorted(entries, key=lambda entry: entry[4]), dtype=np.float64).reshape(-1, 5)
    work = Work(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2], table[:, 3], table[:, 4])
    briefs = [*track.past, *track.tasks]
    latest = max((item.at for item in track.past if item.at is not None), default=0.0)
    at = np.array([brief.at if brief.at is not None else latest + 1 for brief in briefs], dtype=np.float64)
    report(f"reads {len(briefs)} briefs")
    columns: dict[str, int] = {}
    pairs = {
        (row, columns.setdefault(normal(s), len(columns))) for row, element in enumerate(briefs) for s in element.skills
    }
    skills = csr_matrix(
        (np.ones(len(pairs), dtype=np.float32), ([row for row, _ in pairs], [column for _, column in pairs])),
        shape=(len(briefs), max(len(columns), 1)),
    )
    encoded = np.zeros((len(briefs), vectors.skills().shape[1]), dtype=np.float32)
    read = np.r_[np.argsort(at[: len(track.past)])[-ENCODED_MAX:], np.arange(len(track.past), len(briefs))].astype(int)
    for first in range(0, len(read), 500):
        some = read[first : first + 500]
        encoded[some] = vectors.encode([f"{briefs[row].title}. {briefs[row].text}" for row in some])
        report(f"understands {first + len(some)} of {len(read)} briefs")
    texts = [f"{brief.title} {brief.title} {brief.text} {' '.join(brief.skills)}" for brief in briefs]
    everything = Briefs(skills, texts, encoded, at)
    split = len(track.past)
    return work, everything.rows(np.arange(split)), everything.rows(np.arange(split, len(briefs)))


def _moments(at: NDArray[np.float64], history: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    order = np.argsort(at, kind="stable")
    overlap = bool(len(history)) and float(at.min()) <= float(history.max())
    return [part for part in np.array_split(order, MOMENTS_MAX if overlap else 1) if len(part)]


def _windows(work: Work, past: Briefs, people: int, before: float, report: Report) -> list[learning.Examples]:
    """Return the second half of the past tasks in time windows, each with the features from before its window."""
    order = np.argsort(past.at, kind="stable")
    order = order[past.at[order] < before]
    random = np.random.default_rng(0)
    windows = []
    for start, end in itertools.pairwise(WINDOWS):
        rows = order[int(len(order) * start) : int(len(order) * end)][-WINDOW_TASKS_MAX:]
        if not len(rows):
            continue
        report(f"learns from {len(rows)} past tasks")
        index = EvidenceIndex(work, past, people, before=float(past.at[rows].min()))
        gains = _gains(work, rows, people, before)
        parts = [
            learning.sample(index.features(past.rows(rows[at : at + ROWS_AT_ONCE])), gains[at : at + ROWS_AT_ONCE],
                            index.known_people, at, random)
            for at in range(0, len(rows), ROWS_AT_ONCE)
        ]  # fmt: skip
        windows.append(learning.join(parts))
    return [window for window in windows if window.positives]


def _gains(work: Work, rows: NDArray[np.int64], people: int, before: float) -> NDArray[np.int64]:
    gains = np.zeros((len(rows), people), dtype=np.int64)
    place = {int(task): number for number, task in enumerate(rows)}
    for person, task, accepted, at in zip(work.people, work.tasks, work.accepted, work.at, strict=True):
        if int(task) in place and at < before:
            gain = learning.ACCEPTED_GAIN if accepted > 0 else learning.ANSWERED_GAIN
            gains[place[int(task)], person] = max(gain, gains[place[int(task)], person])
    return gains


def _declared(track: Track) -> Matrix:
    """
    Return the share of a task's skills that a person without history declares: the only signal for newcomers here.
    """
    declared = np.zeros((len(track.tasks), len(track.people)), dtype=np.float32)
    newcomers = [(row, {normal(skill) for skill in p.skills}) for row, p in enumerate(track.people) if not p.history]
    for number, task in enumerate(track.tasks):
        skills = {normal(skill) for skill in task.skills}
        for row, newcomer in newcomers:
            declared[number, row] = len(skills & newcomer) / max(len(skills), 1)
    return declared
