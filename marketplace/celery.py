import os
import time
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init
from django.db import OperationalError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

app = Celery("tradewind")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Background work lives in jobs.py: a Task is what an employer posts.
app.autodiscover_tasks(related_name="jobs")


CLOCK_SECONDS_MAX = 30.0


@worker_init.connect
@beat_init.connect
def check_clock(**_signal: Any) -> None:
    """Deadlines and payouts go by this machine's clock: one that differs from the database's starts no work."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            difference = time.time() - float(cursor.fetchone()[0])
    except OperationalError:
        return  # nothing works without a database, and nothing is decided
    finally:
        connection.close()  # before the worker forks
    if abs(difference) > CLOCK_SECONDS_MAX:
        raise SystemExit(
            f"This machine's clock differs from the database's by {difference:.0f} s: set both by NTP, then start."
        )
