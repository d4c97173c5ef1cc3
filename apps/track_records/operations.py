from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from apps.accounts.operations import organizations
from apps.tasks import operations as tasks
from apps.track_records import queries, rules
from apps.track_records.models import TrackRecord

COUNTED_AGAIN_AFTER = timedelta(days=1)


@transaction.atomic
def mark_due(*, organization_ids: Iterable[UUID], now: datetime) -> None:
    """Have the records of these organizations counted again soon: something happened."""
    TrackRecord.objects.bulk_create(
        [TrackRecord(organization_id=row_id, due_at=now, stars=[0] * 5) for row_id in sorted(set(organization_ids))],
        update_conflicts=True,
        unique_fields=["organization"],
        update_fields=["due_at"],
    )


@transaction.atomic
def count_again(*, record_id: UUID, now: datetime) -> None:
    """Count an organization's record."""
    row = TrackRecord.objects.select_for_update().get(id=record_id)
    stars = queries.count_stars(row.organization_id)
    counted = {
        **queries.count_work(row.organization_id),
        **queries.count_hiring(row.organization_id, now),
        **queries.count_answers(row.organization_id, now),
        "stars": stars,
        "rating_tenths": rules.rating_tenths(stars),
        "counted_at": now,
        "due_at": now + COUNTED_AGAIN_AFTER,
    }
    for name, value in counted.items():
        setattr(row, name, value)
    row.save(update_fields=list(counted))
    _keep_hiring_facts(row)


def _keep_hiring_facts(row: TrackRecord) -> None:
    """Have open tasks found by what is known of their employer."""
    facts = rules.hiring_facts(row.tasks_hired, row.paid_reference_minor, row.approvals_on_time, row.approvals)
    if organizations.set_hiring_facts(organization_id=row.organization_id, facts=facts):
        tasks.index_tasks_of(employer_id=row.organization_id)
