"""Ids: made so that they sort by time, and read out of what people and other parties send."""

from collections.abc import Iterable
from uuid import UUID

from uuid_utils import compat


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562): its first 48 bits are Unix milliseconds."""
    return compat.uuid7()


def uuid_or_none(text: object) -> UUID | None:
    """The id that a text writes; None for anything else."""
    try:
        return text if isinstance(text, UUID) else UUID(str(text))
    except ValueError:
        return None


def uuids(texts: Iterable[object]) -> list[UUID]:
    """Those of the texts that are ids, each once, in their order."""
    uuid_or_nones = (uuid_or_none(text) for text in texts)
    return list(dict.fromkeys(item for item in uuid_or_nones if item is not None))


_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter is taken for a digit


def document_number(prefix: str, document_id: UUID) -> str:
    """A short number that people can read out, made of the random end of the id: `PO-7K3M-9QXA`."""
    value = document_id.int & ((1 << 40) - 1)
    letters = "".join(_LETTERS[(value >> shift) & 31] for shift in range(35, -1, -5))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"
