"""
What the database says no to, as a refusal that a person can act on.

The last net under forms, serializers and operations: each of them checks first and says more. What is not listed here
is a mistake of ours and stays an error.
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
    """The refusal that an error of the database stands for; None for everything else."""
    cause = getattr(error, "__cause__", None)
    if isinstance(error, ObjectDoesNotExist):
        return NotFound()  # an id that never was, or no longer is
    if isinstance(cause, _STOPPED):
        return TookTooLong()
    if isinstance(error, OperationalError | InterfaceError):
        return DatabaseAway()
    if isinstance(error, DataError):
        return ValueOutOfRange()
    if isinstance(error, IntegrityError) and isinstance(cause, _OVERTAKEN):
        # Somebody was faster: a second click, a second window, another member of the team.
        return Conflict()
    return None
