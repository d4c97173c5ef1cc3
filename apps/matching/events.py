from uuid import UUID

from apps.outbox import bus


@bus.fact("matching.task_suits")
class TaskSuits:
    """A newly published task suits these freelancers well (best first)."""

    task_id: UUID
    organization_ids: list[UUID]
