-- A number and its document are created in one transaction. The series increases only by one (S1), a document has the
-- latest number of its series (S2), and at commit the last number has its document (S3).
CREATE FUNCTION invoicing_series_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.last_number <> 0 THEN RAISE EXCEPTION 'a series begins before its first number'; END IF;
        RETURN NEW;
    END IF;
    IF NEW.last_number <> OLD.last_number + 1
       OR (NEW.id, NEW.letters, NEW.year, NEW.prefix) IS DISTINCT FROM (OLD.id, OLD.letters, OLD.year, OLD.prefix)
       OR NEW.issuer_id IS DISTINCT FROM OLD.issuer_id THEN
        RAISE EXCEPTION 'a series goes up by one and changes in nothing else';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoicing_series_steps BEFORE INSERT OR UPDATE ON invoicing_series
    FOR EACH ROW EXECUTE FUNCTION invoicing_series_steps();
CREATE TRIGGER invoicing_series_stays BEFORE DELETE OR TRUNCATE ON invoicing_series
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

CREATE FUNCTION invoicing_document_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM invoicing_series WHERE id = NEW.series_id AND last_number = NEW.number;
    IF NOT FOUND THEN RAISE EXCEPTION 'a document carries the number just given by its series'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoicing_document_numbered BEFORE INSERT ON invoicing_document
    FOR EACH ROW EXECUTE FUNCTION invoicing_document_numbered();

CREATE FUNCTION invoicing_series_filled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM invoicing_document WHERE series_id = NEW.id AND number = NEW.last_number;
    IF NOT FOUND THEN RAISE EXCEPTION 'number % of a series has no document', NEW.last_number; END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER invoicing_series_filled AFTER UPDATE ON invoicing_series
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION invoicing_series_filled();

CREATE TRIGGER invoicing_document_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoicing_document
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER invoicing_choice_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoicing_selfbillingchoice
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER invoicing_copy_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoicing_electroniccopy
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
