"""
Keeps the candidate index up to date with PostgreSQL: a rebuild from time to time, and a small delta every second.

Each machine has its own candidate index. If another process is already writing it, nothing is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.matching.models import CandidateChange, CandidateIndexDatabase
from apps.matching.queries import candidates, inputs
from ranking.candidate_index import columns, index
from ranking.candidate_index import writer as candidate_index_writer
from ranking.word_weights import Rarity

FEW = 200  # up to this many changed people are read one by one, which avoids twenty queries and five temporary tables
DELTA_MAX = 50_000
DELTA_SHARE_MAX = 0.05


def current_index() -> index.CandidateIndex | None:
    """Return this machine's candidate index; None if it is not built yet or belongs to another database."""
    result = _opened(Path(settings.MATCH_INDEX))
    return result if result.parts and result.database == _name() else None


@cache
def _opened(folder: Path) -> index.CandidateIndex:
    return index.CandidateIndex(folder)


def rebuild_candidate_index(*, now: datetime) -> int | None:
    """Rebuild the index from PostgreSQL. Returns the number of people, or None if another process is writing it."""
    folder = Path(settings.MATCH_INDEX)
    with candidate_index_writer.writing(folder) as is_first:
        return _write_base(folder, now) if is_first else None


def refresh_candidate_index(*, now: datetime) -> int | None:
    """
    Write a delta of the people who changed since the base. Returns their number, or None if nothing changed.

    Rebuilds the whole index if there is none yet or if too many people changed.
    """
    folder = Path(settings.MATCH_INDEX)
    state = _state(folder)
    newest = CandidateChange.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
    if state and (newest is None or newest.isoformat() <= state["until"]):
        return None
    with candidate_index_writer.writing(folder) as is_first:
        if not is_first:
            return None
        if not state:
            return _write_base(folder, now)
        changes = CandidateChange.objects.filter(changed_at__gt=datetime.fromisoformat(state["base_until"]))
        if changes.count() > max(1_000, min(DELTA_MAX, DELTA_SHARE_MAX * state["people"])):
            return _write_base(folder, now)
        changed = list(changes.order_by("changed_at").values_list("organization_id", "changed_at"))
        return _write_delta(folder, [item for item, _ in changed], changed[-1][1], now)


def _name() -> str:
    """Identifies the database and the file format, so that files of an older release are not read."""
    return f"{candidate_index_writer.FORMAT}:{inputs.candidate_index_database()}"


def _state(folder: Path) -> dict[str, Any]:
    """Return the state of the candidate index; empty if it belongs to another database."""
    state = candidate_index_writer.state(folder)
    return state if state and state.get("database") == _name() else {}


def _write_base(folder: Path, now: datetime) -> int:
    CandidateIndexDatabase.objects.get_or_create(id=1)
    # Read before the people: a change made meanwhile is included in the next delta, at worst twice.
    newest = CandidateChange.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
    until = (newest or now).isoformat()
    state = _state(folder)
    earlier = columns.EarlierBags(folder / f"base-{state['base']}" if state else None)
    people = candidates.load_candidates(now, earlier=earlier)
    return candidate_index_writer.put_base(folder, people, until=until, database=_name())


def _write_delta(folder: Path, changed: Sequence[UUID], until: datetime, now: datetime) -> int:
    rarity = _opened(folder).word_rarity
    people = (
        candidates.load_candidates(now, changed, word_rarity=rarity)
        if len(changed) > FEW
        else _one_by_one(changed, now, rarity)
    )
    gone = set(changed) - set(people.ids)
    candidate_index_writer.put_delta(folder, people, gone=gone, until=until.isoformat())
    return len(changed)


def _one_by_one(ids: Sequence[UUID], now: datetime, word_rarity: Rarity) -> columns.Columns:
    writer = candidate_index_writer.Writer()
    for freelancer_fact in inputs.freelancer_features(ids, now).values():
        writer.add(freelancer_fact)
    return writer.columns(word_rarity)
