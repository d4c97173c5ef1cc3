"""
ESCO as arrays: names of skills and occupations in many languages, the skills of each occupation, and its ISCO groups.

Skills and occupations are numbered by their row in the shipped tables. The linker uses rows; `skill_ids` turns them
into
ids at the edges. The taxonomy is read from the same files as the database import, so that a command gives the same
result before and after the import.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ranking import skill_files, vectors
from ranking.text import normal

# How certainly a name of each kind means the skill.
KIND_WEIGHTS = {"p": 1.0, "a": 0.95}
NEAREST = 25
"""The number of skills that represent an occupation without ESCO's own relations: those with the closest names."""
ESSENTIAL, OPTIONAL = 1.0, 0.6
NAMESAKES = {"nb": "no", "nn": "no"}


@dataclass(frozen=True)
class Names:
    """Names in one language: `texts[i]` (normalised) names concept `rows[i]` with certainty `weights[i]`."""

    texts: list[str]
    rows: list[int]
    weights: list[float]

    def exact(self) -> dict[str, dict[int, float]]:
        """By text: the concepts with exactly this name, each with the weight of its best such name."""
        exact: dict[str, dict[int, float]] = defaultdict(dict)
        for text, row, weight in zip(self.texts, self.rows, self.weights, strict=True):
            exact[text][row] = max(weight, exact[text].get(row, 0.0))
        return exact


@dataclass(frozen=True)
class Taxonomy:
    """
    :param profiles: occupations x skills, 1 if a skill is essential, less if it is optional.
    :param has_relations: whether ESCO's relations are available; without them, profiles are guessed from names and
        there
        are no groups.
    :param units: occupations x ISCO-08 unit groups (four digits), 0 or 1; `minors` the same for three digits.
    """

    skill_keys: list[str]
    occupation_keys: list[str]
    skill_names: dict[str, Names]
    occupation_names: dict[str, Names]
    profiles: csr_matrix
    units: csr_matrix
    minors: csr_matrix
    has_relations: bool

    def skill_ids(self) -> list[UUID]:
        return [skill_files.skill_id(skill_files.SKILL_URI + key) for key in self.skill_keys]


def base_language(language: str | None) -> str:
    """Return the primary language: `de` for `de-AT`; the bridge language if none is given."""
    base = (language or "en").replace("_", "-").split("-")[0].lower()
    return NAMESAKES.get(base, base)


@lru_cache(maxsize=1)
def shipped() -> Taxonomy:
    """Return the taxonomy that ships with the product; loaded once per process (about a second)."""
    skills, occupations = skill_files.skill_keys(), skill_files.occupation_keys()
    profiles = list(skill_files.occupation_profiles())
    entries = [(profile.row, skill, ESSENTIAL) for profile in profiles for skill in profile.essential]
    entries += [(profile.row, skill, OPTIONAL) for profile in profiles for skill in profile.optional]
    entries = entries or _nearest_skills()
    units = {profile.row: profile.unit for profile in profiles}
    return Taxonomy(
        skill_keys=skills,
        occupation_keys=occupations,
        skill_names=_by_language(skill_files.skill_labels()),
        occupation_names=_by_language(skill_files.occupation_labels()),
        profiles=_sparse(entries, (len(occupations), len(skills))),
        units=_groups(units, 4, len(occupations)),
        minors=_groups(units, 3, len(occupations)),
        has_relations=bool(profiles),
    )


def _nearest_skills() -> list[tuple[int, int, float]]:
    likeness = vectors.occupations() @ vectors.skills().T
    best = np.argpartition(-likeness, NEAREST, axis=1)[:, :NEAREST]
    return [(row, int(skill), ESSENTIAL) for row, skills in enumerate(best) for skill in skills]


def _by_language(labels: Iterable[skill_files.ConceptLabel]) -> dict[str, Names]:
    result: dict[str, dict[tuple[str, int], float]] = defaultdict(dict)
    for label in labels:
        key = (normal(label.text), label.row)
        weight = KIND_WEIGHTS[label.kind]
        kept = result[label.language]
        kept[key] = max(weight, kept.get(key, 0.0))
    return {
        language: Names([text for text, _ in kept], [row for _, row in kept], list(kept.values()))
        for language, kept in result.items()
    }


def _groups(units: dict[int, str], digits: int, size: int) -> csr_matrix:
    names = sorted({unit[:digits] for unit in units.values()})
    place = {name: number for number, name in enumerate(names)}
    return _sparse([(row, place[unit[:digits]], 1.0) for row, unit in units.items()], (size, len(names)))


def _sparse(entries: list[tuple[int, int, float]], shape: tuple[int, int]) -> csr_matrix:
    rows: NDArray[np.int32] = np.array([row for row, _, _ in entries], dtype=np.int32)
    columns: NDArray[np.int32] = np.array([column for _, column, _ in entries], dtype=np.int32)
    values: NDArray[np.float32] = np.array([value for _, _, value in entries], dtype=np.float32)
    return csr_matrix((values, (rows, columns)), shape=shape)
