from django.db import migrations

FORWARD = """
CREATE TRIGGER assurance_report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assurance_report
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER assurance_tree_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assurance_tree
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER assurance_leaf_unchanged BEFORE UPDATE ON assurance_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER assurance_level_unchanged BEFORE UPDATE ON assurance_level
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""
REVERSE = """
DROP TRIGGER assurance_level_unchanged ON assurance_level;
DROP TRIGGER assurance_leaf_unchanged ON assurance_leaf;
DROP TRIGGER assurance_tree_append_only ON assurance_tree;
DROP TRIGGER assurance_report_append_only ON assurance_report;
"""


class Migration(migrations.Migration):
    dependencies = [("assurance", "0001_reports"), ("common", "0002_statuschange_append_only")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
