-- Published texts and consents never change.
CREATE TRIGGER legal_legalversion_append_only BEFORE UPDATE OR DELETE ON legal_legalversion
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER legal_legalversion_no_truncate BEFORE TRUNCATE ON legal_legalversion
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER legal_legaltext_append_only BEFORE UPDATE OR DELETE ON legal_legaltext
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER legal_legaltext_no_truncate BEFORE TRUNCATE ON legal_legaltext
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER legal_consent_append_only BEFORE UPDATE OR DELETE ON legal_consent
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER legal_consent_no_truncate BEFORE TRUNCATE ON legal_consent
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
