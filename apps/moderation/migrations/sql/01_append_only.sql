-- The audit log and the statements of reasons are append-only.
CREATE TRIGGER moderation_auditentry_append_only BEFORE UPDATE OR DELETE ON moderation_auditentry
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER moderation_auditentry_no_truncate BEFORE TRUNCATE ON moderation_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER moderation_statement_append_only BEFORE UPDATE OR DELETE ON moderation_statement
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
