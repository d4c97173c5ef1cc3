from uuid import UUID

from apps.outbox import bus


@bus.fact("spending.approval_asked")
class ApprovalAsked:
    """Somebody wants to pay more than one person may decide alone."""

    approval_id: UUID
    organization_id: UUID


@bus.fact("spending.rule_loosening")
class RuleLoosening:
    """A limit is to be loosened: wanted (`proposed`), or agreed and in force a day later (`agreed`)."""

    change_id: UUID
    organization_id: UUID
    status: str


@bus.fact("spending.approval_decided")
class ApprovalDecided:
    """A second person agreed or refused."""

    approval_id: UUID
    organization_id: UUID
