from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.privacy import operations, queries


@shared_task(name="privacy.build_exports", time_limit=600)
def build_exports() -> int:
    """Build the copies of their data that people requested, and delete those that are a week old."""
    return run_steps(
        "privacy.build_exports",
        Step("privacy.export", queries.exports_to_build, operations.build_export, "export_id"),
        Step("privacy.delete_export", queries.exports_to_delete, operations.delete_export, "export_id"),
    )


@shared_task(name="privacy.close_accounts")
def close_accounts() -> int:
    """Close the accounts whose 14 days are over."""
    return run_steps(
        "privacy.close_accounts", Step("privacy.close", queries.closures_due, operations.close, "closure_id")
    )
