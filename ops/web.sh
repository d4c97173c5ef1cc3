#!/bin/sh
# The web server. A process that dies is restarted, while the others continue to serve.
# Its threads only take requests and wait: WEB_THREADS of our own run Django, and the others answer what is kept or refuse
# (marketplace/admission.py). So there are enough of them for all lines; the server says that they are many. A process
# takes up to 1024 connections; further ones wait in the kernel.
set -eu
exec python -m granian --interface wsgi --host "${WEB_HOST:-0.0.0.0}" --port "${WEB_PORT:-8000}" \
  --workers "${WEB_CONCURRENCY:-2}" --blocking-threads "$(( ${WEB_THREADS:-6} + 42 ))" \
  --respawn-failed-workers --respawn-interval 1 --workers-kill-timeout 30 --backlog 2048 --backpressure 1024 \
  --log-level warning --no-ws marketplace.wsgi:application
