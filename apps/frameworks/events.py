from uuid import UUID

from apps.outbox import bus


@bus.event("frameworks.proposed")
class FrameworkProposed:
    """One side proposed version `number`; above 1 it answers a version of the other side."""

    framework_id: UUID
    number: int


@bus.event("frameworks.answered")
class FrameworkAnswered:
    """Accepted, declined or withdrawn, or not answered in time; `status` says which."""

    framework_id: UUID
    status: str


@bus.event("frameworks.notice_given")
class FrameworkNoticeGiven:
    """One side gave notice; the framework agreement stays in force until `ends_on` (an ISO date)."""

    framework_id: UUID
    ends_on: str


@bus.event("frameworks.ended")
class FrameworkEnded:
    """It was in force and is no more: notice was given, or its validity is over; `status` says which."""

    framework_id: UUID
    status: str
