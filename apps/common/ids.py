"""Ids that sort by the time they were made."""

from uuid import UUID

from uuid_utils import compat


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562): its first 48 bits are Unix milliseconds."""
    return compat.uuid7()
