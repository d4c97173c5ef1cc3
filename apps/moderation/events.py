from uuid import UUID

from apps.outbox import bus


@bus.event("moderation.reported")
class SubjectReported:
    report_id: UUID
    subject_type: str
    subject_id: UUID


@bus.event("moderation.decided")
class ReportDecided:
    """For the reporter; `is_upheld` is the result."""

    report_id: UUID
    reporter_id: UUID
    is_upheld: bool


@bus.event("moderation.objected")
class ObjectionSent:
    objection_id: UUID
    organization_id: UUID


@bus.event("moderation.objection_answered")
class ObjectionAnswered:
    """For the affected party."""

    objection_id: UUID
    organization_id: UUID
    is_granted: bool


@bus.event("moderation.statement_issued")
class StatementIssued:
    """For the affected party."""

    statement_id: UUID
    organization_id: UUID
