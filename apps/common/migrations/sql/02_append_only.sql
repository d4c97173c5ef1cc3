-- Rows of the state history are never changed or deleted. Other apps use the same function.
CREATE FUNCTION common_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER common_statuschange_append_only BEFORE UPDATE OR DELETE ON common_statuschange
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER common_statuschange_no_truncate BEFORE TRUNCATE ON common_statuschange
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
