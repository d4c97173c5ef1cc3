import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

app = Celery("tradewind")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Background work lives in jobs.py: a Task is what an employer posts.
app.autodiscover_tasks(related_name="jobs")
