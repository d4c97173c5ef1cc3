-- Typo-tolerant search over titles and skill labels. It needs a UTF-8 LC_CTYPE; a system check verifies this.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
