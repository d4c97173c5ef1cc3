from uuid import UUID

from apps.outbox import bus


@bus.event("invoicing.document_issued")
class DocumentIssued:
    """A document was issued with its number; it never changes again."""

    document_id: UUID
    kind: str
    number: str
