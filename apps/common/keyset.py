"""Keyset pagination for page lists: a cursor holds the position of the last row, not an offset."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import Combinable

from apps.common.text import has_control

CURSOR_CHARACTERS_MAX = 600

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`rows`, and the cursor of the next page, or ""."""

    rows: list[Row]
    next_cursor: str

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page(rows: QuerySet[Row], *, order: str, cursor: str = "", size: int = 20, has_nulls: bool = True) -> Page[Row]:
    """
    One page, ordered by one column ("-published_at") and then by id; nulls come last.

    :param has_nulls: False if no row has a null there. Only then can an index on (column, id) return the order, since
        PostgreSQL's descending order begins with nulls.
    :returns: the first page for an invalid cursor.
    """
    name, descending = order.lstrip("-"), order.startswith("-")
    nulls_last = True if has_nulls else None
    first = F(name).desc(nulls_last=nulls_last) if descending else F(name).asc(nulls_last=nulls_last)
    ordered = rows.order_by(first, "-id" if descending else "id")
    if position := _decode(cursor):
        # A forged cursor may contain a value that the column cannot hold.
        with suppress(ValidationError, ValueError, TypeError):
            ordered = ordered.filter(_after(name, descending, *position, has_nulls=has_nulls))
    result = list(ordered[: size + 1])
    more = len(result) > size
    result = result[:size]
    return Page(result, _encode(_value(result[-1], name), result[-1].pk) if more else "")


RANKED_MAX = 200
"""How many of the newest rows are ranked: computing the rank of every match of a common word would cost too much."""


def ranked_page(
    matching: QuerySet[Row],
    *,
    everything: QuerySet[Row],
    rank: Combinable,
    newest: str,
    cursor: str = "",
    size: int = 20,
) -> Page[Row]:
    """
    One page, ordered by rank among the newest `RANKED_MAX` matching rows; then follow the others, newest first.

    :param everything: the same rows and columns as `matching` without its conditions: they are not evaluated twice.
    :param rank: an integer, higher is better.
    :param newest: the order of the others, by a column without nulls ("-published_at").
    """
    if cursor.startswith(_AFTER_RANKED):
        rest = page(matching, order=newest, cursor=cursor[1:], size=size, has_nulls=False)
        return Page(rest.rows, rest.next_cursor and _AFTER_RANKED + rest.next_cursor)
    recent: QuerySet[Row] = matching.select_related(None).order_by(newest, "-id")
    among = everything.filter(pk__in=recent.values("pk")[:RANKED_MAX])
    ranked = cast("QuerySet[Row]", among.annotate(rank=rank))
    result = page(ranked, order="-rank", cursor=cursor, size=size, has_nulls=False)
    if result.next_cursor or (not cursor and len(result) < size):
        return result
    column = newest.lstrip("-")
    last = list(recent.values_list(column, "pk")[RANKED_MAX - 1 : RANKED_MAX + 1])
    return Page(result.rows, _AFTER_RANKED + _encode(*last[0]) if len(last) > 1 else "")


_AFTER_RANKED = "~"
"""Begins the cursor of a page after the ranked rows; no other cursor contains it."""


def _value(row: Model, name: str) -> Any:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    return value


def _after(name: str, descending: bool, value: Any, key: UUID, *, has_nulls: bool) -> Q:
    step = "lt" if descending else "gt"
    if not has_nulls:
        # The first condition says nothing new, but an index can begin there.
        return Q(**{f"{name}__{step}e": value}) & (Q(**{f"{name}__{step}": value}) | Q(**{f"id__{step}": key}))
    same = Q(**{name: value}) if value is not None else Q(**{f"{name}__isnull": True})
    later = same & Q(**{f"id__{step}": key})
    if value is not None:
        later |= Q(**{f"{name}__{step}": value}) | Q(**{f"{name}__isnull": True})
    return later


def _encode(value: Any, key: Any) -> str:
    kind = next(
        (kind for kind, value_kind in _KINDS.items() if isinstance(value, value_kind)), "n" if value is None else "s"
    )
    plain = value.isoformat() if isinstance(value, date) else value
    return base64.urlsafe_b64encode(json.dumps([kind, plain, str(key)]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, UUID] | None:
    if not cursor or len(cursor) > CURSOR_CHARACTERS_MAX:
        return None
    try:
        kind, plain, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return _DECODE[kind](plain), UUID(key)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, binascii.Error):
        return None


def _moment(plain: Any) -> datetime:
    """In UTC; raises for one outside Python's range of years."""
    moment = datetime.fromisoformat(plain)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _integer(plain: Any) -> int:
    if type(plain) is not int or not -(2**63) <= plain < 2**63:
        raise ValueError
    return plain


def _string(plain: Any) -> str:
    if not isinstance(plain, str) or has_control(plain):
        raise ValueError
    return plain


# The order matters: a datetime is also a date.
_KINDS: dict[str, type] = {"t": datetime, "d": date, "i": int}
_DECODE: dict[str, Callable[[Any], Any]] = {
    "t": _moment,
    "d": date.fromisoformat,
    "i": _integer,
    "s": _string,
    "n": lambda plain: None,
}
