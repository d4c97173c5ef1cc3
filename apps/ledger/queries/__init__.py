"""Reads of the books: balances, statements, entries, and whether everything still adds up."""

from apps.ledger.queries.books import (
    JournalView,
    StatementLine,
    SystemLine,
    balance,
    balance_of,
    balances,
    balances_by_currency,
    journal,
    journal_by_key,
    journals_by_ids,
    journals_of,
    lines_of,
    owed,
    references_of,
    statement,
    trial_balance,
)
from apps.ledger.queries.chain import ChainReport, Seal, seals, verify_chain
from apps.ledger.queries.invariants import Finding, check_all, register_invariant
from apps.ledger.queries.periods import Movement, balances_at, movements, named_by, sums_by_month

__all__ = [
    "ChainReport",
    "Finding",
    "JournalView",
    "Movement",
    "Seal",
    "StatementLine",
    "SystemLine",
    "balance",
    "balance_of",
    "balances",
    "balances_at",
    "balances_by_currency",
    "check_all",
    "journal",
    "journal_by_key",
    "journals_by_ids",
    "journals_of",
    "lines_of",
    "movements",
    "named_by",
    "owed",
    "references_of",
    "register_invariant",
    "seals",
    "statement",
    "sums_by_month",
    "trial_balance",
    "verify_chain",
]
