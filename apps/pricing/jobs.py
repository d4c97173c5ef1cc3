import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.pricing import operations
from apps.pricing.queries import rates

logger = logging.getLogger(__name__)
WARN_BEFORE = 2
"""Business days before conversions are refused."""


@shared_task(name="pricing.import_rates", time_limit=120)
def import_rates() -> int:
    """
    Import newer exchange rates, several times a day, and raise an alarm before the rates are too old for conversions.
    """
    today = timezone.now().date()
    imported = 0
    try:
        imported = operations.import_newest_rates(source=settings.FX_RATES_SOURCE, today=today)
    except operations.RatesUnavailable as error:
        logger.error("%s", error)  # the message is a whole sentence
    age = rates.rates_age(today)
    if age is None or age > settings.FX_RATE_BUSINESS_DAYS_MAX - WARN_BEFORE:
        logger.error(
            "exchange rates are %s business days old; beyond %s days, payments across currencies are refused",
            "infinitely many" if age is None else age,
            settings.FX_RATE_BUSINESS_DAYS_MAX,
        )
    return imported
