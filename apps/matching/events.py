from uuid import UUID

from apps.outbox import bus


@bus.event("matching.task_suits")
class TaskSuits:
    """A newly published task suits these freelancers well (best first)."""

    task_id: UUID
    organization_ids: list[UUID]


@bus.event("matching.people_suit")
class PeopleSuit:
    """These freelancers, best first, suit a task without invitations so far; for a weekly notification."""

    task_id: UUID
    organization_ids: list[UUID]
