from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from modeltranslation.utils import build_localized_fieldname

from apps.common import tokens
from apps.skills import gateways
from apps.skills.gateways import RelationRow
from apps.skills.models import Category, CategoryLabel, ImportProgress, Skill, SkillLabel, SkillRelation
from apps.skills.states import CORE, ESCO, RelationKind
from ranking import skill_files
from ranking.skill_files import LabelRow, SkillRow

CHUNK = 2_000
RELATED_WEIGHT = 600
Report = Callable[[str, int], None]


def _quiet(source: str, rows_done: int) -> None:
    """Reports nothing."""


def import_core(*, now: datetime, report: Report = _quiet, again: bool = False) -> None:
    """Import the categories and the core skills. Safe to repeat; does nothing if nothing has changed."""
    mark = gateways.fingerprint(*gateways.core_paths())
    if not again and _is_finished(CORE, mark):
        return
    with transaction.atomic():
        _write_categories()
        rows = skill_files.core_skills()
        languages = {label.language for row in rows for label in row.labels}
        _write(rows, source=CORE, languages=languages, update=["kind", "slug", "category"])
        SkillRelation.objects.filter(a__kind="core", kind=RelationKind.RELATED).delete()
        _relate(
            RelationRow(row.id, other, RelationKind.RELATED, RELATED_WEIGHT) for row in rows for other in row.related
        )
        _save_progress(CORE, mark, len(rows), now)
    report(CORE, len(rows))


def import_esco(*, now: datetime, report: Report = _quiet, again: bool = False) -> None:
    """Import the shipped ESCO labels in chunks, each in its own transaction; continues a stopped import."""
    mark = gateways.fingerprint(*gateways.esco_paths())
    _in_chunks(ESCO, mark, skill_files.esco_rows(), {"en"}, now=now, report=report, again=again)
    _link_core_to_esco()


def import_official(*, folder: Path, now: datetime, report: Report = _quiet, again: bool = False) -> None:
    """
    Import the labels and relations of ESCO's own CSV download.

    :raises FileNotFoundError: if the folder has none of its files.
    """
    files = gateways.official_files(folder)
    if not files:
        raise FileNotFoundError(f"no skills_xx.csv or occupations_xx.csv in {folder}")
    for path in files:
        mark = gateways.fingerprint(path)
        language = path.stem.rsplit("_", 1)[1]
        _in_chunks(path.stem, mark, gateways.official_rows(path), {language}, now=now, report=report, again=again)
    existing = set(Skill.objects.values_list("id", flat=True))
    relations = (row for row in gateways.official_relations(folder) if row.a in existing and row.b in existing)
    written = 0
    for chunk in _batched(relations, CHUNK * 5):
        _relate(chunk)
        written += len(chunk)
        report("relations", written)


def _batched(rows: Iterable[RelationRow], size: int) -> Iterable[tuple[RelationRow, ...]]:
    waiting = iter(rows)
    while chunk := tuple(itertools.islice(waiting, size)):
        yield chunk


# --- steps ----------------------------------------------------------------------------------------------------------


def _in_chunks(
    source: str, mark: str, rows: Iterable[SkillRow], languages: set[str], *, now: datetime, report: Report, again: bool
) -> None:
    if not again and _is_finished(source, mark):
        return
    kept = ImportProgress.objects.filter(source=source, fingerprint=mark, finished_at=None).first()
    done = 0 if again or kept is None else kept.rows_done
    waiting = itertools.islice(iter(rows), done, None)
    while chunk := list(itertools.islice(waiting, CHUNK)):
        with transaction.atomic():
            update = ["kind", "esco_uri"] + (["parent"] if source == ESCO else [])
            _write(chunk, source=ESCO, languages=languages, update=update)
            done += len(chunk)
            _save_progress(source, mark, done, None)
        report(source, done)
    _save_progress(source, mark, done, now)


def _is_finished(source: str, mark: str) -> bool:
    return ImportProgress.objects.filter(source=source, fingerprint=mark).exclude(finished_at=None).exists()


def _save_progress(source: str, mark: str, rows_done: int, finished_at: datetime | None) -> None:
    ImportProgress.objects.update_or_create(
        source=source, defaults={"fingerprint": mark, "rows_done": rows_done, "finished_at": finished_at}
    )


def _write_categories() -> None:
    languages = [code for code, _ in settings.LANGUAGES]
    for position, row in enumerate(gateways.categories()):
        values = {
            build_localized_fieldname(name, language): texts[language]
            for name, texts in row.texts.items()
            for language in languages
            if language in texts
        }
        category, _is_new = Category.objects.update_or_create(
            slug=row.slug, defaults={"icon": row.icon, "position": position, "is_active": True} | values
        )
        names = set(row.names)
        kept = {(label.language, label.text): label.id for label in category.labels.all()}
        category.labels.filter(id__in=[key for name, key in kept.items() if name not in names]).delete()
        CategoryLabel.objects.bulk_create(
            CategoryLabel(category=category, language=language, text=text)
            for language, text in sorted(names - kept.keys())
        )


def _write(rows: list[SkillRow], *, source: str, languages: set[str], update: list[str]) -> None:
    categories = dict(Category.objects.values_list("slug", "id"))
    Skill.objects.bulk_create(
        [
            Skill(
                id=row.id, kind=row.kind, esco_uri=row.esco_uri, slug=row.slug, parent_id=row.parent_id,
                category_id=categories.get(row.category or ""),
            )
            for row in rows
        ],
        update_conflicts=True, unique_fields=["id"], update_fields=update,
    )  # fmt: skip
    new_labels = {key: label for row in rows for key, label in _distinct_labels(row).items()}
    obsolete, kept = [], set()
    labels = SkillLabel.objects.filter(skill_id__in=[row.id for row in rows], language__in=languages)
    for label in labels.only("id", "skill_id", "language", "norm", "text", "is_preferred", "source"):
        key = (label.skill_id, label.language, label.norm)
        same = new_labels.get(key)
        if same and (label.text, label.is_preferred) == (same.text, same.is_preferred):
            kept.add(key)
        elif same or label.source == source:
            obsolete.append(label.id)
    if obsolete:
        SkillLabel.objects.filter(id__in=obsolete).delete()
    SkillLabel.objects.bulk_create(
        [
            SkillLabel(
                skill_id=key[0], language=key[1], norm=key[2], text=label.text, is_preferred=label.is_preferred,
                source=source,
            )
            for key, label in new_labels.items()
            if key not in kept
        ],
        batch_size=10_000,
    )  # fmt: skip


def _distinct_labels(row: SkillRow) -> dict[tuple[UUID, str, str], LabelRow]:
    result: dict[tuple[UUID, str, str], LabelRow] = {}
    for label in row.labels:
        norm = " ".join(tokens.fold(label.text).split())[:300]
        result.setdefault((row.id, label.language, norm), label)
    return result


def _relate(rows: Iterable[RelationRow]) -> None:
    SkillRelation.objects.bulk_create(
        [SkillRelation(a_id=row.a, b_id=row.b, kind=row.kind, weight=row.weight) for row in rows if row.a != row.b],
        batch_size=10_000,
        ignore_conflicts=True,
    )


def _link_core_to_esco() -> None:
    """Make a core skill a child of its known ESCO counterpart."""
    by_label = skill_files.esco_ids_by_label()
    parents = {row.id: by_label.get((row.esco_label or "").lower()) for row in skill_files.core_skills()}
    there = set(Skill.objects.filter(id__in=[p for p in parents.values() if p]).values_list("id", flat=True))
    changed = [skill for skill in Skill.objects.filter(id__in=parents) if parents[skill.id] in there]
    for skill in changed:
        skill.parent_id = parents[skill.id]
    Skill.objects.bulk_update(changed, ["parent"])
