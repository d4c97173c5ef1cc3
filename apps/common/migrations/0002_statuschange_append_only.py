from django.db import migrations

FORWARD = """
CREATE FUNCTION common_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER common_statuschange_append_only BEFORE UPDATE OR DELETE ON common_statuschange
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER common_statuschange_no_truncate BEFORE TRUNCATE ON common_statuschange
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""
REVERSE = """
DROP TRIGGER common_statuschange_append_only ON common_statuschange;
DROP TRIGGER common_statuschange_no_truncate ON common_statuschange;
DROP FUNCTION common_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]
    operations = [
        # pg_trgm: typo help over titles and skill labels. It needs a UTF-8 LC_CTYPE (a system check says so).
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
