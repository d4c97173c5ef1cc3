from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.http import QueryDict
from django.utils import timezone

from apps.common.work_queue import each_row, one_at_a_time
from apps.saved import operations, queries
from apps.tasks.models import SavedSearch
from apps.tasks.views.search import filter_of

JOB = "saved.look_for_new"


@shared_task(name=JOB)
def look_for_new() -> int:
    """Notify people of new tasks that their saved searches find, each at its own pace."""
    now = timezone.now()

    def look(search_id: UUID) -> None:
        search = SavedSearch.objects.select_related("user").get(id=search_id)
        filters = filter_of(QueryDict(search.query), search.user.display_currency, now)
        operations.look_for_new(search_id=search.id, filters=filters, now=now)

    with one_at_a_time(JOB) as is_ours:
        return each_row(JOB, queries.searches_due(now), look, now=now) if is_ours else 0
