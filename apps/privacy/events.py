from uuid import UUID

from apps.outbox import bus


@bus.event("privacy.export_ready")
class DataExportReady:
    export_id: UUID
    user_id: UUID


@bus.event("privacy.closure_requested")
class AccountClosureRequested:
    closure_id: UUID
    user_id: UUID


@bus.event("privacy.closure_postponed")
class AccountClosurePostponed:
    """Something stood against it when the date had come; it is tried again."""

    closure_id: UUID
    user_id: UUID


@bus.event("privacy.closed")
class AccountClosed:
    closure_id: UUID
