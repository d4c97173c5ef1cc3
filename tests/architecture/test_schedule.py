"""Beat's jobs: each exists, expires, has a queue that a worker listens to and a time limit; its scans use indexes."""

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.contracts.queries import contracts, milestones
from apps.escrow.queries import escrows
from apps.frameworks.queries import frameworks
from apps.gateways.models import WebhookEvent
from apps.invoicing.queries import documents
from apps.payments.models import Charge, Chargeback, Refund
from apps.payouts.models import Payout
from apps.tasks import queries as tasks
from marketplace.celery import app
from marketplace.schedule import SCHEDULE


@pytest.mark.parametrize("name", SCHEDULE)
def test_a_job_exists_expires_and_goes_to_a_declared_queue(name):
    app.loader.import_default_modules()
    job = SCHEDULE[name]
    task = app.tasks[job["task"]]
    assert 0 < job["options"]["expires"] <= 6 * 3600
    queue = app.amqp.router.route({}, task.name)["queue"]
    assert queue.name in {celery_task_queue.name for celery_task_queue in settings.CELERY_TASK_QUEUES}
    limit = task.time_limit or settings.CELERY_TASK_TIME_LIMIT
    assert 0 < limit <= 1800 < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]


def test_money_mail_and_matching_do_not_wait_for_each_other():
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in (
        "payouts.dispatch", "notifications.send_emails", "matching.rebuild_candidate_index", "outbox.deliver",
    )}  # fmt: skip
    assert len(set(queues.values())) == 4


NOW = timezone.now()
SCANS = {
    "offers": lambda: contracts.offers_to_lapse(NOW),
    "framework agreements to expire": lambda: frameworks.frameworks_to_expire(NOW),
    "framework agreements to end": lambda: frameworks.frameworks_to_end(NOW),
    "approvals": lambda: milestones.milestones_to_approve(NOW),
    "hold ends": lambda: escrows.hold_ended(NOW),
    "hold ends soon": lambda: escrows.hold_ending(NOW),
    "copies": lambda: documents.without_electronic_copy(NOW),
    "bids": lambda: tasks.tasks_to_close_bidding(NOW),
    "charges": lambda: Charge.objects.filter(status__in=["open", "processing"]),
    "nameless charges": lambda: Charge.objects.filter(gateway="stripe", status="succeeded", remote_charge_id=""),
    "payouts": lambda: Payout.objects.filter(status="submitted"),
    "refunds": lambda: Refund.objects.filter(status="submitted"),
    "chargebacks": lambda: Chargeback.objects.filter(status__in=["opened", "submitted"]),
    "newest webhook": lambda: WebhookEvent.objects.filter(processor="stripe").order_by("-received_at")[:1],
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", SCANS)
def test_a_scan_of_a_job_can_use_an_index(name):
    rows = SCANS[name]()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.explain()
    assert f"Seq Scan on {rows.model._meta.db_table}" not in plan, plan
