"""Notifies employers once a week of freelancers who suit an open task without invitations so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from apps.common.work_queue import each_row
from apps.matching import events
from apps.matching.models import ListKind
from apps.matching.operations.impressions import record_shown
from apps.matching.operations.matches import NOTIFY_SCORE_MIN
from apps.matching.queries import impressions, recommendations
from apps.outbox import bus

NAMED_MAX = 3
NOTIFIED_AT_ONCE = 5000
PAUSE = timedelta(days=6)  # less than the week between two notifications


def notify_employers(*, now: datetime) -> int:
    """
    Notify about each such task in its own transaction. Returns the number of tasks with matches. Safe to run twice.
    """
    waiting = impressions.tasks_without_invitations(now, notified_before=now - PAUSE)
    notified = 0

    def notify(task_id: UUID) -> None:
        nonlocal notified
        notified += _notify_employer(task_id, now)

    each_row("matching.notify_employers", waiting, notify, now=now, limit=NOTIFIED_AT_ONCE, seconds_max=1500)
    return notified


@transaction.atomic
def _notify_employer(task_id: UUID, now: datetime) -> bool:
    """Notify of the first rows of the employer's list if they suit well. The rows count as shown."""
    recommended_freelancers = recommendations.recommended_freelancers(task_id, NAMED_MAX, now=now)
    named = [item for item in recommended_freelancers if item.explanation.score >= NOTIFY_SCORE_MIN]
    if not named:
        return False
    rows = [item.shown for item in named]
    if not record_shown(kind=ListKind.PEOPLE_MAIL, reader_id=rows[0].result.task.employer_id, rows=rows, now=now):
        return False  # another run is notifying about it now
    bus.publish(events.PeopleSuit(task_id=task_id, organization_ids=[item.organization.id for item in named]), now=now)
    return True
