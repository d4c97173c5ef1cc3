# syntax=docker/dockerfile:1
FROM python:3.11.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
# base; and "observability" for Sentry and OpenTelemetry (docs/how-to/monitor.md), "s3" for files in a bucket
# (docs/how-to/scale-out.md), or "observability s3". None contains the demo's servers.
ARG REQUIREMENTS=base
COPY requirements /tmp/requirements
RUN for name in ${REQUIREMENTS}; do pip install --require-hashes -r "/tmp/requirements/${name}.txt" || exit 1; done
WORKDIR /app
COPY . .
RUN pybabel --quiet compile --domain django --directory locale \
 # the settings that production requires, only for this command: none of them stays in the image
 && TRADEWIND_ENV=production DATABASE_URL=postgresql://x/x REDIS_URL=redis://x \
    PAYMENT_GATEWAY=sandbox SITE_URL=https://build.example ALLOWED_HOSTS=build.example PLATFORM_COUNTRY=DE \
    DEFAULT_FROM_EMAIL=build@build.example \
    SECRET_KEY=$(python -c "import secrets; print(secrets.token_urlsafe(48))") \
    WEBHOOK_SECRET=$(python -c "import secrets; print(secrets.token_urlsafe(48))") \
    python manage.py collectstatic --noinput

FROM python:3.11.13-slim-bookworm
ARG APP_VERSION=""
LABEL org.opencontainers.image.title="Tradewind" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${APP_VERSION}"
# manage.py backup and restore need PostgreSQL's client programs. The volumes belong to this user id.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home tradewind \
 && mkdir -p /var/lib/tradewind/media /var/lib/tradewind/candidate-index /var/lib/tradewind/static /var/lib/tradewind/processor \
 && chown -R tradewind /var/lib/tradewind
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV TRADEWIND_ENV=production PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    APP_VERSION=${APP_VERSION} WEB_CONCURRENCY=2 WEB_THREADS=6
WORKDIR /app
USER tradewind
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["sh", "/app/ops/web.sh"]
