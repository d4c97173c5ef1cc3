"""Reads skill files: those that ship with the product, and ESCO's own CSV download if an operator has it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from apps.skills.states import RelationKind, SkillKind
from ranking.skill_files import DATA, LabelRow, SkillRow, label_files, label_paths, read_yaml, skill_id


@dataclass(frozen=True)
class CategoryRow:
    slug: str
    icon: str
    texts: dict[str, dict[str, str]]  # field -> language -> text
    names: list[tuple[str, str]]  # (language, name) for search


@dataclass(frozen=True)
class RelationRow:
    a: UUID
    b: UUID
    kind: str
    weight: int


def fingerprint(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


# --- shipped files --------------------------------------------------------------------------------------------------


def categories() -> list[CategoryRow]:
    def joined(texts: dict[str, list[str]]) -> dict[str, str]:
        return {language: "\n".join(lines) for language, lines in texts.items()}

    others = {language: names["categories"] for language, names in label_files().items()}

    return [
        CategoryRow(
            slug=row["slug"],
            icon=row["icon"],
            texts={
                "name": row["name"],
                "description": row["description"],
                "requirements_template": joined(row["requirements"]),
                "criteria_template": joined(row["criteria"]),
                "milestones_template": joined(row["milestones"]),
            },
            names=[(language, name) for language, names in others.items() for name in names.get(row["slug"], ())],
        )
        for row in read_yaml("categories.yaml")["categories"]
    ]


def core_paths() -> list[Path]:
    return [DATA / "categories.yaml", DATA / "core.yaml", *label_paths()]


def esco_paths() -> list[Path]:
    return [DATA / name for name in ("esco_groups.tsv.gz", "esco_skills.tsv.gz", "esco_occupations.tsv.gz")]


# --- ESCO's own download --------------------------------------------------------------------------------------------


def official_files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("skills_??.csv"), *folder.glob("occupations_??.csv")])


def official_rows(path: Path) -> Iterator[SkillRow]:
    """Yield the rows of `skills_de.csv`, `occupations_ar.csv` ...: preferred and alternative labels of one language."""
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
