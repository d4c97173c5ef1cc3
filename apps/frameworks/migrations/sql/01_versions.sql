-- Versions and acceptances are never changed or deleted.
CREATE TRIGGER frameworks_frameworkversion_append_only BEFORE UPDATE OR DELETE ON frameworks_frameworkversion
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER frameworks_frameworkversion_no_truncate BEFORE TRUNCATE ON frameworks_frameworkversion
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER frameworks_frameworkacceptance_append_only BEFORE UPDATE OR DELETE ON frameworks_frameworkacceptance
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER frameworks_frameworkacceptance_no_truncate BEFORE TRUNCATE ON frameworks_frameworkacceptance
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

-- The parties never change, and what both sides accepted stays as it was accepted.
CREATE FUNCTION frameworks_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (OLD.employer_id, OLD.freelancer_id) IS DISTINCT FROM (NEW.employer_id, NEW.freelancer_id)
        OR (OLD.accepted_at IS NOT NULL
            AND (OLD.title, OLD.source_language, OLD.currency, OLD.starts_on, OLD.ends_on, OLD.ceiling_minor,
                 OLD.notice_days, OLD.version_number, OLD.proposed_by_id, OLD.accepted_at)
                IS DISTINCT FROM
                (NEW.title, NEW.source_language, NEW.currency, NEW.starts_on, NEW.ends_on, NEW.ceiling_minor,
                 NEW.notice_days, NEW.version_number, NEW.proposed_by_id, NEW.accepted_at))
    THEN
        RAISE EXCEPTION 'a framework agreement keeps its parties and its accepted terms'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frameworks_framework_keep BEFORE UPDATE OR DELETE ON frameworks_framework
    FOR EACH ROW EXECUTE FUNCTION frameworks_keep_terms();
