import logging

from celery import shared_task
from django.utils import timezone

from apps.common.work_queue import one_at_a_time
from apps.gateways import registry
from apps.gateways.errors import GatewayUnavailable
from apps.treasury.operations import reconciliation, treasury
from apps.treasury.queries import holdings

logger = logging.getLogger(__name__)


NIGHTLY_SECONDS = 1800
"""What reads as many lines as the processor made since the last night."""


@shared_task(name="treasury.reconcile", time_limit=NIGHTLY_SECONDS)
def reconcile() -> int:
    """Each night: the processor's books against ours, line by line. Returns how many gateways did not agree."""
    with one_at_a_time("treasury.reconcile") as is_ours:
        return sum(_differs(name) for name in registry.names()) if is_ours else 0


def _differs(name: str) -> bool:
    """One gateway that fails keeps no other from being reconciled."""
    try:
        return not reconciliation.reconcile(gateway=name).is_clean
    except GatewayUnavailable as error:
        logger.warning("%s could not be reconciled: %s", name, error)
        return False
    except Exception:
        logger.exception("%s could not be reconciled", name)
        return True


@shared_task(name="treasury.keep_reserve")
def keep_reserve() -> int:
    """Each night: reserve what the reserve for chargebacks lacks. Returns in how many currencies."""
    now = timezone.now()
    kept = 0
    for currency in holdings.currencies_of_commission():
        try:
            kept += treasury.keep_reserve(currency=currency, now=now) is not None
        except Exception:  # one currency keeps no other from having its reserve
            logger.exception("the reserve in %s could not be kept", currency)
    return kept
