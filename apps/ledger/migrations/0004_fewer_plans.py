"""
The same rules with fewer plans: what is always there is looked for once, and two statements became one.

Measured with four lines and two guarded balances: about a fifth less CPU in the server for each entry.
The rules are those of `0002_invariants`, whose functions come back when this is undone.
"""

from importlib import import_module

from django.db import migrations

earlier = import_module("apps.ledger.migrations.0002_invariants")

# I2 in one query; I6, I9: rows are locked in the order of their accounts, then follow their postings
BALANCES = """
CREATE OR REPLACE FUNCTION ledger_on_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (SELECT journal_id, count(*) AS lines FROM added GROUP BY journal_id) a
    JOIN ledger_journalentry j ON j.id = a.journal_id
    WHERE j.xact <> pg_current_xact_id()::text::bigint
       OR (SELECT count(*) FROM ledger_posting p WHERE p.journal_id = a.journal_id) <> a.lines)
  THEN
    RAISE EXCEPTION 'nothing is added to an entry that is already written' USING ERRCODE = 'TW002';
  END IF;

  WITH moved AS (
    SELECT account_id, sum(amount_minor)::bigint AS amount FROM added GROUP BY account_id
  ), locked AS MATERIALIZED (
    SELECT b.account_id FROM ledger_balance b
    WHERE b.account_id IN (SELECT account_id FROM added) ORDER BY b.account_id FOR UPDATE
  )
  UPDATE ledger_balance b SET amount_minor = b.amount_minor + moved.amount, version = b.version + 1
  FROM moved JOIN locked USING (account_id)
  WHERE b.account_id = moved.account_id;
  RETURN NULL;
END $$;
"""

# accounts are looked for before they are opened: nearly always they are there
POST = """
CREATE OR REPLACE FUNCTION ledger_post(p_id uuid, p_event text, p_key uuid,
  p_codes text[], p_kinds text[], p_currencies text[], p_guarded boolean[], p_amounts bigint[],
  p_memo text, p_refs jsonb, p_happened_at timestamptz, p_reverses uuid DEFAULT NULL
) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  v_fingerprint text;
  v_known record;
  v_written bigint;
BEGIN
  SELECT ledger_fingerprint(p_event, p_reverses, p_refs, array_agg(line ORDER BY line COLLATE "C"))
  INTO v_fingerprint
  FROM (SELECT l.code || ' ' || l.currency || ' ' || l.amount AS line
        FROM unnest(p_codes, p_currencies, p_amounts) AS l(code, currency, amount)) lines;

  INSERT INTO ledger_journalentry
    (id, event, idem_key, reverses_id, memo, refs, fingerprint, happened_at, recorded_at, xact)
  VALUES
    (p_id, p_event, p_key, p_reverses, p_memo, p_refs, v_fingerprint, p_happened_at, clock_timestamp(),
     pg_current_xact_id()::text::bigint)
  ON CONFLICT (idem_key) DO NOTHING;
  IF NOT FOUND THEN
    SELECT id, fingerprint INTO STRICT v_known FROM ledger_journalentry WHERE idem_key = p_key;
    IF v_known.fingerprint <> v_fingerprint THEN
      RAISE EXCEPTION 'key % already stands for another entry (%)', p_key, v_known.id USING ERRCODE = 'TW004';
    END IF;
    RETURN v_known.id;
  END IF;

  IF EXISTS (
    SELECT 1 FROM unnest(p_codes, p_currencies) AS l(code, currency)
    WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgeraccount a WHERE a.code = l.code AND a.currency = l.currency))
  THEN
    INSERT INTO ledger_ledgeraccount (code, currency, kind, is_guarded, created_at)
    SELECT DISTINCT l.code, l.currency, l.kind, l.guarded, clock_timestamp()
    FROM unnest(p_codes, p_currencies, p_kinds, p_guarded) AS l(code, currency, kind, guarded)
    WHERE NOT EXISTS (
      SELECT 1 FROM ledger_ledgeraccount a WHERE a.code = l.code AND a.currency = l.currency)
    ORDER BY l.code, l.currency
    ON CONFLICT (code, currency) DO NOTHING;
  END IF;

  INSERT INTO ledger_posting (journal_id, account_id, currency, amount_minor)
  SELECT p_id, a.id, l.currency, l.amount
  FROM unnest(p_codes, p_kinds, p_currencies, p_guarded, p_amounts)
       WITH ORDINALITY AS l(code, kind, currency, guarded, amount, nth)
  JOIN ledger_ledgeraccount a
    ON a.code = l.code AND a.currency = l.currency AND a.kind = l.kind AND a.is_guarded = l.guarded
  ORDER BY l.nth;
  GET DIAGNOSTICS v_written = ROW_COUNT;
  IF v_written <> cardinality(p_amounts) THEN
    RAISE EXCEPTION 'an account of this entry is known with another kind or guard' USING ERRCODE = 'TW005';
  END IF;
  RETURN p_id;
END $$;
"""


def _function(sql: str, name: str) -> str:
    """One function out of the earlier migration, as a replacement."""
    start = sql.index(f"CREATE FUNCTION {name}")
    return sql[start : sql.index("END $$;", start) + 7].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_chain")]
    operations = [
        migrations.RunSQL(BALANCES, _function(earlier.BALANCES, "ledger_on_postings")),
        migrations.RunSQL(POST, _function(earlier.POST, "ledger_post")),
    ]
