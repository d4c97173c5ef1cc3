-- A draw is made once, with the seed that was committed to; afterwards it never changes.
CREATE FUNCTION quality_draw_guard() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a draw is not deleted';
    END IF;
    IF OLD.drawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'a draw does not change';
    END IF;
    IF (NEW.starts_at, NEW.seed, NEW.seed_sha256) IS DISTINCT FROM (OLD.starts_at, OLD.seed, OLD.seed_sha256) THEN
        RAISE EXCEPTION 'the seed of a draw does not change';
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER quality_draw_guard BEFORE UPDATE OR DELETE ON quality_draw
    FOR EACH ROW EXECUTE FUNCTION quality_draw_guard();
