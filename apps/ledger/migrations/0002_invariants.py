"""
The rules of the books, held by the database whoever writes.

Refusals carry their own SQLSTATE: TW001 not balanced, TW002 late posting, TW003 append-only, TW004 key used for
another entry, TW005 account of another kind, TW006 reversal that is no mirror. No function needs more than PostgreSQL 16.
"""

from django.db import migrations

COMPOSITE_KEY = """
ALTER TABLE ledger_posting
  ADD CONSTRAINT ledger_posting_account_currency
  FOREIGN KEY (account_id, currency) REFERENCES ledger_ledgeraccount (id, currency);
ALTER TABLE ledger_balance SET (fillfactor = 70);
CREATE INDEX ledger_journal_refs ON ledger_journalentry USING gin (refs jsonb_path_ops);
"""
COMPOSITE_KEY_REVERSE = """
DROP INDEX ledger_journal_refs;
ALTER TABLE ledger_balance RESET (fillfactor);
ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_account_currency;
"""

# I3: a row of the books is never changed, removed or truncated
APPEND_ONLY = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the books are append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'TW003';
END $$;

CREATE TRIGGER ledger_account_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_ledgeraccount
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_journalentry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_balance_kept BEFORE DELETE OR TRUNCATE ON ledger_balance
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
APPEND_ONLY_REVERSE = """
DROP TRIGGER ledger_balance_kept ON ledger_balance;
DROP TRIGGER ledger_posting_append_only ON ledger_posting;
DROP TRIGGER ledger_journal_append_only ON ledger_journalentry;
DROP TRIGGER ledger_account_append_only ON ledger_ledgeraccount;
DROP FUNCTION ledger_refuse_change();
"""

# I6, I9: a balance follows its postings, and only them; rows are locked in the order of their accounts.
# I2: every line of an entry comes in one statement of the transaction that opened it.
BALANCES = """
CREATE FUNCTION ledger_balance_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'a balance follows its postings and is never written by hand' USING ERRCODE = 'TW003';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_balance_follows BEFORE INSERT OR UPDATE ON ledger_balance
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_balance_follows();

CREATE FUNCTION ledger_open_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_balance (account_id, side, amount_minor, version)
  VALUES (NEW.id, CASE WHEN NEW.kind IN ('asset', 'expense', 'trading') THEN 1 ELSE -1 END, 0, 0);
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_account_opens_balance AFTER INSERT ON ledger_ledgeraccount
  FOR EACH ROW WHEN (NEW.is_guarded) EXECUTE FUNCTION ledger_open_balance();

CREATE FUNCTION ledger_on_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
       SELECT 1 FROM added a JOIN ledger_journalentry j ON j.id = a.journal_id
       WHERE j.xact <> pg_current_xact_id()::text::bigint)
     OR (SELECT count(*) FROM ledger_posting p WHERE p.journal_id IN (SELECT journal_id FROM added))
        <> (SELECT count(*) FROM added)
  THEN
    RAISE EXCEPTION 'nothing is added to an entry that is already written' USING ERRCODE = 'TW002';
  END IF;

  PERFORM 1 FROM ledger_balance b
  WHERE b.account_id IN (SELECT account_id FROM added) ORDER BY b.account_id FOR UPDATE;

  UPDATE ledger_balance b SET amount_minor = b.amount_minor + moved.amount, version = b.version + 1
  FROM (SELECT account_id, sum(amount_minor)::bigint AS amount FROM added GROUP BY account_id) moved
  WHERE b.account_id = moved.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_posting_added AFTER INSERT ON ledger_posting
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_on_postings();
"""
BALANCES_REVERSE = """
DROP TRIGGER ledger_posting_added ON ledger_posting;
DROP FUNCTION ledger_on_postings();
DROP TRIGGER ledger_account_opens_balance ON ledger_ledgeraccount;
DROP FUNCTION ledger_open_balance();
DROP TRIGGER ledger_balance_follows ON ledger_balance;
DROP FUNCTION ledger_balance_follows();
"""

# I1: checked once per entry, when the transaction commits. I8: a reversal mirrors the whole of its entry.
BALANCED = """
CREATE FUNCTION ledger_check_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_lines bigint;
  v_is_balanced boolean;
BEGIN
  SELECT sum(n), bool_and(total = 0) INTO v_lines, v_is_balanced
  FROM (SELECT count(*) AS n, sum(amount_minor) AS total
        FROM ledger_posting WHERE journal_id = NEW.id GROUP BY currency) per_currency;
  IF v_lines IS NULL OR v_lines < 2 OR NOT v_is_balanced THEN
    RAISE EXCEPTION 'entry % (%) does not balance', NEW.id, NEW.event USING ERRCODE = 'TW001';
  END IF;
  IF NEW.reverses_id IS NOT NULL AND EXISTS (
       SELECT 1 FROM ledger_posting WHERE journal_id IN (NEW.id, NEW.reverses_id)
       GROUP BY account_id HAVING sum(amount_minor) <> 0)
  THEN
    RAISE EXCEPTION 'entry % is no mirror of the entry it reverses', NEW.id USING ERRCODE = 'TW006';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_journal_balanced AFTER INSERT ON ledger_journalentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_journal();
"""
BALANCED_REVERSE = """
DROP TRIGGER ledger_journal_balanced ON ledger_journalentry;
DROP FUNCTION ledger_check_journal();
"""

# I7: one business event is one entry
POST = """
CREATE FUNCTION ledger_fingerprint(p_event text, p_reverses uuid, p_refs jsonb, p_lines text[]) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(
    p_event || E'\\n' || coalesce(p_reverses::text, '') || E'\\n' || p_refs::text || E'\\n'
    || coalesce(array_to_string(p_lines, E'\\n'), ''), 'UTF8')), 'hex')
$$;

CREATE FUNCTION ledger_post(
  p_id uuid, p_event text, p_key uuid,
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

  -- sorted, so that two entries opening the same accounts never wait for each other in a circle
  INSERT INTO ledger_ledgeraccount (code, currency, kind, is_guarded, created_at)
  SELECT DISTINCT l.code, l.currency, l.kind, l.guarded, clock_timestamp()
  FROM unnest(p_codes, p_currencies, p_kinds, p_guarded) AS l(code, currency, kind, guarded)
  WHERE NOT EXISTS (
    SELECT 1 FROM ledger_ledgeraccount a WHERE a.code = l.code AND a.currency = l.currency)
  ORDER BY l.code, l.currency
  ON CONFLICT (code, currency) DO NOTHING;

  INSERT INTO ledger_posting (journal_id, account_id, currency, amount_minor)
  SELECT p_id, a.id, l.currency, l.amount
  FROM unnest(p_codes, p_currencies, p_kinds, p_guarded, p_amounts)
       WITH ORDINALITY AS l(code, currency, kind, guarded, amount, nth)
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
POST_REVERSE = """
DROP FUNCTION ledger_post(uuid, text, uuid, text[], text[], text[], boolean[], bigint[], text, jsonb, timestamptz, uuid);
DROP FUNCTION ledger_fingerprint(text, uuid, jsonb, text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(COMPOSITE_KEY, COMPOSITE_KEY_REVERSE),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
        migrations.RunSQL(BALANCES, BALANCES_REVERSE),
        migrations.RunSQL(BALANCED, BALANCED_REVERSE),
        migrations.RunSQL(POST, POST_REVERSE),
    ]
