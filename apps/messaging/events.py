from uuid import UUID

from apps.outbox import bus


@bus.event("messaging.sent")
class MessageSent:
    message_id: UUID
    conversation_id: UUID
    contract_id: UUID | None
    """None for a conversation before a contract."""
    sender_organization_id: UUID
    recipient_organization_id: UUID


@bus.event("messaging.hidden")
class MessageHidden:
    message_id: UUID
    reason_code: str


@bus.event("messaging.conversation_hidden")
class ConversationHidden:
    conversation_id: UUID
    reason_code: str
