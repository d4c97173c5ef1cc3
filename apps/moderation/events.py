from uuid import UUID

from apps.outbox import bus


@bus.fact("moderation.reported")
class SubjectReported:
    report_id: UUID
    subject_type: str
    subject_id: UUID


@bus.fact("moderation.decided")
class ReportDecided:
    """For the one who reported: `is_upheld` says how."""

    report_id: UUID
    reporter_id: UUID
    is_upheld: bool


@bus.fact("moderation.objected")
class ObjectionSent:
    objection_id: UUID
    organization_id: UUID


@bus.fact("moderation.objection_answered")
class ObjectionAnswered:
    """For the affected party."""

    objection_id: UUID
    organization_id: UUID
    is_granted: bool


@bus.fact("moderation.statement_issued")
class StatementIssued:
    """For the affected party."""

    statement_id: UUID
    organization_id: UUID
