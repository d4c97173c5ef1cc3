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
def hold_what_was_paid(fact: ChargeSucceeded, now: datetime) -> None:
    if not _is_escrow(fact.reference_id):
        return
    funding.confirm_funding(
        escrow_id=fact.reference_id,
        charge_id=fact.charge_id,
        amount=Money(fact.amount_minor, fact.currency),
        gateway=fact.gateway,
        now=now,
    )


@bus.subscribe(ChargeExpired, name="escrow.funding_expired")
def funding_expired(fact: ChargeExpired, now: datetime) -> None:
    if _is_escrow(fact.reference_id):
        funding.funding_failed(
            escrow_id=fact.reference_id, charge_id=fact.charge_id, is_cancelled=fact.is_cancelled, now=now
        )


@bus.subscribe(ChargebackOpened, name="escrow.stop_what_was_taken_back")
def stop_what_was_taken_back(fact: ChargebackOpened, now: datetime) -> None:
    if _is_escrow(fact.reference_id):
        claims.open_claim(
            escrow_id=fact.reference_id, kind=ClaimKind.CHARGEBACK, source_key=str(fact.chargeback_id), now=now
        )


@bus.subscribe(FraudWarned, name="escrow.stop_what_is_doubtful")
def stop_what_is_doubtful(fact: FraudWarned, now: datetime) -> None:
    if _is_escrow(fact.reference_id):
        claims.open_claim(escrow_id=fact.reference_id, kind=ClaimKind.WARNING, source_key=fact.warning_id, now=now)


@bus.subscribe(ChargebackWon, name="escrow.let_go_what_came_back")
def let_go_what_came_back(fact: ChargebackWon, now: datetime) -> None:
    if _is_escrow(fact.reference_id):
        claims.end_claim(escrow_id=fact.reference_id, source_key=str(fact.chargeback_id), now=now)


@bus.subscribe(ChargebackLost, name="escrow.bear_what_is_lost")
def bear_what_is_lost(fact: ChargebackLost, now: datetime) -> None:
    if _is_escrow(fact.reference_id):
        claims.bear_loss(
            escrow_id=fact.reference_id,
            chargeback_id=fact.chargeback_id,
            amount=Money(fact.amount_minor, fact.currency),
            now=now,
        )


def _is_escrow(reference_id: UUID) -> bool:
    return Escrow.objects.filter(id=reference_id).exists()
