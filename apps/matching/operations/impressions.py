"""Recording of impressions and outcomes. It runs after the response is sent, so no user waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from apps.matching.models import PEOPLE_LISTS, EventKind, ListKind, MatchEvent, MatchImpression, MatchResult
from apps.matching.queries import impressions
from apps.matching.queries.impressions import SAME_LIST, Shown
from ranking.reranking import Place

KEPT = timedelta(days=400)
PRUNED_AT_ONCE = 5_000


def record_shown(*, kind: ListKind, reader_id: UUID, rows: Sequence[Shown], now: datetime) -> int:
    """
    Record a list that a reader has seen, in one statement. Returns the number of new rows.

    Opening it again within the hour continues the same list: only new pairs are added. Two simultaneous requests get
    the
    same list id, because the id is computed from the list's kind and the hour.
    """
    if not rows:
        return 0
    about = rows[0].result.task_id if kind in PEOPLE_LISTS else None
    list_id, seen = impressions.lately_shown(kind, reader_id, about, now)
    if list_id is None:
        hour = int(now.timestamp() // SAME_LIST.total_seconds())
        list_id = uuid5(NAMESPACE_OID, f"{kind}:{reader_id}:{about or ''}:{hour}")
    new = [row for row in rows if (row.result.task_id, row.result.organization_id) not in seen]
    created = [_impression(list_id, kind, reader_id, item, now) for item in new]
    return len(MatchImpression.objects.bulk_create(created, ignore_conflicts=True)) if created else 0


def record_notified(*, task_id: UUID, organization_ids: Sequence[UUID], now: datetime) -> int:
    """Record who was notified of a new task, by notification and mail, as one list of one row each."""
    results = MatchResult.objects.filter(task_id=task_id, organization_id__in=organization_ids)
    rows = [
        _impression(
            uuid5(NAMESPACE_OID, f"{ListKind.MAIL}:{result.organization_id}:{task_id}"), ListKind.MAIL,
            result.organization_id, Shown(result, Place(result.task_id, position=1, ranked=1)), now,
        )
        for result in results
    ]  # fmt: skip
    return len(MatchImpression.objects.bulk_create(rows, ignore_conflicts=True))


def _impression(list_id: UUID, kind: ListKind, reader_id: UUID, row: Shown, now: datetime) -> MatchImpression:
    result, place = row.result, row.place
    return MatchImpression(
        list_id=list_id,
        list_kind=kind,
        reader_id=reader_id,
        task_id=result.task_id,
        organization_id=result.organization_id,
        position=place.position,
        ranked=place.ranked,
        score=result.score,
        components=result.components,
        reasons=result.reasons,
        ranker_version=result.ranker_version,
        experiment_id=row.experiment_id,
        arm=row.arm,
        propensity=place.propensity,
        is_newcomer=result.is_newcomer,
        in_newcomer_slot=place.in_newcomer_slot,
        is_swapped=place.is_swapped,
        shown_at=now,
    )


def record_event(*, kind: EventKind, task_id: UUID, organization_id: UUID, now: datetime) -> None:
    """
    Record an outcome of a pair once. An invitation follows from a list of people, other outcomes from any list.

    Outcomes count without a list too, because they are used for learning; opening counts only after a recommendation.
    """
    kinds = PEOPLE_LISTS if kind == EventKind.INVITE else tuple(ListKind)
    impression = impressions.last_impression(task_id, organization_id, now, kinds)
    if impression is None and kind == EventKind.OPEN:
        return
    event = MatchEvent(
        kind=kind, task_id=task_id, organization_id=organization_id, impression=impression, happened_at=now
    )
    MatchEvent.objects.bulk_create([event], ignore_conflicts=True)


def prune_impressions(*, now: datetime) -> int:
    """Delete impressions older than 400 days, a few thousand at a time. Their outcomes are kept, without the list."""
    dropped = 0
    old = MatchImpression.objects.filter(shown_at__lt=now - KEPT).order_by("shown_at").values_list("id", flat=True)
    while ids := list(old[:PRUNED_AT_ONCE]):
        MatchEvent.objects.filter(impression_id__in=ids).update(impression=None)
        MatchImpression.objects.filter(id__in=ids).delete()
        dropped += len(ids)
    return dropped
