#!/bin/sh
# Run once, when the database's volume is empty: the role under which web, worker and beat connect. It owns nothing.
# `manage.py grant_app_role`, which the migrate service runs each time, gives it what it needs on the tables.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$APP_DB_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE tradewind_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
GRANT CONNECT ON DATABASE tradewind TO tradewind_app;
SQL
