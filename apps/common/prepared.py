"""
Queries whose SQL is built once per process and planned once per connection.

Django builds the SQL of a queryset again at each use, and PostgreSQL plans it again; for most of our queries each takes
longer than to find the rows. `prepared` does both once for each shape of the arguments and then only sends the values:

    @prepared
    def live_bids(task_id: UUID, organization_id: UUID) -> QuerySet[Bid]:
        return Bid.objects.filter(task_id=task_id, bidder_id=organization_id, status__in=LIVE)

    live_bids(task.id, organization.id)  # a list of bids

Values (UUID, datetime, `Text`, and lists of UUIDs) may only be compared with columns, because the function does not
see them: it is called once with stand-ins (`before` subtracts a duration). Every other argument (str, bool, int, None,
tuples of them) is part of the shape: the function may decide by it, and it must have few different values.

PostgreSQL decides after five uses whether one plan serves all values (its documentation of PREPARE). A pool that gives
each transaction another connection (`DATABASE_POOLED_BY_TRANSACTION`) keeps no statements; there the SQL is sent each
time.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import NotSupportedError, OperationalError, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, DurationField, Model, QuerySet, Value
from django.db.models.expressions import Combinable
from psycopg2 import errorcodes

P = ParamSpec("P")
Row = TypeVar("Row")


class Text(str):
    """A text that is a value, and not a part of the shape."""


_VALUES = (UUID, datetime, Text)
SHAPES_MAX = 500
"""With more shapes than this, the queryset is built at each use: somebody may send ever new ones."""
_moments = count()


def prepared(build: Callable[P, QuerySet[Any, Row]]) -> Callable[P, list[Row]]:
    """
    Turn a function that returns a queryset into one that returns its rows, with SQL built once per shape.

    :raises TypeError: if the function does more with a value than compare it with columns: a value of the arguments is
        then missing in the statement.
    """
    statements: dict[tuple[Any, ...], _Statement | None] = {}

    @wraps(build)
    def rows(*args: P.args, **options: P.kwargs) -> list[Row]:
        if options:
            raise TypeError(f"{build.__name__} takes its arguments by position")
        values: list[Any] = []
        shape = tuple(_shape(argument, values) for argument in args)
        if shape not in statements:
            if len(statements) >= SHAPES_MAX:
                return list(build(*args, **options))
            statements[shape] = _Statement.of(build, args)
        statement = statements[shape]
        return list(build(*args, **options)) if statement is None else statement.rows(values)

    return rows


def before(now: datetime, duration: timedelta) -> Combinable:
    """The moment so long before `now`, computed by the database: `now` may be a stand-in."""
    return Value(now, DateTimeField()) - Value(duration, DurationField())


def attach(owners: Iterable[Model], name: str, rows: Iterable[Model], by: str) -> None:
    """
    Give each owner its rows, as `prefetch_related` would.

    :param name: the owners' related manager; `by`: the rows' column with the owner's id.
    """
    rows_of: dict[Any, list[Model]] = {}
    for row in rows:
        rows_of.setdefault(getattr(row, by), []).append(row)
    for owner in owners:
        related = getattr(owner, name).get_queryset()
        related._result_cache, related._prefetch_done = rows_of.get(owner.pk, []), True
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = related


def _shape(argument: Any, values: list[Any]) -> Any:
    """The part of an argument that decides about the SQL. Appends the values to `values`."""
    if isinstance(argument, _VALUES):
        values.append(argument)
        return type(argument)
    if isinstance(argument, list | tuple):
        return type(argument), *(_shape(item, values) for item in argument)
    if argument is None or isinstance(argument, str | int | frozenset):
        return type(argument), argument  # True == 1
    raise TypeError(f"{type(argument).__name__} is neither a value nor a part of the shape of a statement")


def _stand_in(argument: Any, stand_ins: list[Any]) -> Any:
    """The argument with each value replaced by one of the same type that occurs nowhere else."""
    if isinstance(argument, list | tuple):
        return type(argument)(_stand_in(item, stand_ins) for item in argument)
    if not isinstance(argument, _VALUES):
        return argument
    if isinstance(argument, datetime):
        value: Any = datetime(1800, 1, 1, tzinfo=UTC) + timedelta(microseconds=next(_moments))
    else:
        value = Text(uuid4()) if isinstance(argument, Text) else uuid4()
    stand_ins.append(value)
    return value


class _Statement:
    """The SQL of one shape, with the places of the values among its parameters."""

    def __init__(self, queryset: QuerySet[Any, Any], compiler: Any, sql: str, parameters: list[Any]) -> None:
        self.queryset, self.compiler, self.sql, self.parameters = queryset, compiler, sql, parameters
        self.name = f"tradewind_{next(_numbers)}"

    @classmethod
    def of(cls, build: Callable[..., QuerySet[Any, Any]], args: tuple[Any, ...]) -> _Statement | None:
        """None if the queryset is empty without asking the database."""
        stand_ins: list[Any] = []
        queryset = build(*(_stand_in(argument, stand_ins) for argument in args))
        compiler = queryset.query.get_compiler(using="default")
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        places = {value: _Place(number) for number, value in enumerate(stand_ins)}
        filled = [places.get(value, value) if isinstance(value, _VALUES) else value for value in parameters]
        if missing := set(places.values()) - {item for item in filled if isinstance(item, _Place)}:
            raise TypeError(f"{build.__name__}: not in the statement: values {sorted(missing)}")
        return cls(queryset, compiler, sql, filled)

    def rows(self, values: list[Any]) -> list[Any]:
        using = router.db_for_read(self.queryset.model)
        connection = connections[using]
        try:
            return self._rows(using, connection, values)
        except (NotSupportedError, OperationalError) as error:
            # The kept plan is of another version of the table, or was discarded.
            if getattr(error.__cause__, "pgcode", None) not in _PLAN_IS_GONE or connection.in_atomic_block:
                raise
            connection.close()
            return self._rows(using, connection, values)

    def _rows(self, using: str, connection: BaseDatabaseWrapper, values: list[Any]) -> list[Any]:
        compiler: Any = copy.copy(self.compiler)
        compiler.using, compiler.connection = using, connection
        if compiler.connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
            sql, parameters = self.sql, [values[p] if isinstance(p, _Place) else p for p in self.parameters]
        else:
            sql, parameters = self._call_on(compiler.connection, values), values
        compiler.as_sql = lambda: (sql, tuple(parameters))
        query: Any = copy.copy(self.queryset.query)
        query.get_compiler = lambda *_args, **_options: compiler
        queryset = object.__new__(type(self.queryset))  # copy.copy would fetch the rows
        queryset.__dict__.update(self.queryset.__dict__, _query=query, _db=using)
        return list(queryset)

    def _call_on(self, connection: BaseDatabaseWrapper, values: list[Any]) -> str:
        """The statement that executes this one, which is prepared on the connection if it is not yet."""
        # As for every statement of Django: at the start of a request a dead connection is replaced.
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        names = _prepared_on.setdefault(connection.connection, set())
        if self.name not in names:
            with connection.wrap_database_errors, connection.connection.cursor() as cursor:
                filled = [
                    f"${item + 1}" if isinstance(item, _Place) else cursor.mogrify("%s", [item]).decode()
                    for item in self.parameters
                ]
                types = ", ".join(_TYPES[type(value)] for value in values)
                head = f"PREPARE {self.name}" + (f" ({types})" if types else "")
                cursor.execute(f"{head} AS {self.sql % tuple(filled)}")
            names.add(self.name)
        return f"EXECUTE {self.name}" + (f" ({', '.join(['%s'] * len(values))})" if values else "")


_PLAN_IS_GONE = {errorcodes.FEATURE_NOT_SUPPORTED, errorcodes.INVALID_SQL_STATEMENT_NAME}
_TYPES = {UUID: "uuid", datetime: "timestamptz", Text: "text"}
_prepared_on: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
_numbers = count(1)


class _Place(int):
    """The number of a value among the values of the arguments."""
