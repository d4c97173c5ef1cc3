#!/bin/sh
# The sandbox payment processor. It moves no money.
set -eu
set -- --host 0.0.0.0 --port 8090 --db /var/lib/tradewind/processor/processor.sqlite3 \
  --webhook-url "${INTERNAL_URL}/webhooks/sandbox/" --secret="${WEBHOOK_SECRET}" --public-url "${PROCESSOR_PUBLIC_URL:-}"
if [ -n "${WEBHOOK_THIN_SECRET:-}" ]; then
  set -- "$@" --thin-webhook-url "${INTERNAL_URL}/webhooks/sandbox/thin/" --thin-secret="${WEBHOOK_THIN_SECRET}"
fi
exec python -m devstack.sandbox_processor "$@"
