#!/bin/sh
# Runs once, when the database volume is empty. Creates the role with which web, worker and beat connect; it owns nothing.
# `manage.py grant_app_role`, which the migrate service runs each time, grants it the rights it needs on the tables.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$APP_DB_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE tradewind_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
GRANT CONNECT ON DATABASE tradewind TO tradewind_app;
SQL
