"""
Chargebacks and fraud warnings on escrowed money: no money leaves while a claim is open, and held money bears a loss
first.

A claim is a separate row, not an escrow status, because the parties may have an open dispute at the same time.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import SYSTEM, Actor
from apps.common.money import Money
from apps.common.operations import move
from apps.escrow import entries, events, policies, rules
from apps.escrow.models import BankClaim, Escrow
from apps.escrow.operations.freezes import unfreeze
from apps.escrow.operations.parts import record_if_paid
from apps.escrow.queries import claims, escrows
from apps.escrow.states import ESCROW, ClaimKind, EscrowStatus
from apps.ledger import chart
from apps.ledger.queries import books
from apps.outbox import bus
from apps.payments.operations import chargebacks
from apps.treasury.queries import holdings


@transaction.atomic
def open_claim(*, escrow_id: UUID, kind: str, source_key: str, now: datetime) -> BankClaim:
    """
    Block the escrow while the claim is open. Calling it twice changes nothing.

    :param source_key: identifies the chargeback (the processor's name) or the warning (ours).
    """
    escrow = escrows.escrow_for_update(escrow_id)
    claim, is_new = BankClaim.objects.get_or_create(
        escrow=escrow, source_key=source_key, defaults={"kind": kind, "opened_at": now}
    )
    if is_new:
        event = events.EscrowClaimed(escrow.id, escrow.reference_id, escrow.payer_id, escrow.payee_id, claim.id, kind)
        bus.publish(event, now=now)
    return claim


@transaction.atomic
def end_claim(*, escrow_id: UUID, source_key: str, now: datetime) -> None:
    """
    End a chargeback's claim, because the bank returned the money, and the warnings with it. Another chargeback on the
    same escrow still blocks it.

    A claim that was not opened yet is recorded as ended, so that the order of events does not matter.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    claim, _ = BankClaim.objects.get_or_create(
        escrow=escrow, source_key=source_key, defaults={"kind": ClaimKind.CHARGEBACK, "opened_at": now}
    )
    if claim.ended_at is None:
        claims.claims_ended_with(escrow.id, source_key).update(ended_at=now)
        _publish_end(escrow, claim.id, now)


@transaction.atomic
def dismiss_warning(*, claim_id: UUID, actor: Actor, now: datetime) -> BankClaim:
    """
    Staff checked a warning and let the money move again.

    :raises StaffOnly: if the actor is not staff.
    """
    policies.check_is_staff(actor)
    # The escrow is locked first, as everywhere: of two warnings dismissed at once, the second sees the first.
    escrow = escrows.escrow_for_update(BankClaim.objects.values_list("escrow_id", flat=True).get(id=claim_id))
    claim = BankClaim.objects.select_for_update().get(id=claim_id)
    if claim.kind == ClaimKind.WARNING and claim.ended_at is None:
        claim.ended_at = now
        claim.save(update_fields=["ended_at"])
        _publish_end(escrow, claim.id, now)
    return claim


def _publish_end(escrow: Escrow, claim_id: UUID, now: datetime) -> None:
    """Publish the end of the last open claim: only then can the money move again."""
    if not claims.is_claimed(escrow.id):
        event = events.EscrowClaimEnded(escrow.id, escrow.reference_id, escrow.payer_id, escrow.payee_id, claim_id)
        bus.publish(event, now=now)


@transaction.atomic
def bear_loss(*, escrow_id: UUID, chargeback_id: UUID, amount: Money, now: datetime) -> Escrow:
    """
    Record a lost chargeback. The held money and its fee bear it first, then the chargeback reserve, then our own
    capital (`rules.shares_of_loss`). The payee keeps what was released, unless the terms of this escrow say otherwise.

    Calling it twice changes nothing.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    if escrow.status == EscrowStatus.DISPUTED:
        escrow = unfreeze(escrow_id=escrow.id, actor=SYSTEM, now=now)
    held = escrow.remaining if escrow.status in escrows.HOLDING else Money.zero(escrow.currency)
    from_held = rules.held_part(amount, held=held, fee=escrows.fee_of(escrow, held))
    shares = rules.shares_of_loss(
        amount,
        held=from_held,
        fee=min(escrows.fee_of(escrow, from_held), amount - from_held),
        payable=books.balance(chart.payable(escrow.payee_id, escrow.currency)),
        received=escrows.received(escrow),
        reserve=holdings.reserve_for_update(escrow.currency),
        is_owed_back=escrow.is_owed_back,
    )
    lines = entries.loss_shares(escrow_id=escrow.id, payee_id=escrow.payee_id, **_parts(shares))
    if not chargebacks.absorb_chargeback(chargeback_id=chargeback_id, shares=lines, now=now):
        return escrow
    if shares.held:
        is_rest = shares.held == escrow.remaining
        verb = "release_part" if not is_rest else "refund_rest" if escrow.released else "refund_all"
        changes = {"refunded_minor": escrow.refunded_minor + shares.held.amount_minor}
        move(escrow, ESCROW, verb, actor=SYSTEM, now=now, reason="chargeback", changes=changes)
        record_if_paid(escrow, now)
    claims.claims_ended_with(escrow.id, str(chargeback_id)).update(ended_at=now)
    event = events.EscrowChargedBack(
        escrow.id,
        escrow.reference_id,
        escrow.payer_id,
        escrow.payee_id,
        chargeback_id,
        amount.amount_minor,
        (shares.payable + shares.owed).amount_minor,
        escrow.currency,
        escrow.remaining.amount_minor,
    )
    bus.publish(event, now=now)
    return escrow


def _parts(shares: rules.LossShares) -> dict[str, Money]:
    return {field.name: getattr(shares, field.name) for field in fields(shares)}
