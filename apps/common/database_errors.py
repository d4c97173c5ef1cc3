"""
Converts database errors into domain errors that a user can act on.

This is the last check behind forms, serializers and operations, which check first and have better messages. Other
database errors are bugs and stay exceptions.
"""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _
from psycopg2 import errors as postgres

from apps.common.errors import Conflict, DomainError, Invalid, NotFound, Unavailable

_STOPPED = (
    postgres.QueryCanceled,  # statement_timeout
    postgres.LockNotAvailable,  # lock_timeout
    postgres.IdleInTransactionSessionTimeout,
    postgres.DeadlockDetected,
    postgres.SerializationFailure,
    postgres.TooManyConnections,
)

_OVERTAKEN = (postgres.UniqueViolation, postgres.ExclusionViolation, postgres.ForeignKeyViolation)


class TookTooLong(Unavailable):
    code = "took_too_long"
    message = _("This took too long and was stopped. Nothing was changed. Please try again in a minute.")


class DatabaseAway(Unavailable):
    code = "database_unavailable"
    message = _("The database does not answer at the moment. Nothing was changed. Please try again in a minute.")


class ValueOutOfRange(Invalid):
    code = "value_out_of_range"
    message = _("One of the values is too large or cannot be stored. Please check what you entered.")


def refusal_of(error: BaseException | None) -> DomainError | None:
    """The domain error for a database error; None for any other error."""
    cause = getattr(error, "__cause__", None)
    if isinstance(error, ObjectDoesNotExist):
        return NotFound()  # the id never existed, or was deleted
    if isinstance(cause, _STOPPED):
        return TookTooLong()
    if isinstance(error, OperationalError | InterfaceError):
        return DatabaseAway()
    if isinstance(error, DataError):
        return ValueOutOfRange()
    if isinstance(error, IntegrityError) and isinstance(cause, _OVERTAKEN):
        # A concurrent request was faster: a double click, a second window, another member of the team.
        return Conflict()
    return None
