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
"""The time limit of the nightly job, which reads all lines that the processor made since the last night."""


@shared_task(name="treasury.reconcile", time_limit=NIGHTLY_SECONDS)
def reconcile() -> int:
    """
    Runs nightly: reconcile the processor's balance lines with our books. Returns the number of gateways that differ.
    """
    with one_at_a_time("treasury.reconcile") as is_ours:
        return sum(_differs(name) for name in registry.names()) if is_ours else 0


def _differs(name: str) -> bool:
    """A gateway that fails does not keep the others from being reconciled."""
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
    """
    Runs nightly: add the missing amount to the chargeback reserve. Returns the number of currencies in which it did.
    """
    now = timezone.now()
    kept = 0
    for currency in holdings.currencies_of_commission():
        try:
            kept += treasury.keep_reserve(currency=currency, now=now) is not None
        except Exception:  # one currency that fails does not keep the others from being reserved
            logger.exception("the chargeback reserve in %s could not be updated", currency)
    return kept
