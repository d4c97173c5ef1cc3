from uuid import UUID

from apps.outbox import bus


@bus.event("spending.approval_requested")
class ApprovalRequested:
    """A member wants to pay more than one person may decide alone."""

    approval_id: UUID
    organization_id: UUID


@bus.event("spending.rule_loosening")
class RuleLoosening:
    """A limit is to be loosened: requested (`proposed`), or approved and in force a day later (`agreed`)."""

    change_id: UUID
    organization_id: UUID
    status: str


@bus.event("spending.approval_decided")
class ApprovalDecided:
    """A second person approved or refused."""

    approval_id: UUID
    organization_id: UUID
