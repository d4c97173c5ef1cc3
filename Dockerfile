FROM python:3.11-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN pip install --require-hashes -r requirements/base.txt
COPY . .
RUN useradd --system --uid 10001 tradewind && mkdir -p /var/lib/tradewind/media && chown -R tradewind /var/lib/tradewind \
 && pybabel compile -D django -d locale \
 && SECRET_KEY=build WEBHOOK_SECRET=build DATABASE_URL=postgresql://x/x REDIS_URL=redis://x TRADEWIND_ENV=production \
    python manage.py collectstatic --noinput
USER tradewind
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "marketplace.wsgi:application"]
