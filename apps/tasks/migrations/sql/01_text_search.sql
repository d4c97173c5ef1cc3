-- The ids of open tasks that match, at most so many.
--
-- PostgreSQL does not know how rare a word is, so for a page of the newest matches it may read every open task in that
-- order: three seconds with a million tasks and a word that none has. This function always asks the text index.
CREATE FUNCTION tasks_matching(query tsquery, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500
SET enable_seqscan = off SET enable_indexscan = off
AS $$ SELECT id FROM tasks_task WHERE search_vector @@ query AND status = 'open' LIMIT most $$;
