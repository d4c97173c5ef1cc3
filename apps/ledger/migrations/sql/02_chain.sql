-- The hash chain over the ledger: SHA-256 links every entry to the entry before it in the chain. A single writer adds
-- entries in batches (`ledger_chain_text`, `ledger_chain_extend`); `manage.py verify_chain` does the same in Python.

CREATE FUNCTION ledger_chain_text(p_seq bigint, p_previous text, j ledger_journalentry) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT p_seq || E'\n' || p_previous || E'\n' || j.id || E'\n' || j.idem_key || E'\n'
    || to_char(j.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || E'\n'
    || to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || E'\n'
    || j.fingerprint || E'\n' || j.memo
$$;

-- One writer at a time: a second one waits, then has nothing left to add.
CREATE FUNCTION ledger_chain_extend(p_now timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_entry ledger_journalentry;
  v_seq bigint;
  v_first bigint;
  v_hash text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ledger_chain'));
  SELECT seq, hash INTO v_seq, v_hash FROM ledger_chainlink ORDER BY seq DESC LIMIT 1;
  v_seq := coalesce(v_seq, 0);
  v_hash := coalesce(v_hash, repeat('0', 64));
  v_first := v_seq + 1;
  FOR v_entry IN
    SELECT j.* FROM ledger_journalentry j
    WHERE NOT EXISTS (SELECT 1 FROM ledger_chainlink l WHERE l.journal_id = j.id)
    ORDER BY j.recorded_at, j.id
  LOOP
    v_seq := v_seq + 1;
    v_hash := encode(sha256(convert_to(ledger_chain_text(v_seq, v_hash, v_entry), 'UTF8')), 'hex');
    INSERT INTO ledger_chainlink (seq, journal_id, hash) VALUES (v_seq, v_entry.id, v_hash);
  END LOOP;
  IF v_seq >= v_first THEN
    INSERT INTO ledger_chainseal (first_seq, last_seq, hash, sealed_at) VALUES (v_first, v_seq, v_hash, p_now);
  END IF;
  RETURN v_seq - v_first + 1;
END $$;

CREATE TRIGGER ledger_chainlink_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_chainlink
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_chainseal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_chainseal
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
