from uuid import UUID

from apps.outbox import bus


@bus.event("saved.search_found")
class SearchFound:
    """A saved search found tasks that are new to it: their number (up to a limit), and the newest."""

    search_id: UUID
    count: int
    task_ids: list[UUID]
