-- Award criteria have weights that add up to 100, and do not change once a score is given.
CREATE FUNCTION choosing_keep_weights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF jsonb_array_length(NEW.criteria) > 0
        AND (SELECT sum((criterion ->> 'weight')::int) FROM jsonb_array_elements(NEW.criteria) criterion) <> 100
    THEN
        RAISE EXCEPTION 'the weights of an evaluation add up to 100' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.criteria, OLD.is_blind) IS DISTINCT FROM (NEW.criteria, NEW.is_blind)
        AND EXISTS (SELECT 1 FROM choosing_scoresheet WHERE evaluation_id = OLD.id)
    THEN
        RAISE EXCEPTION 'criteria and weights do not change after the first score'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER choosing_evaluation_keep_weights BEFORE INSERT OR UPDATE ON choosing_evaluation
    FOR EACH ROW EXECUTE FUNCTION choosing_keep_weights();

-- A sheet has 0 to 5 points for each criterion. What was given first is kept, and nothing changes after the agreement.
CREATE FUNCTION choosing_keep_scores() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    evaluation choosing_evaluation%ROWTYPE;
BEGIN
    SELECT * INTO evaluation FROM choosing_evaluation WHERE id = NEW.evaluation_id;
    IF evaluation.status = 'agreed' THEN
        RAISE EXCEPTION 'scores do not change after the agreement' USING ERRCODE = 'restrict_violation';
    END IF;
    IF cardinality(NEW.points) <> jsonb_array_length(evaluation.criteria)
        OR EXISTS (SELECT 1 FROM unnest(NEW.points) point WHERE point IS NULL OR point NOT BETWEEN 0 AND 5)
    THEN
        RAISE EXCEPTION 'a score sheet has 0 to 5 points for each criterion' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.evaluation_id, OLD.bid_id, OLD.member_id, OLD.first_points, OLD.scored_at)
        IS DISTINCT FROM (NEW.evaluation_id, NEW.bid_id, NEW.member_id, NEW.first_points, NEW.scored_at)
    THEN
        RAISE EXCEPTION 'what a member scored first is kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER choosing_scoresheet_keep BEFORE INSERT OR UPDATE ON choosing_scoresheet
    FOR EACH ROW EXECUTE FUNCTION choosing_keep_scores();
CREATE TRIGGER choosing_scoresheet_no_delete BEFORE DELETE ON choosing_scoresheet
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();

-- The record of an agreement is never changed or deleted.
CREATE TRIGGER choosing_agreement_append_only BEFORE UPDATE OR DELETE ON choosing_agreement
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER choosing_agreement_no_truncate BEFORE TRUNCATE ON choosing_agreement
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
