#!/bin/sh
# The web server: a process that dies is started again, and the others go on serving meanwhile.
set -eu
exec python -m granian --interface wsgi --host "${WEB_HOST:-0.0.0.0}" --port "${WEB_PORT:-8000}" \
  --workers "${WEB_CONCURRENCY:-2}" --blocking-threads "${WEB_THREADS:-4}" \
  --respawn-failed-workers --respawn-interval 1 --workers-kill-timeout 30 --backlog 256 \
  --log-level warning --no-ws marketplace.wsgi:application
