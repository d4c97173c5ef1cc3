import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.common.work_queue import one_at_a_time
from apps.payments.gateways import doors
from apps.payments.gateways.port import GatewayUnavailable
from apps.payments.operations import automatic, notices, reconciliation, settlement
from apps.payments.operations import treasury as treasury_operations
from apps.payments.queries import treasury as treasury_queries

logger = logging.getLogger(__name__)

STALE = timedelta(minutes=10)
NIGHTLY_SECONDS = 1800
"""What reads as many lines as the processor made since the last night."""


@shared_task(name="payments.settle", time_limit=60)
def settle() -> int:
    """Send payouts and refunds that are due. The rows are the queue: a lost or doubled message costs nothing."""
    return settlement.dispatch_due()


@shared_task(name="payments.handle_webhooks")
def handle_webhooks() -> int:
    """Work off the inbox."""
    return notices.handle_notices()


@shared_task(name="payments.batch_payables")
def batch_payables() -> int:
    """Make payouts of the balances of those who agreed to be paid automatically."""
    with one_at_a_time("payments.batch_payables") as is_ours:
        return len(automatic.batch_payables(now=timezone.now())) if is_ours else 0


@shared_task(name="payments.reconcile", time_limit=240)
def reconcile() -> int:
    """Look up what no webhook has ended for a while."""
    with one_at_a_time("payments.reconcile") as is_ours:
        return notices.refresh_stale(older_than=STALE) if is_ours else 0


@shared_task(name="payments.reconcile_lines", time_limit=NIGHTLY_SECONDS)
def reconcile_lines() -> int:
    """Each night: the processor's books against ours, line by line. Gives how many doors did not agree."""
    with one_at_a_time("payments.reconcile_lines") as is_ours:
        return sum(_differs(name) for name in doors.names()) if is_ours else 0


def _differs(name: str) -> bool:
    """One gateway that fails keeps no other from being reconciled."""
    try:
        return not reconciliation.reconcile(gateway=name).is_clean
    except GatewayUnavailable as silence:
        logger.warning("%s could not be reconciled: %s", name, silence)
        return False
    except Exception:
        logger.exception("%s could not be reconciled", name)
        return True


@shared_task(name="payments.keep_reserve")
def keep_reserve() -> int:
    """Each night: lay aside what the reserve for chargebacks lacks. Gives in how many currencies."""
    now = timezone.now()
    kept = 0
    for currency in treasury_queries.currencies_of_commission():
        try:
            kept += treasury_operations.keep_reserve(currency=currency, now=now) is not None
        except Exception:  # one currency keeps no other from having its reserve
            logger.exception("the reserve in %s could not be kept", currency)
    return kept


@shared_task(name="payments.poll_events", time_limit=600)
def poll_events() -> int:
    """Write down what a lost webhook would have told."""
    if not doors.gateway().capabilities.has_notices:
        return 0
    try:
        return notices.poll_events(processor=settings.PAYMENT_GATEWAY)
    except GatewayUnavailable as silence:
        logger.warning("events could not be asked for: %s", silence)
        return 0


@shared_task(name="payments.prune", time_limit=120)
def prune() -> int:
    """Drop the content of webhooks that were handled long ago; that they came is kept."""
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS["webhooks"])
    return notices.drop_old_payloads(before=before)
