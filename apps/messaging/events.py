from uuid import UUID

from apps.outbox import bus


@bus.event("messaging.sent")
class MessageSent:
    message_id: UUID
    contract_id: UUID
    sender_organization_id: UUID
    recipient_organization_id: UUID


@bus.event("messaging.hidden")
class MessageHidden:
    message_id: UUID
    reason_code: str
