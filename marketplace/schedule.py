"""The jobs that Celery beat starts, and how often (seconds). Reviewed in git; each job is safe to run twice."""

from typing import Any

from celery.schedules import crontab

QUEUES = ("money", "mail", "matching")
"""
In addition to the default queue, so that slow jobs of one kind do not delay others. A worker reads from all of them.
"""

_JOBS: dict[str, dict[str, Any]] = {
    "outbox-deliver": {"task": "outbox.deliver", "schedule": 2.0},
    "tasks-keep-deadlines": {"task": "tasks.keep_deadlines", "schedule": 30.0},
    "contracts-keep-deadlines": {"task": "contracts.keep_deadlines", "schedule": 60.0},
    "frameworks-keep-dates": {"task": "frameworks.keep_dates", "schedule": 600.0},
    "contracts-draw-previews": {"task": "contracts.draw_previews", "schedule": 5.0},
    "matching-refresh-candidate-index": {"task": "matching.refresh_candidate_index", "schedule": 1.0},
    "matching-rebuild-candidate-index": {"task": "matching.rebuild_candidate_index", "schedule": 900.0},
    "matching-fairness-report": {"task": "matching.write_fairness_report", "schedule": crontab(hour="1", minute="0")},
    "matching-prune-impressions": {"task": "matching.prune_impressions", "schedule": crontab(hour="1", minute="30")},
    "matching-prune-matches": {"task": "matching.prune_matches", "schedule": crontab(hour="1", minute="50")},
    "matching-train-rankers": {"task": "matching.train_rankers", "schedule": crontab(hour="2", minute="40")},
    "matching-notify-employers": {
        "task": "matching.notify_employers",
        "schedule": crontab(day_of_week="1", hour="3", minute="15"),
    },
    "matching-refresh": {"task": "matching.refresh", "schedule": 3.0},
    "gateways-handle-webhooks": {"task": "gateways.handle_webhooks", "schedule": 2.0},
    "payments-dispatch": {"task": "payments.dispatch", "schedule": 5.0},
    "payouts-dispatch": {"task": "payouts.dispatch", "schedule": 5.0},
    "payouts-batch-payables": {"task": "payouts.batch_payables", "schedule": 60.0},
    "gateways-poll-events": {"task": "gateways.poll_events", "schedule": 3600.0},
    "treasury-reconcile": {"task": "treasury.reconcile", "schedule": crontab(hour="0", minute="5")},
    "treasury-keep-reserve": {"task": "treasury.keep_reserve", "schedule": crontab(hour="0", minute="2")},
    "payments-look-up": {"task": "payments.look_up", "schedule": 300.0},
    "payouts-look-up": {"task": "payouts.look_up", "schedule": 300.0},
    "escrow-confirm-recoveries": {"task": "escrow.confirm_recoveries", "schedule": 3600.0},
    "escrow-keep-hold-limits": {"task": "escrow.keep_hold_limits", "schedule": 3600.0},
    "ledger-seal-chain": {"task": "ledger.seal_chain", "schedule": crontab(hour="0", minute="10")},
    "assurance-publish": {"task": "assurance.publish", "schedule": crontab(hour="0", minute="20")},
    "invoicing-make-copies": {"task": "invoicing.make_copies", "schedule": 20.0},
    "invoicing-make-older-copies": {"task": "invoicing.make_older_copies", "schedule": crontab(hour="4", minute="10")},
    "files-forget-unattached": {"task": "files.forget_unattached", "schedule": crontab(minute="35")},
    "privacy-build-exports": {"task": "privacy.build_exports", "schedule": 10.0},
    "privacy-close-accounts": {"task": "privacy.close_accounts", "schedule": crontab(minute="20")},
    "saved-look-for-new": {"task": "saved.look_for_new", "schedule": 60.0},
    "track-records-count-due": {"task": "track_records.count_due", "schedule": 15.0},
    "quality-draw-samples": {"task": "quality.draw_samples", "schedule": crontab(hour="0", minute="45")},
    "reviews-publish-due": {"task": "reviews.publish_due", "schedule": 600.0},
    **{f"heartbeat-{name}": {"task": f"heartbeat.{name}", "schedule": 15.0} for name in ("default", *QUEUES)},
    "dashboard-check-books": {"task": "dashboard.check_books", "schedule": crontab(minute="50")},
    "common-prune": {"task": "common.prune", "schedule": crontab(hour="2", minute="5")},
    "accounts-prune-sessions": {"task": "accounts.prune_sessions", "schedule": crontab(hour="2", minute="10")},
    "outbox-prune": {"task": "outbox.prune", "schedule": crontab(hour="*", minute="25")},
    "gateways-prune": {"task": "gateways.prune", "schedule": crontab(hour="2", minute="15")},
    "notifications-prune": {"task": "notifications.prune", "schedule": crontab(hour="*", minute="35")},
    "pricing-import-rates": {"task": "pricing.import_rates", "schedule": crontab(hour="*/3", minute="40")},
    "notifications-send-emails": {"task": "notifications.send_emails", "schedule": 5.0},
    "notifications-send-pushes": {"task": "notifications.send_pushes", "schedule": 5.0},
    "notifications-queue-digests": {"task": "notifications.queue_digests", "schedule": 900.0},
}

EXPIRES_MIN, EXPIRES_NIGHTLY = 30, 6 * 3600
"""Seconds after which a message that no worker took is dropped: the next message starts the same job."""


def _with_expiry(job: dict[str, Any]) -> dict[str, Any]:
    pause = job["schedule"]
    seconds = max(int(pause), EXPIRES_MIN) if isinstance(pause, float) else EXPIRES_NIGHTLY
    return {**job, "options": {"expires": seconds}}


SCHEDULE = {name: _with_expiry(job) for name, job in _JOBS.items()}

ROUTES = {
    **{f"{app}.*": "money" for app in ("gateways", "payments", "payouts", "treasury")},
    "escrow.*": "money",
    "ledger.*": "money",
    "assurance.*": "money",
    "notifications.*": "mail",
    "matching.*": "matching",
    **{f"heartbeat.{name}": name for name in QUEUES},  # one per queue: its delay is the delay of the queue
}
