-- The ids of public profiles that match, at most so many; always by the text index (see tasks_matching).
CREATE FUNCTION accounts_profiles_matching(query tsquery, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500
SET enable_seqscan = off SET enable_indexscan = off
AS $$ SELECT id FROM accounts_profile WHERE search_vector @@ query AND is_public AND hidden_at IS NULL LIMIT most $$;
