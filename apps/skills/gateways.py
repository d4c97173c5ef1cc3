"""Doors to files: what ships with the product, and ESCO's own CSV download when an operator has it."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml
from django.conf import settings

from apps.skills.states import RelationKind, SkillKind

DATA = Path(__file__).resolve().parent / "data"
NAMESPACE = UUID("6f0b3c9e-5d0c-5b1e-9a51-7f0e2b1c4d10")  # of this product's skills; never changes
SKILL_URI = "http://data.europa.eu/esco/skill/"
OCCUPATION_URI = "http://data.europa.eu/esco/occupation/"
CORE, ESCO = "core", "esco"  # sources of labels


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


@dataclass(frozen=True)
class CategoryRow:
    slug: str
    icon: str
    texts: dict[str, dict[str, str]]  # field -> language -> text


@dataclass(frozen=True)
class RelationRow:
    a: UUID
    b: UUID
    kind: str
    weight: int


def skill_id(key: str) -> UUID:
    """The id of an ESCO URI or of a core slug: the same on every installation."""
    return uuid5(NAMESPACE, key)


def fingerprint(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


# --- what ships -----------------------------------------------------------------------------------------------------


def categories() -> list[CategoryRow]:
    def joined(texts: dict[str, list[str]]) -> dict[str, str]:
        return {language: "\n".join(lines) for language, lines in texts.items()}

    return [
        CategoryRow(
            slug=row["slug"],
            icon=row["icon"],
            texts={
                "name": row["name"],
                "description": row["description"],
                "requirements_template": joined(row["requirements"]),
                "criteria_template": joined(row["criteria"]),
            },
        )
        for row in _yaml("categories.yaml")["categories"]
    ]


def core_skills() -> list[SkillRow]:
    rows = []
    for slug, category, english, chinese, arabic, related, esco_label in _yaml("core.yaml")["skills"]:
        labels = [
            LabelRow(language, text, position == 0)
            for language, texts in (("en", english), ("zh-hans", chinese), ("ar", arabic))
            for position, text in enumerate(texts)
        ]
        rows.append(
            SkillRow(
                id=skill_id(slug), kind=SkillKind.CORE, slug=slug, category=category, labels=labels,
                related=[skill_id(other) for other in related], esco_label=esco_label,
            )
        )  # fmt: skip
    return rows


def core_paths() -> list[Path]:
    return [DATA / "categories.yaml", DATA / "core.yaml"]


def esco_paths() -> list[Path]:
    return [DATA / name for name in ("esco_groups.tsv.gz", "esco_skills.tsv.gz", "esco_occupations.tsv.gz")]


def esco_rows() -> Iterator[SkillRow]:
    """Groups first (parents before children), then skills, then occupations; labels in English."""
    uris = {code: uri for code, uri, *_ in _table("esco_groups.tsv.gz")}
    for code, uri, label, parent in sorted(_table("esco_groups.tsv.gz"), key=lambda row: (len(row[0]), row[0])):
        yield SkillRow(
            id=skill_id(uri), kind=SkillKind.GROUP, esco_uri=uri, labels=[LabelRow("en", label, True)],
            parent_id=skill_id(uris[parent]) if parent and parent != code else None,
        )  # fmt: skip
    for key, kind, _, label, others, groups in _table("esco_skills.tsv.gz"):
        uri = SKILL_URI + key
        first = groups.split(" ")[0]
        yield SkillRow(
            id=skill_id(uri), kind=kind, esco_uri=uri,
            labels=[LabelRow("en", label, True), *(LabelRow("en", text, False) for text in others.split("|") if text)],
            parent_id=skill_id(uris[first]) if first else None,
        )  # fmt: skip
    for key, _, label in _table("esco_occupations.tsv.gz"):
        uri = OCCUPATION_URI + key
        yield SkillRow(id=skill_id(uri), kind=SkillKind.OCCUPATION, esco_uri=uri, labels=[LabelRow("en", label, True)])


def esco_ids_by_label() -> dict[str, UUID]:
    """English preferred labels of skills, lower case, for the core's links."""
    return {row[3].lower(): skill_id(SKILL_URI + row[0]) for row in _table("esco_skills.tsv.gz")}


# --- what the linker reads (scripts/build_linking.py) -----------------------------------------------------------------


@dataclass(frozen=True)
class ConceptLabel:
    """
    One name of a skill or an occupation, by its row in the shipped table.

    :param kind: `p` preferred, `a` alternative.
    """

    row: int
    language: str
    kind: str
    text: str


@dataclass(frozen=True)
class OccupationProfile:
    """:param unit: the ISCO-08 unit group. Skills are rows of the table of skills."""

    row: int
    unit: str
    essential: list[int]
    optional: list[int]


def skill_keys() -> list[str]:
    """ESCO's keys of skills, in the order that every row number and vector here means."""
    return [row[0] for row in _table("esco_skills.tsv.gz")]


def occupation_keys() -> list[str]:
    return [row[0] for row in _table("esco_occupations.tsv.gz")]


def skill_labels() -> Iterator[ConceptLabel]:
    rows = {}
    for number, (key, _, _, label, others, _) in enumerate(_table("esco_skills.tsv.gz")):
        rows[key] = number
        yield ConceptLabel(number, "en", "p", label)
        for text in others.split("|"):
            if text:
                yield ConceptLabel(number, "en", "a", text)
    for key, language, kind, text in _own_table("esco_labels.tsv.gz"):
        yield ConceptLabel(rows[key], language, kind, text)


def occupation_labels() -> Iterator[ConceptLabel]:
    rows = {}
    for number, (key, _, label) in enumerate(_table("esco_occupations.tsv.gz")):
        rows[key] = number
        yield ConceptLabel(number, "en", "p", label)
    for key, language, texts in _own_table("esco_occupation_labels.tsv.gz"):
        for position, text in enumerate(texts.split("|")):
            yield ConceptLabel(rows[key], language, "a" if position else "p", text)


def occupation_profiles() -> Iterator[OccupationProfile]:
    rows = {key: number for number, key in enumerate(occupation_keys())}
    for key, unit, essential, optional in _own_table("esco_occupation_skills.tsv.gz"):
        yield OccupationProfile(
            rows[key], unit, [int(one) for one in essential.split()], [int(one) for one in optional.split()]
        )


def vectors_path() -> Path:
    """Arrays of the sentence encoder's last step and of every concept, as `scripts/build_linking.py` says."""
    own = Path(settings.ESCO_TABLES) / "esco_vectors.npz"
    return own if own.exists() else DATA / "esco_vectors.npz"


def wide_vectors_path() -> Path:
    """The same of the wider encoder, as `scripts/build_wide_vectors.py` says."""
    return DATA / "esco_wide_vectors.npz"


def _yaml(name: str) -> Any:
    return yaml.load((DATA / name).read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe loaders both


def _own_table(name: str) -> Iterator[list[str]]:
    """What the operator made of ESCO's own download; nothing where there is none."""
    path = Path(settings.ESCO_TABLES) / name
    return _table(name, path.parent) if path.exists() else iter(())


def _table(name: str, folder: Path | None = None) -> Iterator[list[str]]:
    with gzip.open((folder or DATA) / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


# --- ESCO's own download --------------------------------------------------------------------------------------------


def official_files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("skills_??.csv"), *folder.glob("occupations_??.csv")])


def official_rows(path: Path) -> Iterator[SkillRow]:
    """`skills_de.csv`, `occupations_ar.csv` ...: preferred and alternative labels of one language."""
    name, language = path.stem.rsplit("_", 1)
    for row in _csv(path):
        uri, label = row["conceptUri"], " ".join(row["preferredLabel"].split())
        if not label:
            continue
        kind = SkillKind.OCCUPATION if name == "occupations" else SkillKind.SKILL
        if row.get("skillType") == "knowledge":
            kind = SkillKind.KNOWLEDGE
        others = [" ".join(text.split()) for text in row.get("altLabels", "").split("\n")]
        yield SkillRow(
            id=skill_id(uri), kind=kind, esco_uri=uri,
            labels=[LabelRow(language, label, True), *(LabelRow(language, text, False) for text in others if text)],
        )  # fmt: skip


def official_relations(folder: Path) -> Iterator[RelationRow]:
    kinds = {"essential": (RelationKind.ESSENTIAL, 800), "optional": (RelationKind.OPTIONAL, 400)}
    for pattern, left, right in (
        ("skillSkillRelations*.csv", "originalSkillUri", "targetSkillUri"),
        ("occupationSkillRelations*.csv", "occupationUri", "skillUri"),
    ):
        for path in sorted(folder.glob(pattern)):
            for row in _csv(path):
                kind, weight = kinds.get(row["relationType"], (RelationKind.OPTIONAL, 400))
                yield RelationRow(skill_id(row[left]), skill_id(row[right]), kind, weight)
    for path in sorted(folder.glob("broaderRelationsSkillPillar*.csv")):
        for row in _csv(path):
            yield RelationRow(skill_id(row["conceptUri"]), skill_id(row["broaderUri"]), RelationKind.BROADER, 500)


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)
