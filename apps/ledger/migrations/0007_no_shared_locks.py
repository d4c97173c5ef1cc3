"""
A line belongs to an entry and is in its account's currency (I4), checked without locking either.

A foreign key takes a lock on the row it names, and every release names the same few accounts (our commission, a tax):
senders met there, wrote each lock into the log, and each key cost a statement per line. Entries and accounts are
append-only, so one that was seen stays as it is, and looking is enough. The trigger that follows the lines looks at
their accounts anyway; what it refuses is called as the key that it replaces. Accounts that keep no balance are no
longer asked for one.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

earlier = import_module("apps.ledger.migrations.0006_no_scans")

FOLLOW = """
CREATE OR REPLACE FUNCTION ledger_on_postings() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
DROP_KEY = "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_account_currency"
ADD_KEY = """
ALTER TABLE ledger_posting
  ADD CONSTRAINT ledger_posting_account_currency
  FOREIGN KEY (account_id, currency) REFERENCES ledger_ledgeraccount (id, currency)
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_no_scans")]
    operations = [
        migrations.RunSQL(FOLLOW, earlier.BALANCES),
        migrations.RunSQL(DROP_KEY, ADD_KEY),
        migrations.RemoveConstraint(model_name="ledgeraccount", name="ledger_account_id_currency"),
        migrations.AlterField(
            model_name="posting",
            name="journal",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="postings",
                to="ledger.journalentry",
            ),
        ),
    ]
