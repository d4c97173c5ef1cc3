"""
Reads all freelancers who may be recommended in bulk, as columns for the candidate index. The values are those of
`inputs.freelancer_features`.

A million people have ten million skills, and building objects for them takes minutes. So PostgreSQL joins and numbers
them in temporary tables, and COPY returns only numbers of fixed width, which numpy reads without parsing. A test checks
that both ways return the same (`tests/matching/test_candidates.py`). Only names and numbers from this file, and strings
quoted by the driver, are put into statements.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from apps.common.money import Money
from apps.contracts.states import NOT_PAID_IN_FULL, PAID_IN_FULL
from apps.matching.queries.inputs import BIDS_DAYS, profiles_to_match, utc_hours
from apps.pricing.queries import rates
from apps.tasks.queries import REFERENCE_CURRENCY
from ranking import formula, word_weights
from ranking.candidate_index.columns import Columns, EarlierBags
from ranking.candidate_index.segments import FACTS, LANGUAGES_MAX, LEVEL_COLUMNS, country_number
from ranking.word_weights import NO_ENTRIES, NO_RARITY, Entries, Rarity

TABLES = ("match_people", "match_bids", "match_languages", "match_skills", "match_works")
TEXTS_AT_ONCE = 10_000
MEMORY = "128MB"  # for one join of ten million rows with a million; the default of 4 MB would use temporary files
LEVEL_COLUMN_NAMES = ("fluent", "conversational", "basic")
# PostgreSQL's documentation, "COPY: Binary Format": a header of 19 bytes, then per row a field count of 2 bytes and per
# field a length of 4 bytes; all numbers are big-endian, and a count of -1 marks the end.
HEADER, END = 19, 2
KINDS = {"int": ">i4", "bigint": ">i8", "double precision": ">f8", "uuid": "V16"}


@transaction.atomic
def load_candidates(
    now: datetime, among: Sequence[UUID] | None = None, *, word_rarity: Rarity | None = None,
    earlier: EarlierBags | None = None,
) -> Columns:  # fmt: skip
    """
    Return all freelancers who may be recommended now, or those of them in `among`.

    :param word_rarity: that of the base, for a delta; None counts the words of these people.
    :param earlier: words already read of unchanged profiles.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")
        cursor.execute("SET LOCAL work_mem = %s", [MEMORY])
        _number_people(cursor, among)
        _number_skills(cursor)
        (ids,) = _read(cursor, "SELECT organization_id FROM match_people ORDER BY row", "uuid")
        owners = ids.view(">u8").reshape(-1, 2).T.astype(np.uint64)
        works, work_skills = _works(cursor)
        features, updated_at = _facts(cursor, now)
        bags = _bags(cursor, owners, updated_at, earlier or EarlierBags(None))
        features["completed"], features["failed"] = (
            np.minimum(np.bincount(works[0][works[2] == accepted], minlength=len(features)), 65_535)
            for accepted in (1, 0)
        )
        languages = _speak(cursor, features)
        stated = _declared(cursor)
        cursor.execute("SELECT id FROM match_skills ORDER BY number")
        fetchall = [skill for (skill,) in cursor.fetchall()]
        cursor.execute(f"DROP TABLE {', '.join(TABLES)}")
    skills, (declared, query) = _used(fetchall, stated[1], work_skills)
    rarity = word_weights.counted(bags, len(features)) if word_rarity is None else word_rarity
    return Columns(
        owners, features, skills, languages, (stated[0], declared, stated[2]), works, query,
        word_weights.kept(bags, rarity), rarity if word_rarity is None else NO_RARITY, bags, updated_at,
    )  # fmt: skip


# --- tables of this transaction --------------------------------------------------------------------------------------


def _make(cursor: Any, name: str, select: str, parameters: Sequence[Any] = ()) -> None:
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {select}", parameters)
    # autovacuum does not analyze temporary tables, and the planner needs statistics for the joins
    cursor.execute(f"ANALYZE {name}")


def _number_people(cursor: Any, among: Sequence[UUID] | None) -> None:
    """Number people in the order of their ids, as in the candidate index."""
    people = profiles_to_match() if among is None else profiles_to_match().filter(organization_id__in=among)
    rows = people.values_list(
        "organization_id", "id", "organization__country", "organization__time_zone", "works_from_hour", "works_to_hour",
        "rate_amount_minor", "rate_currency", "updated_at",
    )  # fmt: skip
    select, parameters = rows.query.sql_with_params()
    columns = "organization_id, profile_id, country, zone, from_hour, to_hour, rate_minor, currency, updated_at"
    _make(
        cursor,
        "match_people",
        f"SELECT (row_number() OVER (ORDER BY organization_id) - 1)::int AS row, * FROM ({select}) AS p({columns})",  # noqa: S608
        parameters,
    )


def _number_skills(cursor: Any) -> None:
    _make(cursor, "match_skills", "SELECT id, (row_number() OVER (ORDER BY id) - 1)::int AS number FROM skills_skill")


def _read(cursor: Any, select: str, *kinds: str) -> list[NDArray[Any]]:
    """Return the columns of a query. All values must have a fixed width and not be null."""
    fields = [part for at, kind in enumerate(kinds) for part in ((f"_{at}", ">i4"), (f"f{at}", KINDS[kind]))]
    row = np.dtype([("_", ">i2"), *fields])
    buffer = io.BytesIO()
    cursor.copy_expert(f"COPY ({select}) TO STDOUT (FORMAT binary)", buffer)
    size = buffer.tell() - HEADER - END
    if size % row.itemsize:
        raise ValueError(f"a row of {select} is not as wide as {kinds}")
    rows = np.frombuffer(buffer.getbuffer(), row, size // row.itemsize, HEADER)
    return [np.ascontiguousarray(rows[f"f{at}"]).astype(_native(kind), copy=False) for at, kind in enumerate(kinds)]


def _native(kind: str) -> str:
    return KINDS[kind].replace(">", "=")


def _different(cursor: Any, table: str, column: str, limit: int | None = None) -> list[str]:
    """Return the distinct values of a column, most frequent first."""
    cursor.execute(f"SELECT {column} FROM {table} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %s", [limit])  # noqa: S608
    return [value for (value,) in cursor.fetchall()]


def _place(cursor: Any, column: str, values: Sequence[str]) -> str:
    """Return SQL for the index of the column's value in `values`, from 0; -1 if it is not there."""
    place: str = cursor.mogrify(f"coalesce(array_position(%s::text[], {column}::text), 0) - 1", [list(values)]).decode()
    return place


# --- features ---------------------------------------------------------------------------------------------------------


def _facts(cursor: Any, now: datetime) -> tuple[NDArray[np.void], NDArray[np.float64]]:
    """Return the records, and the time of each profile's last change."""
    countries, zones = (_different(cursor, "match_people", column) for column in ("country", "zone"))
    own = _different(cursor, "match_people", "currency")
    country, zone, hours, currency, minor, updated_at = _read(
        cursor,
        f"""SELECT {_place(cursor, "country", countries)}, {_place(cursor, "zone", zones)},
                   from_hour * 32 + to_hour, {_place(cursor, "currency", own)}, coalesce(rate_minor, 0)::bigint,
                   extract(epoch FROM updated_at)::double precision
            FROM match_people ORDER BY row""",  # noqa: S608
        "int", "int", "int", "int", "bigint", "double precision",
    )  # fmt: skip
    features = np.zeros(len(country), FACTS)
    features["country"] = np.array([country_number(code) for code in countries], dtype=np.int64)[country]
    features["hours"] = _hours(zone, hours, zones, now)
    table = rates.rate_table(now.date())
    features["hourly"] = _in_reference(minor, currency, own, table)
    features["usual"], last_bid = _usual_prices(cursor, len(features), now, table)
    features["active"] = np.maximum(updated_at, last_bid)
    return features, updated_at


def _hours(zone: Any, hours: Any, zones: Sequence[str], now: datetime) -> Any:
    """Return the working hours as bits of the UTC day, computed once per combination of zone and hours."""
    kinds, which = np.unique(zone.astype(np.int64) * 1024 + hours, return_inverse=True)
    masks = [
        sum(1 << hour for hour in utc_hours(zones[kind >> 10], range((kind >> 5) & 31, kind & 31), now))
        for kind in kinds.tolist()
    ]
    return np.array(masks, dtype=np.uint32)[which] if masks else 0


def _in_reference(minor: Any, currency: Any, currencies: Sequence[str], table: rates.RateTable) -> Any:
    """
    Convert to minor units of the reference currency; 0 for no amount or no rate. Each distinct amount is converted
    once.
    """
    result = np.zeros(len(minor))
    for number, code in enumerate(currencies):
        amounts, which = np.unique(minor[currency == number], return_inverse=True)
        if code and len(amounts):
            converted = [_converted(amount, code, table) for amount in amounts.tolist()]
            result[currency == number] = np.array(converted, dtype=np.float64)[which]
    return result


def _converted(minor: int, currency: str, table: rates.RateTable) -> int:
    convert = table.convert(Money(minor, currency), REFERENCE_CURRENCY) if minor else None
    return convert.amount.amount_minor if convert else 0


def _usual_prices(cursor: Any, people: int, now: datetime, table: rates.RateTable) -> tuple[Any, Any]:
    """
    Return each person's median bid of the last year, 0 for none, and the time of the last bid, minus infinity for none.
    """
    _make(
        cursor,
        "match_bids",
        """SELECT p.row, b.binding_amount_minor AS minor, b.binding_currency AS currency, b.submitted_at
           FROM bidding_bid b JOIN match_people p ON p.organization_id = b.bidder_id WHERE b.submitted_at >= %s""",
        [now - timedelta(days=BIDS_DAYS)],
    )
    different = _different(cursor, "match_bids", "currency")
    row, minor, currency, at = _read(
        cursor,
        f"""SELECT row, minor::bigint, {_place(cursor, "currency", different)},
                   extract(epoch FROM submitted_at)::double precision FROM match_bids""",  # noqa: S608
        "int", "bigint", "int", "double precision",
    )  # fmt: skip
    last = np.full(people, -np.inf)
    np.maximum.at(last, row, at)
    prices = _in_reference(minor, currency, different, table)
    return _medians(row[prices > 0], prices[prices > 0], people), last


def _medians(groups: Any, values: Any, count: int) -> Any:
    """Return `int(statistics.median(...))` of each group; 0 for an empty one."""
    order = np.lexsort((values, groups))
    groups, values = groups[order], values[order]
    start, end = (np.searchsorted(groups, np.arange(count), side=side) for side in ("left", "right"))
    some = end > start
    low, high = (start + end - 1) // 2, (start + end) // 2
    result = np.zeros(count)
    result[some] = np.floor((values[low[some]] + values[high[some]]) / 2)
    return result


def _speak(cursor: Any, features: NDArray[np.void]) -> list[str]:
    """Set each person's language levels, and return the languages by their number."""
    _make(
        cursor,
        "match_languages",
        """WITH declared AS (
             SELECT p.row, l.language, l.level
             FROM accounts_profilelanguage l JOIN match_people p ON p.profile_id = l.profile_id)
           SELECT row, split_part(language, '-', 1) AS code, level FROM declared
           UNION ALL
           SELECT p.row, split_part(u.language, '-', 1), 'conversational'
           FROM match_people p JOIN accounts_membership m ON m.organization_id = p.organization_id
           JOIN accounts_user u ON u.id = m.user_id
           WHERE NOT EXISTS (SELECT FROM declared WHERE declared.row = p.row)""",
    )
    codes = _different(cursor, "match_languages", "code", LANGUAGES_MAX)
    row, code, level = _read(
        cursor,
        f"""SELECT row, {_place(cursor, "code", codes)}, {_place(cursor, "level", list(LEVEL_COLUMNS))}
            FROM match_languages""",  # noqa: S608
        "int", "int", "int",
    )  # fmt: skip
    columns = [*LEVEL_COLUMNS.values(), "basic"]  # the last column is for an unknown level, at index -1
    for name in LEVEL_COLUMN_NAMES:
        numbers = [number for number, column in enumerate(columns) if column == name]
        chosen = np.isin(np.where(level < 0, len(columns) - 1, level), numbers) & (code >= 0)
        masks = np.zeros(len(features), dtype=np.uint64)
        np.bitwise_or.at(masks, row[chosen], np.uint64(1) << code[chosen].astype(np.uint64))
        features[name] = masks
    return codes


def _bags(cursor: Any, owners: NDArray[np.uint64], updated_at: NDArray[np.float64], earlier: EarlierBags) -> Entries:
    """Return the words of everybody's text: of unchanged profiles the earlier ones, of the others read again."""
    parts: dict[int, tuple[Any, Any]] = {}
    changed: list[int] = []
    for row, (high, low, at) in enumerate(zip(*owners.tolist(), updated_at.tolist(), strict=True)):
        unchanged = earlier.get((high, low), at)
        if unchanged is None:
            changed.append(row)
        elif len(unchanged[0]):
            parts[row] = unchanged
    for first in range(0, len(changed), TEXTS_AT_ONCE):
        cursor.execute(
            """SELECT p.row, a.bio, a.source_language, o.display_name
               FROM match_people p JOIN accounts_profile a ON a.id = p.profile_id
               JOIN accounts_organization o ON o.id = p.organization_id
               WHERE p.row = ANY(%s) AND a.bio <> ''""",
            [changed[first : first + TEXTS_AT_ONCE]],
        )
        for row, text, language, name in cursor.fetchall():
            entries = word_weights.entries_of({row: word_weights.bag(text, language, name=name)})
            parts[row] = (entries.numbers, entries.values)
    rows = sorted(parts)
    if not rows:
        return NO_ENTRIES
    numbers, counts = (np.concatenate([parts[row][place] for row in rows]) for place in (0, 1))
    return Entries(np.repeat(np.array(rows), [len(parts[row][0]) for row in rows]), numbers, counts)


# --- skills and work -------------------------------------------------------------------------------------------------


def _declared(cursor: Any) -> tuple[Any, Any, Any]:
    (packed,) = _read(
        cursor,
        """SELECT (p.row::bigint << 24) | (s.number << 4) | least(l.level, 15)
           FROM accounts_profileskill l JOIN match_people p ON p.profile_id = l.profile_id
           JOIN match_skills s ON s.id = l.skill_id""",
        "bigint",
    )
    worth = np.array([formula.LEVELS.get(level, formula.LEVEL_UNKNOWN) for level in range(16)], dtype=np.float32)
    return packed >> 24, (packed >> 4) & 0xFFFFF, worth[packed & 15]


def _works(cursor: Any) -> tuple[tuple[Any, Any, Any, Any], Any]:
    """Return `Columns.works` and `Columns.work_skills`: contracts that ended, by person and contract."""
    _make(
        cursor,
        "match_works",
        """SELECT (row_number() OVER (ORDER BY p.row, c.id) - 1)::int AS work, p.row, c.task_id,
                  c.status = ANY(%s) AS accepted,
                  extract(epoch FROM c.ended_at)::double precision AS at
           FROM contracts_contract c JOIN match_people p ON p.organization_id = c.freelancer_id
           WHERE c.status = ANY(%s) AND c.ended_at IS NOT NULL""",
        [[str(item) for item in PAID_IN_FULL], [str(item) for item in (*PAID_IN_FULL, *NOT_PAID_IN_FULL)]],
    )
    row, accepted, at = _read(
        cursor, "SELECT row, accepted::int, at FROM match_works ORDER BY work", "int", "int", "double precision"
    )
    (packed,) = _read(
        cursor,
        """SELECT (w.work::bigint << 20) | s.number FROM tasks_taskskill l JOIN match_works w ON w.task_id = l.task_id
           JOIN match_skills s ON s.id = l.skill_id""",
        "bigint",
    )
    packed = np.sort(packed)
    lengths = np.bincount(packed >> 20, minlength=len(row))
    return (row, at, accepted, lengths), packed & 0xFFFFF


def _used(skill_ids: Sequence[UUID], *numbers: Any) -> tuple[list[UUID], list[Any]]:
    """Return the skills that occur, and the given skill numbers renumbered by position among them."""
    is_used = np.zeros(len(skill_ids), dtype=bool)
    for item in numbers:
        is_used[item] = True
    place = np.cumsum(is_used) - 1
    return [skill for skill, used in zip(skill_ids, is_used.tolist(), strict=True) if used], [
        place[number] for number in numbers
    ]
