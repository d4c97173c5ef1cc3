"""The text and the hash of one link of the chain of journal entries."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime


def link_text(
    seq: int,
    previous: str,
    id_: object,
    key: object,
    event: str,
    reverses_id: object,
    refs: str,
    memo: str,
    happened_at: datetime,
    recorded_at: datetime,
    lines: list[str] | None,
) -> str:
    """
    The text whose SHA-256 is the hash of one link of the chain: the database computes the same in PL/pgSQL.

    :param lines: one text per posting, in any order; None counts as none.
    """
    content = "\n".join([event, str(reverses_id or ""), refs, *sorted(lines or [], key=str.encode)])
    return "\n".join(
        [str(seq), previous, str(id_), str(key), _moment(happened_at), _moment(recorded_at), sha256(content), memo]
    )


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
