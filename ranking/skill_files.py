"""
Files of skills and occupations: those that ship with the product, and those an operator made from ESCO's own download
(`scripts/build_linking.py`).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml

DATA = Path(__file__).resolve().parent.parent / "apps" / "skills" / "data"
NAMESPACE = UUID("6f0b3c9e-5d0c-5b1e-9a51-7f0e2b1c4d10")  # namespace of this product's skill ids; never changes
SKILL_URI = "http://data.europa.eu/esco/skill/"
OCCUPATION_URI = "http://data.europa.eu/esco/occupation/"

_own_tables: Callable[[], Path | None] = lambda: None  # noqa: E731


def set_own_tables(folder: Callable[[], Path | None]) -> None:
    """
    Set the function that returns the folder of the operator's own tables. It is called at each read; default: none.
    """
    global _own_tables
    _own_tables = folder


@dataclass(frozen=True)
class LabelRow:
    language: str
    text: str
    is_preferred: bool


@dataclass(frozen=True)
class SkillRow:
    id: UUID
    kind: str
    labels: list[LabelRow]
    esco_uri: str | None = None
    slug: str | None = None
    parent_id: UUID | None = None
    category: str | None = None
    related: list[UUID] = field(default_factory=list)
    esco_label: str | None = None


def skill_id(key: str) -> UUID:
    """Return the id of an ESCO URI or a core slug: the same on every installation."""
    return uuid5(NAMESPACE, key)


# --- shipped files


def core_skills() -> list[SkillRow]:
    rows = []
    others = {language: names["skills"] for language, names in label_files().items()}
    for slug, category, english, chinese, arabic, related, esco_label in read_yaml("core.yaml")["skills"]:
        labels = [
            LabelRow(language, text, position == 0)
            for language, texts in (("en", english), ("zh-hans", chinese), ("ar", arabic))
            for position, text in enumerate(texts)
        ] + [
            LabelRow(language, text, position == 0)
            for language, names in others.items()
            for position, text in enumerate(names.get(slug, ()))
        ]
        rows.append(
            SkillRow(
                id=skill_id(slug), kind="core", slug=slug, category=category, labels=labels,
                related=[skill_id(other) for other in related], esco_label=esco_label,
            )
        )  # fmt: skip
    return rows


def label_paths() -> list[Path]:
    return sorted((DATA / "labels").glob("*.yaml"))


def label_files() -> dict[str, dict[str, dict[str, list[str]]]]:
    """
    Return the names in languages that have a file of their own: by language "skills" and "categories", names by slug.
    """
    return {path.stem: read_yaml(f"labels/{path.name}") for path in label_paths()}


def esco_rows() -> Iterator[SkillRow]:
    """Yield groups first (parents before children), then skills, then occupations; labels are English."""
    uris = {code: uri for code, uri, *_ in table("esco_groups.tsv.gz")}
    for code, uri, label, parent in sorted(table("esco_groups.tsv.gz"), key=lambda row: (len(row[0]), row[0])):
        yield SkillRow(
            id=skill_id(uri), kind="group", esco_uri=uri, labels=[LabelRow("en", label, True)],
            parent_id=skill_id(uris[parent]) if parent and parent != code else None,
        )  # fmt: skip
    for key, kind, _, label, others, groups in table("esco_skills.tsv.gz"):
        uri = SKILL_URI + key
        first = groups.split(" ")[0]
        yield SkillRow(
            id=skill_id(uri), kind=kind, esco_uri=uri,
            labels=[LabelRow("en", label, True), *(LabelRow("en", text, False) for text in others.split("|") if text)],
            parent_id=skill_id(uris[first]) if first else None,
        )  # fmt: skip
    for key, _, label in table("esco_occupations.tsv.gz"):
        uri = OCCUPATION_URI + key
        yield SkillRow(id=skill_id(uri), kind="occupation", esco_uri=uri, labels=[LabelRow("en", label, True)])


def esco_ids_by_label() -> dict[str, UUID]:
    """Return the ids of skills by English preferred label in lower case, for the links of the core skills."""
    return {row[3].lower(): skill_id(SKILL_URI + row[0]) for row in table("esco_skills.tsv.gz")}


# --- files the linker reads


@dataclass(frozen=True)
class ConceptLabel:
    """
    One name of a skill or an occupation; the concept is given by its row in the shipped table.

    :param kind: `p` preferred, `a` alternative.
    """

    row: int
    language: str
    kind: str
    text: str


@dataclass(frozen=True)
class OccupationProfile:
    """:param unit: the ISCO-08 unit group. Skills are rows of the skill table."""

    row: int
    unit: str
    essential: list[int]
    optional: list[int]


def skill_keys() -> list[str]:
    """Return ESCO's keys of skills; row numbers and vectors in this package follow this order."""
    return [row[0] for row in table("esco_skills.tsv.gz")]


def occupation_keys() -> list[str]:
    return [row[0] for row in table("esco_occupations.tsv.gz")]


def skill_labels() -> Iterator[ConceptLabel]:
    rows = {}
    for number, (key, _, _, label, others, _) in enumerate(table("esco_skills.tsv.gz")):
        rows[key] = number
        yield ConceptLabel(number, "en", "p", label)
        for text in others.split("|"):
            if text:
                yield ConceptLabel(number, "en", "a", text)
    for key, language, kind, text in _own_table("esco_labels.tsv.gz"):
        yield ConceptLabel(rows[key], language, kind, text)


def occupation_labels() -> Iterator[ConceptLabel]:
    rows = {}
    for number, (key, _, label) in enumerate(table("esco_occupations.tsv.gz")):
        rows[key] = number
        yield ConceptLabel(number, "en", "p", label)
    for key, language, texts in _own_table("esco_occupation_labels.tsv.gz"):
        for position, text in enumerate(texts.split("|")):
            yield ConceptLabel(rows[key], language, "a" if position else "p", text)


def occupation_profiles() -> Iterator[OccupationProfile]:
    rows = {key: number for number, key in enumerate(occupation_keys())}
    for key, unit, essential, optional in _own_table("esco_occupation_skills.tsv.gz"):
        yield OccupationProfile(
            rows[key], unit, [int(item) for item in essential.split()], [int(item) for item in optional.split()]
        )


def vectors_path() -> Path:
    """
    Return the file with the sentence encoder's projection and the concept vectors (see `scripts/build_linking.py`).
    """
    own = _own_path("esco_vectors.npz")
    return own or DATA / "esco_vectors.npz"


def wide_vectors_path() -> Path:
    """Return the same for the multilingual encoder (see `scripts/build_wide_vectors.py`)."""
    return DATA / "esco_wide_vectors.npz"


def read_yaml(name: str) -> Any:
    return yaml.load((DATA / name).read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe loaders both


def _own_table(name: str) -> Iterator[list[str]]:
    """Yield the rows the operator made from ESCO's own download; none if there is no such table."""
    path = _own_path(name)
    return table(name, path.parent) if path else iter(())


def _own_path(name: str) -> Path | None:
    folder = _own_tables()
    return folder / name if folder is not None and (folder / name).exists() else None


def table(name: str, folder: Path | None = None) -> Iterator[list[str]]:
    with gzip.open((folder or DATA) / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")
