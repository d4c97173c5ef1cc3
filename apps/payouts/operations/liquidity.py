"""A gateway that holds too little: nobody loses anything, and staff are notified of it."""

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
    Note a refusal for lack of cash and let it go on. Around a transaction, never inside one: the refusal undoes what
    it interrupts, and the note has to stay.
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
