#!/bin/sh
# The web server. A process that dies is restarted, while the others continue to serve.
set -eu
exec python -m granian --interface wsgi --host "${WEB_HOST:-0.0.0.0}" --port "${WEB_PORT:-8000}" \
  --workers "${WEB_CONCURRENCY:-2}" --blocking-threads "${WEB_THREADS:-4}" \
  --respawn-failed-workers --respawn-interval 1 --workers-kill-timeout 30 --backlog 256 \
  --log-level warning --no-ws marketplace.wsgi:application
