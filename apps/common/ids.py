"""Ids: create sortable ones, and parse ids from untrusted input."""

from collections.abc import Iterable
from uuid import UUID

from uuid_utils import compat


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562): its first 48 bits are Unix milliseconds."""
    return compat.uuid7()


def uuid_or_none(text: object) -> UUID | None:
    """The UUID in a text, or None."""
    try:
        return text if isinstance(text, UUID) else UUID(str(text))
    except ValueError:
        return None


def uuids(texts: Iterable[object]) -> list[UUID]:
    """The valid UUIDs in these texts, without duplicates, in order."""
    uuid_or_nones = (uuid_or_none(text) for text in texts)
    return list(dict.fromkeys(item for item in uuid_or_nones if item is not None))


_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32, without letters that look like digits


def document_number(prefix: str, document_id: UUID) -> str:
    """A short number that users can read out, from the random end of the id: `PO-7K3M-9QXA`."""
    value = document_id.int & ((1 << 40) - 1)
    letters = "".join(_LETTERS[(value >> shift) & 31] for shift in range(35, -1, -5))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"
