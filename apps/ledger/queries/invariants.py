"""The invariants of the ledger, each with the number of rows that break it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

# Each query counts breaches; a correct ledger returns zero for all.
_TRIGGERS = (
    "ledger_account_append_only",
    "ledger_journal_append_only",
    "ledger_posting_append_only",
    "ledger_balance_kept",
    "ledger_balance_follows",
    "ledger_account_opens_balance",
    "ledger_posting_added",
    "ledger_journal_balanced",
    "ledger_chainlink_append_only",
    "ledger_chainseal_append_only",
)

_QUERIES: dict[str, str] = {
    "I1_unbalanced_entries": """
        SELECT count(*) FROM (
          SELECT journal_id FROM ledger_posting GROUP BY journal_id, currency HAVING sum(amount_minor) <> 0) broken""",
    "I1_entries_with_fewer_than_two_lines": """
        SELECT count(*) FROM ledger_journalentry j
        WHERE (SELECT count(*) FROM ledger_posting p WHERE p.journal_id = j.id) < 2""",
    "I2_entries_that_no_longer_match_their_fingerprint": """
        SELECT count(*) FROM ledger_journalentry j
        WHERE j.fingerprint IS DISTINCT FROM ledger_fingerprint(j.event, j.reverses_id, j.refs, (
          SELECT array_agg(line ORDER BY line COLLATE "C") FROM (
            SELECT a.code || ' ' || p.currency || ' ' || p.amount_minor AS line
            FROM ledger_posting p JOIN ledger_ledgeraccount a ON a.id = p.account_id
            WHERE p.journal_id = j.id) lines))""",
    "I3_guards_missing_or_disabled": """
        SELECT cardinality(%(triggers)s::text[]) - count(*) FROM pg_trigger
        WHERE tgname = ANY(%(triggers)s) AND tgenabled IN ('O', 'A')
          AND tgrelid IN ('ledger_ledgeraccount'::regclass, 'ledger_journalentry'::regclass,
                          'ledger_posting'::regclass, 'ledger_balance'::regclass,
                          'ledger_chainlink'::regclass, 'ledger_chainseal'::regclass)""",
    "I4_lines_without_an_entry": """
        SELECT count(*) FROM ledger_posting p LEFT JOIN ledger_journalentry j ON j.id = p.journal_id
        WHERE j.id IS NULL""",
    "I4_lines_without_an_account_in_their_currency": """
        SELECT count(*) FROM ledger_posting p
        LEFT JOIN ledger_ledgeraccount a ON a.id = p.account_id AND a.currency = p.currency
        WHERE a.id IS NULL""",
    "I5_lines_of_nothing": "SELECT count(*) FROM ledger_posting WHERE amount_minor = 0",
    "I6_guarded_accounts_below_zero": """
        SELECT count(*) FROM (
          SELECT 1 FROM ledger_balance b JOIN ledger_posting p ON p.account_id = b.account_id
          GROUP BY b.account_id, b.side HAVING sum(p.amount_minor) * b.side < 0) broken""",
    "I7_events_recorded_twice": """
        SELECT count(*) FROM (
          SELECT idem_key FROM ledger_journalentry GROUP BY idem_key HAVING count(*) > 1) broken""",
    "I8_entries_reversed_twice_or_not_mirrored": """
        SELECT count(*) FROM (
          SELECT reverses_id FROM ledger_journalentry WHERE reverses_id IS NOT NULL
          GROUP BY reverses_id HAVING count(*) > 1
          UNION ALL
          SELECT r.id FROM ledger_journalentry r JOIN ledger_posting p ON p.journal_id IN (r.id, r.reverses_id)
          WHERE r.reverses_id IS NOT NULL GROUP BY r.id, p.account_id HAVING sum(p.amount_minor) <> 0) broken""",
    "I9_updates_lost": """
        SELECT count(*) FROM ledger_balance b
        WHERE b.version <> (
          SELECT count(DISTINCT journal_id) FROM ledger_posting p WHERE p.account_id = b.account_id)""",
    "I10_currencies_that_do_not_sum_to_zero": """
        SELECT count(*) FROM (
          SELECT currency FROM ledger_posting GROUP BY currency HAVING sum(amount_minor) <> 0) broken""",
    "I10_balances_that_are_not_the_sum_of_their_lines": """
        SELECT count(*) FROM ledger_ledgeraccount a LEFT JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.is_guarded AND b.amount_minor IS DISTINCT FROM
          (SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_posting p WHERE p.account_id = a.id)""",
    "H1_links_of_the_chain_that_do_not_follow": """
        SELECT count(*) FROM (
          SELECT l.seq, l.hash, j,
                 lag(l.hash, 1, repeat('0', 64)) OVER (ORDER BY l.seq) AS previous,
                 row_number() OVER (ORDER BY l.seq) AS nth
          FROM ledger_chainlink l JOIN ledger_journalentry j ON j.id = l.journal_id) links
        WHERE seq <> nth OR hash <> encode(sha256(convert_to(ledger_chain_text(seq, previous, j), 'UTF8')), 'hex')""",
    "H2_seals_that_do_not_close_their_batch": """
        SELECT count(*) FROM (
          SELECT s.first_seq, s.hash, l.hash AS linked,
                 lag(s.last_seq, 1, 0::bigint) OVER (ORDER BY s.last_seq) AS before
          FROM ledger_chainseal s LEFT JOIN ledger_chainlink l ON l.seq = s.last_seq) seals
        WHERE first_seq <> before + 1 OR linked IS DISTINCT FROM hash""",
}

_registered: dict[str, Callable[[], int]] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant and the number of rows that break it."""

    invariant: str
    breaches: int


def register_invariant(name: str, count_breaches: Callable[[], int]) -> None:
    """Register an invariant of a higher layer, for example that the accounts of finished payouts are empty."""
    _registered[name] = count_breaches


def check_all() -> list[Finding]:
    """Every invariant with its number of breaches; all zero if the books are correct."""
    findings = []
    with connection.cursor() as cursor:
        for name, sql in _QUERIES.items():
            cursor.execute(sql, {"triggers": list(_TRIGGERS)})
            findings.append(Finding(name, cursor.fetchone()[0]))
    return findings + [Finding(name, count()) for name, count in sorted(_registered.items())]
