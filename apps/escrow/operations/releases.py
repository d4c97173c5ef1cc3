"""Release held money to the payee or refund it to the payer, in full or in part, and enforce the holding limit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import SYSTEM, Actor
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.escrow import entries, events, policies
from apps.escrow.models import Escrow, Release
from apps.escrow.operations.freezes import split
from apps.escrow.operations.parts import make_release, publish_release, record_if_paid, send_back
from apps.escrow.queries import escrows
from apps.escrow.states import ESCROW, EscrowStatus, ReleaseKind
from apps.ledger import operations as ledger
from apps.outbox import bus
from apps.payments.models import Refund


@transaction.atomic
def release(
    *, escrow_id: UUID, amount: Money | None, actor: Actor, now: datetime, kind: str = ReleaseKind.MANUAL
) -> Release:
    """
    Release held money to the payee, less fees: all that remains, or `amount`.

    :raises OnlyThePayerReleases: if the actor is not the payer, or may not approve.
    :raises NothingHeld: if nothing is held.
    :raises AmountNotHeld: if the amount is more than is held.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    policies.check_can_release(actor, escrow, kind)
    gross = _gross(escrow, amount)
    parts = escrows.split_of(escrow, gross)
    fee = escrows.earned_fee_of(escrow, gross)
    verb = "release_rest" if gross == escrow.remaining else "release_part"
    changes = {"released_minor": escrow.released_minor + gross.amount_minor}
    move(escrow, ESCROW, verb, actor=actor, now=now, changes=changes)
    created = make_release(escrow, parts, fee, kind, actor, now)
    entry = entries.released(
        escrow_id=escrow.id,
        reference_id=escrow.reference_id,
        release_id=created.id,
        payee_id=escrow.payee_id,
        split=parts,
        withholding_country=escrow.withholding_country,
        tax_country=escrow.tax_country,
        fee=fee,
        fee_tax_country=escrow.fee_tax_country,
        is_automatic=kind == ReleaseKind.AUTO,
    )
    ledger.record(entry, now=now)
    if kind != ReleaseKind.BONUS:  # a bonus is no piece of work of its own
        record_if_paid(escrow, now)
    publish_release(created, now)
    return created


@transaction.atomic
def refund(*, escrow_id: UUID, amount: Money | None, actor: Actor, now: datetime) -> Refund | None:
    """
    Refund held money to the payer, with its part of the employer's fee: all that remains, or `amount`.

    The part that came from the payer's credit, or that the processor cannot express to the last digit, becomes credit
    again. Returns None if all of it becomes credit.

    The amount is reserved at once; the job `payments.dispatch` sends it. The layer above checks that both sides agreed.

    :raises OnlyThePartiesAgree: if the actor is neither party.
    :raises NothingHeld: if nothing is held.
    :raises AmountNotHeld: if the amount is more than is held.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    policies.check_can_refund(actor, escrow)
    back = _gross(escrow, amount)
    fee = escrows.fee_of(escrow, back)
    is_rest = back == escrow.remaining
    verb = "release_part" if not is_rest else "refund_rest" if escrow.released else "refund_all"
    changes = {"refunded_minor": escrow.refunded_minor + back.amount_minor}
    move(escrow, ESCROW, verb, actor=actor, now=now, changes=changes)
    created, way = send_back(escrow, back + fee, now)
    entry = entries.refund_reserved(
        escrow_id=escrow.id,
        reference_id=escrow.reference_id,
        payer_id=escrow.payer_id,
        step_id=created.id if created else uuid7(),
        amount=back,
        fee=fee,
        back=way,
    )
    ledger.record(entry, now=now)
    record_if_paid(escrow, now)
    return created


@transaction.atomic
def warn_of_hold_limit(*, escrow_id: UUID, now: datetime) -> Escrow:
    """Warn both sides, once, that the holding limit is near."""
    escrow = escrows.escrow_for_update(escrow_id)
    if escrow.warned_at is None and escrow.status in escrows.HELD and escrow.hold_until is not None:
        escrow.warned_at = now
        escrow.save(update_fields=["warned_at"])
        event = events.EscrowHoldEnding(
            escrow.id, escrow.reference_id, escrow.payer_id, escrow.payee_id, escrow.hold_until
        )
        bus.publish(event, now=now)
    return escrow


@transaction.atomic
def end_hold(*, escrow_id: UUID, now: datetime) -> Escrow:
    """
    Refund what is still held once the holding limit is reached. A dispute does not extend the legal limit: undecided
    frozen money is refunded too.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    if escrows.hold_ended(now).filter(pk=escrow.id).exists():
        if escrow.status == EscrowStatus.DISPUTED:
            nothing = Money.zero(escrow.currency)
            split(escrow_id=escrow.id, freelancer_part=nothing, actor=SYSTEM, now=now)
        else:
            refund(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=now)
        bus.publish(events.EscrowHoldEnded(escrow.id, escrow.reference_id), now=now)
    return escrow


def _gross(escrow: Escrow, amount: Money | None) -> Money:
    holds = escrow.status in escrows.HOLDING
    remaining = escrow.remaining if holds else Money.zero(escrow.currency)
    gross = remaining if amount is None else amount
    policies.check_amount(gross, remaining)
    return gross
