"""Escrowed money under a dispute: frozen on its own account, then unfrozen or split in one entry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import Actor
from apps.common.money import Money
from apps.common.operations import move
from apps.escrow import entries, policies
from apps.escrow.models import Escrow, Release
from apps.escrow.operations.parts import make_release, publish_release, record_if_paid, send_back
from apps.escrow.queries import escrows
from apps.escrow.states import ESCROW, EscrowStatus, ReleaseKind
from apps.ledger import operations as ledger


@transaction.atomic
def freeze(*, escrow_id: UUID, dispute_id: UUID, actor: Actor, now: datetime) -> Money:
    """
    Move all held money to the dispute's own account, where no release or refund can reach it. Returns the amount.

    :raises OnlyThePartiesAgree: if the actor is neither party.
    :raises NothingHeld: if nothing is held, or it is already frozen.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    policies.check_can_freeze(actor, escrow)
    held = escrow.remaining if escrow.status in escrows.HOLDING else Money.zero(escrow.currency)
    policies.check_amount(held, held)
    move(escrow, ESCROW, "freeze", actor=actor, now=now, changes={"frozen_by_id": dispute_id})
    entry = entries.frozen(
        escrow_id=escrow.id, reference_id=escrow.reference_id, dispute_id=dispute_id, amount=escrow.remaining
    )
    ledger.record(entry, now=now)
    return held


@transaction.atomic
def unfreeze(*, escrow_id: UUID, actor: Actor, now: datetime) -> Escrow:
    """
    Unfreeze the money after the dispute is withdrawn; it is held as before.

    :raises NothingFrozen: if no dispute holds it.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    dispute_id = _frozen_by(escrow)
    policies.check_can_freeze(actor, escrow)
    verb = "unfreeze_rest" if escrow.remaining != escrow.amount else "unfreeze_whole"
    move(escrow, ESCROW, verb, actor=actor, now=now, changes={"frozen_by_id": None})
    entry = entries.unfrozen(
        escrow_id=escrow.id, reference_id=escrow.reference_id, dispute_id=dispute_id, amount=escrow.remaining
    )
    ledger.record(entry, now=now)
    return escrow


@transaction.atomic
def split(*, escrow_id: UUID, freelancer_part: Money, actor: Actor, now: datetime) -> Release | None:
    """
    End a dispute: `freelancer_part` of the frozen money goes to the payee, less fees; the rest goes back to the payer.
    The disputes app checks that both sides agreed or that staff decided.

    :returns: the release, or None if nothing goes to the payee.
    :raises OnlyThePartiesAgree: if the actor is neither a party nor staff.
    :raises NothingFrozen: if no dispute holds the money.
    :raises AmountNotHeld: unless the part is between zero and the frozen amount.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    dispute_id = _frozen_by(escrow)
    policies.check_can_split(actor, escrow)
    whole = escrow.remaining
    policies.check_share(freelancer_part, whole)
    back = whole - freelancer_part
    parts = escrows.split_of(escrow, freelancer_part)
    fee_earned = escrows.earned_fee_of(escrow, freelancer_part)
    fee_back = escrows.fee_of(escrow, back, after=freelancer_part)
    verb = "split" if freelancer_part or escrow.released else "split_back"
    changes = {
        "frozen_by_id": None,
        "released_minor": escrow.released_minor + freelancer_part.amount_minor,
        "refunded_minor": escrow.refunded_minor + back.amount_minor,
    }
    move(escrow, ESCROW, verb, actor=actor, now=now, changes=changes)
    release = make_release(escrow, parts, fee_earned, ReleaseKind.DISPUTE, actor, now) if freelancer_part else None
    _, way = send_back(escrow, back + fee_back, now)
    entry = entries.dispute_split(
        escrow_id=escrow.id,
        reference_id=escrow.reference_id,
        dispute_id=dispute_id,
        release_id=release.id if release else None,
        payer_id=escrow.payer_id,
        payee_id=escrow.payee_id,
        whole=whole,
        split=parts,
        withholding_country=escrow.withholding_country,
        tax_country=escrow.tax_country,
        fee_earned=fee_earned,
        fee_tax_country=escrow.fee_tax_country,
        fee_back=fee_back,
        back=way,
    )
    ledger.record(entry, now=now)
    record_if_paid(escrow, now)
    if release:
        publish_release(release, now)
    return release


def _frozen_by(escrow: Escrow) -> UUID:
    if escrow.status != EscrowStatus.DISPUTED or escrow.frozen_by_id is None:
        raise policies.NothingFrozen
    return escrow.frozen_by_id
