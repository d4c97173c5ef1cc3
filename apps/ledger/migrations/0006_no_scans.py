"""
The same rules, each row found by its key: no statement of an entry may read a table that grows.

A statement over the lines of one entry was planned as a join, and a join with a table whose statistics are old, or not
there yet, reads all of it: the books slowed down with every entry until the next ANALYZE. Loops over the few lines look
for one row each, by a unique index, whatever the statistics say.
The rules are those of `0004_fewer_plans`, whose functions come back when this is undone.
"""

from importlib import import_module

from django.db import migrations

first = import_module("apps.ledger.migrations.0002_invariants")
earlier = import_module("apps.ledger.migrations.0004_fewer_plans")

# I2: every line comes in one statement; I6, I9: balances follow in the order of their accounts
BALANCES = """
CREATE OR REPLACE FUNCTION ledger_on_postings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_entry record;
  v_moved record;
  v_xact bigint;
BEGIN
  FOR v_entry IN SELECT journal_id, count(*) AS lines FROM added GROUP BY journal_id LOOP
    SELECT xact INTO v_xact FROM ledger_journalentry WHERE id = v_entry.journal_id;
    IF v_xact <> pg_current_xact_id()::text::bigint
       OR (SELECT count(*) FROM ledger_posting p WHERE p.journal_id = v_entry.journal_id) <> v_entry.lines
    THEN
      RAISE EXCEPTION 'nothing is added to an entry that is already written' USING ERRCODE = 'TW002';
    END IF;
  END LOOP;

  FOR v_moved IN
    SELECT account_id, sum(amount_minor)::bigint AS amount FROM added GROUP BY account_id ORDER BY account_id
  LOOP
    UPDATE ledger_balance SET amount_minor = amount_minor + v_moved.amount, version = version + 1
    WHERE account_id = v_moved.account_id;
  END LOOP;
  RETURN NULL;
END $$;
"""

# compiled once a session; the SQL function before it was planned at each call
FINGERPRINT = """
CREATE OR REPLACE FUNCTION ledger_fingerprint(p_event text, p_reverses uuid, p_refs jsonb, p_lines text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN encode(sha256(convert_to(
    p_event || E'\\n' || coalesce(p_reverses::text, '') || E'\\n' || p_refs::text || E'\\n'
    || coalesce(array_to_string(p_lines, E'\\n'), ''), 'UTF8')), 'hex');
END $$;
"""

# accounts that are not there yet are opened in the order of their codes, so that two entries never wait in a circle
POST = """
CREATE OR REPLACE FUNCTION ledger_post(p_id uuid, p_event text, p_key uuid,
  p_codes text[], p_kinds text[], p_currencies text[], p_guarded boolean[], p_amounts bigint[],
  p_memo text, p_refs jsonb, p_happened_at timestamptz, p_reverses uuid DEFAULT NULL
) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  v_lines text[] := '{}';
  v_accounts bigint[] := '{}';
  v_fingerprint text;
  v_known record;
  v_account record;
  v_is_open boolean := true;
BEGIN
  FOR v_nth IN 1 .. coalesce(cardinality(p_codes), 0) LOOP
    v_lines := v_lines || (p_codes[v_nth] || ' ' || p_currencies[v_nth] || ' ' || p_amounts[v_nth]);
  END LOOP;
  v_lines := ARRAY(SELECT line FROM unnest(v_lines) line ORDER BY line COLLATE "C");
  v_fingerprint := ledger_fingerprint(p_event, p_reverses, p_refs, v_lines);

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

  LOOP
    v_accounts := '{}';
    FOR v_nth IN 1 .. coalesce(cardinality(p_codes), 0) LOOP
      SELECT id, kind, is_guarded INTO v_account FROM ledger_ledgeraccount
      WHERE code = p_codes[v_nth] AND currency = p_currencies[v_nth];
      IF NOT FOUND THEN
        v_is_open := false;
        EXIT;
      END IF;
      IF v_account.kind <> p_kinds[v_nth] OR v_account.is_guarded <> p_guarded[v_nth] THEN
        RAISE EXCEPTION 'an account of this entry is known with another kind or guard' USING ERRCODE = 'TW005';
      END IF;
      v_accounts := v_accounts || v_account.id;
    END LOOP;
    EXIT WHEN v_is_open;
    INSERT INTO ledger_ledgeraccount (code, currency, kind, is_guarded, created_at)
    SELECT DISTINCT ON (l.code, l.currency) l.code, l.currency, l.kind, l.guarded, clock_timestamp()
    FROM unnest(p_codes, p_currencies, p_kinds, p_guarded) AS l(code, currency, kind, guarded)
    ORDER BY l.code, l.currency
    ON CONFLICT (code, currency) DO NOTHING;
    v_is_open := true;
  END LOOP;

  INSERT INTO ledger_posting (journal_id, account_id, currency, amount_minor)
  SELECT p_id, l.account, l.currency, l.amount
  FROM unnest(v_accounts, p_currencies, p_amounts) AS l(account, currency, amount);
  RETURN p_id;
END $$;
"""

FINGERPRINT_REVERSE = (
    first.POST[first.POST.index("CREATE FUNCTION ledger_fingerprint") :]
    .split("$$;")[0]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    + "$$;"
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_equity")]
    operations = [
        migrations.RunSQL(BALANCES, earlier.BALANCES),
        migrations.RunSQL(FINGERPRINT, FINGERPRINT_REVERSE),
        migrations.RunSQL(POST, earlier.POST),
    ]
