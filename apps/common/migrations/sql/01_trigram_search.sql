-- Typo help over titles and skill labels. It needs a UTF-8 LC_CTYPE, which a system check asks for.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
