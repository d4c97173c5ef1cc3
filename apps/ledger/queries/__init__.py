"""Reads of the books: balances, statements, entries, and whether everything still adds up."""

from apps.ledger.queries.books import (
    JournalView,
    StatementLine,
    balance,
    balance_of,
    balances,
    balances_by_currency,
    journal,
    journal_by_key,
    journals_by_ids,
    journals_of,
    owed,
    references_of,
    statement,
    trial_balance,
)
from apps.ledger.queries.chain import ChainReport, Seal, seals, verify_chain
from apps.ledger.queries.invariants import Finding, check_all, register_invariant

__all__ = [
    "ChainReport",
    "Finding",
    "JournalView",
    "Seal",
    "StatementLine",
    "balance",
    "balance_of",
    "balances",
    "balances_by_currency",
    "check_all",
    "journal",
    "journal_by_key",
    "journals_by_ids",
    "journals_of",
    "owed",
    "references_of",
    "register_invariant",
    "seals",
    "statement",
    "trial_balance",
    "verify_chain",
]
