"""The only operations that write to the ledger."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.common.errors import Conflict, DomainError
from apps.common.ids import uuid7
from apps.ledger.entries import Entry, Line
from apps.ledger.queries import books

_POST = "SELECT ledger_post(%s, %s, %s, %s, %s, %s, %s::boolean[], %s::bigint[], %s, %s::jsonb, %s, %s)"


class NotEnoughMoney(Conflict):
    code = "not_enough_money"
    message = _("There is not enough money left for this. Load the page again and look at the present balance.")


class EntryDiffers(Conflict):
    code = "entry_differs"
    message = _("This payment was already recorded with other figures. Our staff has to look at it.")


class AlreadyReversed(Conflict):
    code = "already_reversed"
    message = _("This entry was already reversed.")


class EntryRefused(Conflict):
    """A bug in the code that built the entry: it does not balance, or uses a wrong account."""

    code = "entry_refused"
    message = _("The books refused this entry. Nothing was moved; our staff has to look at it.")


def record(entry: Entry, *, now: datetime) -> UUID:
    """
    Record one entry: one statement, atomic, and part of the surrounding transaction.

    Recording the same entry (key and content) again changes nothing and returns the id of the first one. Whether it
    balances is checked at commit. After an error the transaction is unusable: let the error propagate.

    :returns: the id of the journal entry.
    :raises NotEnoughMoney: if a guarded account would become negative.
    :raises EntryDiffers: if the key belongs to an entry with other content.
    :raises EntryRefused: if the entry is invalid.
    """
    return _post(entry, entry.lines, reverses=None, now=now)


def reverse(*, journal_id: UUID, key: UUID, memo: str, now: datetime) -> UUID:
    """
    Reverse an entry with its mirror image; an entry can be reversed only once.

    :returns: the id of the reversing journal entry.
    :raises AlreadyReversed: if another reversal was already recorded.
    :raises NotEnoughMoney: if the money has been moved in the meantime.
    """
    original = books.journal(journal_id)
    mirrored = [Line(line.account, -line.amount_minor) for line in original.lines]
    entry = Entry(f"{original.event}.reversed", key, mirrored, refs=original.refs, memo=memo)
    return _post(entry, mirrored, reverses=journal_id, now=now)


@transaction.atomic
def seal_chain(*, now: datetime) -> int:
    """
    Add all new entries to the hash chain and seal the batch. Returns the number of entries.

    Only one writer at a time: a second one waits for the first, then has nothing to do.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_chain_extend(%s)", [now])
        count: int = cursor.fetchone()[0]
    return count


def _post(entry: Entry, lines: Sequence[Line], *, reverses: UUID | None, now: datetime) -> UUID:
    accounts = [line.account for line in lines]
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                _POST,
                [
                    uuid7(),
                    entry.event,
                    entry.key,
                    [account.code for account in accounts],
                    [str(account.kind) for account in accounts],
                    [account.currency for account in accounts],
                    [account.is_guarded for account in accounts],
                    [line.amount_minor for line in lines],
                    entry.memo,
                    json.dumps(dict(entry.refs)),
                    now,
                    reverses,
                ],
            )
            journal_id: UUID = cursor.fetchone()[0]
    except DatabaseError as error:
        raise _reason(error) from error
    return journal_id


def _reason(refusal: DatabaseError) -> DomainError | DatabaseError:
    cause = refusal.__cause__
    state = getattr(cause, "pgcode", None)
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if constraint == "ledger_balance_never_crosses_zero":
        return NotEnoughMoney()
    if constraint == "ledger_journalentry_reverses_id_key":
        return AlreadyReversed()
    if state == "TW004":
        return EntryDiffers()
    if state is not None and state.startswith("TW"):
        return EntryRefused()
    return refusal
