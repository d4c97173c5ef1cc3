"""What Celery beat starts, and how often (seconds). Reviewed in git; each job is safe to run twice."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "outbox-deliver": {"task": "outbox.deliver", "schedule": 2.0},
    "tasks-keep-deadlines": {"task": "tasks.keep_deadlines", "schedule": 30.0},
    "contracts-keep-deadlines": {"task": "contracts.keep_deadlines", "schedule": 60.0},
    "matching-refresh": {"task": "matching.refresh", "schedule": 3.0},
}
