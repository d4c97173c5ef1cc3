#!/bin/sh
# Run this as the owner of the tables, before anything else starts. It can be repeated.
set -eu
# A migration gives up waiting for a lock after five seconds (DB_LOCK_TIMEOUT_MS), so that no query waits behind it.
attempt=1
until python manage.py migrate --noinput; do
  if [ "$attempt" -ge 3 ]; then exit 1; fi
  attempt=$((attempt + 1))
  sleep 5
done
python manage.py partition_by_month --extend
python manage.py grant_app_role "${APP_DB_ROLE:-tradewind_app}"
python manage.py load_compliance
python manage.py load_fees
python manage.py load_payment_methods
python manage.py import_fx_rates
python manage.py import_skills
