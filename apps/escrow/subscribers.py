from datetime import datetime
from uuid import UUID

from apps.common.money import Money
from apps.escrow.models import Escrow
from apps.escrow.operations import claims, funding
from apps.escrow.states import ClaimKind
from apps.outbox import bus
from apps.payments.events import (
    ChargebackLost,
    ChargebackOpened,
    ChargebackWon,
    ChargeExpired,
    ChargeSucceeded,
    FraudWarned,
)


@bus.subscribe(ChargeSucceeded, name="escrow.hold_what_was_paid")
def hold_what_was_paid(event: ChargeSucceeded, now: datetime) -> None:
    if not _is_escrow(event.reference_id):
        return
    funding.confirm_funding(
        escrow_id=event.reference_id,
        charge_id=event.charge_id,
        amount=Money(event.amount_minor, event.currency),
        gateway=event.gateway,
        now=now,
    )


@bus.subscribe(ChargeExpired, name="escrow.funding_expired")
def funding_expired(event: ChargeExpired, now: datetime) -> None:
    if _is_escrow(event.reference_id):
        funding.funding_failed(
            escrow_id=event.reference_id, charge_id=event.charge_id, is_cancelled=event.is_cancelled, now=now
        )


@bus.subscribe(ChargebackOpened, name="escrow.stop_what_was_taken_back")
def stop_what_was_taken_back(event: ChargebackOpened, now: datetime) -> None:
    if _is_escrow(event.reference_id):
        claims.open_claim(
            escrow_id=event.reference_id, kind=ClaimKind.CHARGEBACK, source_key=str(event.chargeback_id), now=now
        )


@bus.subscribe(FraudWarned, name="escrow.stop_what_is_doubtful")
def stop_what_is_doubtful(event: FraudWarned, now: datetime) -> None:
    if _is_escrow(event.reference_id):
        claims.open_claim(escrow_id=event.reference_id, kind=ClaimKind.WARNING, source_key=event.warning_id, now=now)


@bus.subscribe(ChargebackWon, name="escrow.let_go_what_came_back")
def let_go_what_came_back(event: ChargebackWon, now: datetime) -> None:
    if _is_escrow(event.reference_id):
        claims.end_claim(escrow_id=event.reference_id, source_key=str(event.chargeback_id), now=now)


@bus.subscribe(ChargebackLost, name="escrow.bear_what_is_lost")
def bear_what_is_lost(event: ChargebackLost, now: datetime) -> None:
    if _is_escrow(event.reference_id):
        claims.bear_loss(
            escrow_id=event.reference_id,
            chargeback_id=event.chargeback_id,
            amount=Money(event.amount_minor, event.currency),
            now=now,
        )


def _is_escrow(reference_id: UUID) -> bool:
    return Escrow.objects.filter(id=reference_id).exists()
