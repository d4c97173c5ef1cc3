-- Weights, learned rankers, the choices between them and fairness reports are append-only.
CREATE TRIGGER matching_rankingweights_append_only BEFORE UPDATE OR DELETE ON matching_rankingweights
  FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER matching_ranker_append_only BEFORE UPDATE OR DELETE ON matching_ranker
  FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER matching_rankerchoice_append_only BEFORE UPDATE OR DELETE ON matching_rankerchoice
  FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER matching_fairnessreport_append_only BEFORE UPDATE OR DELETE ON matching_fairnessreport
  FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
