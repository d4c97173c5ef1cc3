from uuid import UUID

from apps.outbox import bus


@bus.event("gateways.paused_or_resumed")
class PaymentsPausedOrResumed:
    """`what` is pause, resume or resolve_unbooked. `user_id` is None for the system and for commands."""

    pause_id: UUID
    what: str
    user_id: UUID | None
    reason: str
