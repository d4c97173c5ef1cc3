"""
Record that a gateway's balance is too low for a withdrawal, and notify staff. Nothing is taken from the freelancer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from apps.outbox import bus
from apps.payouts import events, policies
from apps.payouts.models import LiquidityShortage


@contextmanager
def recording_shortages(now: datetime) -> Iterator[None]:
    """
    Record an InsufficientLiquidity error and re-raise it. Use it around a transaction, never inside one: the error
    rolls the transaction back, and the record must stay.
    """
    try:
        yield
    except policies.InsufficientLiquidity as error:
        _note(error, now)
        raise


@transaction.atomic
def _note(refusal: policies.InsufficientLiquidity, now: datetime) -> None:
    missing = refusal.missing
    noted, is_new = LiquidityShortage.objects.get_or_create(
        gateway=refusal.gateway, currency=missing.currency, recorded_on=now.date(),
        defaults={"missing_minor": missing.amount_minor},
    )  # fmt: skip
    if is_new:
        event = events.LiquidityShort(noted.id, noted.gateway, noted.missing_minor, noted.currency)
        bus.publish(event, now=now)
