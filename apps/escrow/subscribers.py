from datetime import datetime
from uuid import UUID

from apps.common.money import Money
from apps.escrow import operations
from apps.escrow.models import Escrow
from apps.outbox import bus
from apps.payments.events import ChargeDeclined, ChargeExpired, ChargeSucceeded


@bus.subscribe(ChargeSucceeded, name="escrow.hold_what_was_paid")
def hold_what_was_paid(fact: ChargeSucceeded, now: datetime) -> None:
    if not _is_escrow(fact.reference_id):
        return
    operations.confirm_funding(
        escrow_id=fact.reference_id,
        charge_id=fact.charge_id,
        amount=Money(fact.amount_minor, fact.currency),
        gateway=fact.gateway,
        now=now,
    )


@bus.subscribe(ChargeDeclined, name="escrow.funding_declined")
def funding_declined(fact: ChargeDeclined, now: datetime) -> None:
    if _is_escrow(fact.reference_id):
        operations.funding_failed(escrow_id=fact.reference_id, now=now)


@bus.subscribe(ChargeExpired, name="escrow.funding_expired")
def funding_expired(fact: ChargeExpired, now: datetime) -> None:
    if _is_escrow(fact.reference_id):
        operations.funding_failed(escrow_id=fact.reference_id, now=now, page_is_closed=True)


def _is_escrow(reference_id: UUID) -> bool:
    return Escrow.objects.filter(id=reference_id).exists()
