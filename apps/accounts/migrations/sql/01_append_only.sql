-- The access log is append-only.
CREATE TRIGGER accounts_accessevent_append_only BEFORE UPDATE OR DELETE ON accounts_accessevent
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER accounts_accessevent_no_truncate BEFORE TRUNCATE ON accounts_accessevent
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
