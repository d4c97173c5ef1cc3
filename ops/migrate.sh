#!/bin/sh
# Run as the owner of the tables, before anything else starts: safe to run again.
set -eu
python manage.py migrate --noinput
python manage.py grant_app_role "${APP_DB_ROLE:-tradewind_app}"
python manage.py load_compliance
python manage.py load_fees
python manage.py load_payment_methods
python manage.py import_fx_rates
python manage.py import_skills
