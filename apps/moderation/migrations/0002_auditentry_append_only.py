from django.db import migrations

FORWARD = """
CREATE TRIGGER moderation_auditentry_append_only BEFORE UPDATE OR DELETE ON moderation_auditentry
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER moderation_auditentry_no_truncate BEFORE TRUNCATE ON moderation_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER moderation_statement_append_only BEFORE UPDATE OR DELETE ON moderation_statement
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
"""
REVERSE = """
DROP TRIGGER moderation_auditentry_append_only ON moderation_auditentry;
DROP TRIGGER moderation_auditentry_no_truncate ON moderation_auditentry;
DROP TRIGGER moderation_statement_append_only ON moderation_statement;
"""


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial"), ("common", "0002_statuschange_append_only")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
