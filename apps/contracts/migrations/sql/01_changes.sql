-- Accepted versions are never changed or deleted.
CREATE TRIGGER contracts_contractversion_append_only BEFORE UPDATE OR DELETE ON contracts_contractversion
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER contracts_contractversion_no_truncate BEFORE TRUNCATE ON contracts_contractversion
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

-- A change request is answered once; what it proposes never changes, so that both sides accept the same words.
CREATE FUNCTION contracts_keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'open'
        OR (OLD.contract_id, OLD.base_id, OLD.proposed_by_id, OLD.proposed_by_user_id, OLD.proposed_at, OLD.respond_by,
            OLD.reason, OLD.source_language, OLD.change, OLD.counters_id)
        IS DISTINCT FROM
           (NEW.contract_id, NEW.base_id, NEW.proposed_by_id, NEW.proposed_by_user_id, NEW.proposed_at, NEW.respond_by,
            NEW.reason, NEW.source_language, NEW.change, NEW.counters_id)
    THEN
        RAISE EXCEPTION 'a change request is answered once and its content never changes'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contracts_changerequest_keep BEFORE UPDATE OR DELETE ON contracts_changerequest
    FOR EACH ROW EXECUTE FUNCTION contracts_keep_proposal();

-- At the end of each transaction the milestones that were not dropped add up to the contract's amount.
CREATE FUNCTION contracts_check_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject uuid;
    agreed bigint;
    parts bigint;
BEGIN
    IF TG_TABLE_NAME = 'contracts_contract' THEN
        subject := NEW.id;
    ELSE
        subject := NEW.contract_id;
    END IF;
    SELECT amount_minor INTO agreed FROM contracts_contract WHERE id = subject;
    SELECT coalesce(sum(amount_minor), 0) INTO parts FROM contracts_milestone
        WHERE contract_id = subject AND dropped_at IS NULL;
    IF agreed IS DISTINCT FROM parts THEN
        RAISE EXCEPTION 'the milestones of contract % add up to %, not to %', subject, parts, agreed
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER contracts_contract_sum AFTER UPDATE OF amount_minor ON contracts_contract
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION contracts_check_sum();
CREATE CONSTRAINT TRIGGER contracts_milestone_sum AFTER INSERT OR UPDATE OF amount_minor, dropped_at ON contracts_milestone
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION contracts_check_sum();
