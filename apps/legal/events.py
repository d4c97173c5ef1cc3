from uuid import UUID

from apps.outbox import bus


@bus.event("legal.version_published")
class LegalVersionPublished:
    """A version was published; it may take effect later."""

    version_id: UUID
    is_to_be_accepted: bool
