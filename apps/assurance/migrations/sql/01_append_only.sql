-- A published report never changes.
CREATE TRIGGER assurance_report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assurance_report
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER assurance_tree_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assurance_tree
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER assurance_leaf_unchanged BEFORE UPDATE ON assurance_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER assurance_level_unchanged BEFORE UPDATE ON assurance_level
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
