-- The invariants of the ledger, which the database enforces for every writer.
--
-- Each error has its own SQLSTATE: TW001 not balanced, TW002 late posting, TW003 append-only, TW004 key used for
-- another entry, TW005 account of a different kind, TW006 reversal that is not a mirror. No function needs more than
-- PostgreSQL 16. Writing an entry never scans a growing table: each row is found by its key, in a loop over the few
-- lines. A join would read the whole table if its statistics are out of date.

-- Balances are updated often, and entries are looked up by their references.
ALTER TABLE ledger_balance SET (fillfactor = 70);
CREATE INDEX ledger_journal_refs ON ledger_journalentry USING gin (refs jsonb_path_ops);

-- I3: rows of the ledger are never changed, deleted or truncated.
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

-- I6, I9: a balance changes only with its postings; rows are locked in the order of their accounts.
-- I2: all lines of an entry are inserted in one statement of the transaction that created it.
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

-- A line belongs to an entry and has its account's currency (I4). Both are checked here and not by a foreign key: a
-- foreign key locks the referenced row, and every release posts to the same few accounts. Entries and accounts are
-- append-only, so a row that was found cannot change. The errors name the constraints that they replace.
CREATE FUNCTION ledger_on_postings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_entry record;
  v_moved record;
  v_account record;
  v_xact bigint;
BEGIN
  FOR v_entry IN SELECT journal_id, count(*) AS lines FROM added GROUP BY journal_id LOOP
    SELECT xact INTO v_xact FROM ledger_journalentry WHERE id = v_entry.journal_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a line belongs to an entry, and % is none', v_entry.journal_id
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_posting_journal_known';
    END IF;
    IF v_xact <> pg_current_xact_id()::text::bigint
       OR (SELECT count(*) FROM ledger_posting p WHERE p.journal_id = v_entry.journal_id) <> v_entry.lines
    THEN
      RAISE EXCEPTION 'nothing is added to an entry that is already written' USING ERRCODE = 'TW002';
    END IF;
  END LOOP;

  FOR v_moved IN
    SELECT account_id, currency, sum(amount_minor)::bigint AS amount FROM added
    GROUP BY account_id, currency ORDER BY account_id
  LOOP
    SELECT currency, is_guarded INTO v_account FROM ledger_ledgeraccount WHERE id = v_moved.account_id;
    IF NOT FOUND OR v_account.currency <> v_moved.currency THEN
      RAISE EXCEPTION 'account % has no lines in %', v_moved.account_id, v_moved.currency
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_posting_account_currency';
    END IF;
    IF v_account.is_guarded THEN
      UPDATE ledger_balance SET amount_minor = amount_minor + v_moved.amount, version = version + 1
      WHERE account_id = v_moved.account_id;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_posting_added AFTER INSERT ON ledger_posting
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_on_postings();

-- I1: checked once per entry, at commit. I8: a reversal mirrors its complete entry.
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

-- I7: one business event is one entry.
CREATE FUNCTION ledger_fingerprint(p_event text, p_reverses uuid, p_refs jsonb, p_lines text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN encode(sha256(convert_to(
    p_event || E'\n' || coalesce(p_reverses::text, '') || E'\n' || p_refs::text || E'\n'
    || coalesce(array_to_string(p_lines, E'\n'), ''), 'UTF8')), 'hex');
END $$;

-- Missing accounts are opened in the order of their codes, so that two entries cannot deadlock.
CREATE FUNCTION ledger_post(p_id uuid, p_event text, p_key uuid,
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
      RAISE EXCEPTION 'key % already belongs to another entry (%)', p_key, v_known.id USING ERRCODE = 'TW004';
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
