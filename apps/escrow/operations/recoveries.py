"""
Money claimed back from a freelancer for fraud, after a lost chargeback. Staff decide with reasons; the freelancer can
appeal; a second staff member answers the appeal. Only then does money move.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import SYSTEM, Actor
from apps.common.money import Money
from apps.common.operations import move
from apps.escrow import entries, events, policies, rules
from apps.escrow.models import Recovery
from apps.escrow.queries import escrows, recoveries
from apps.escrow.states import RECOVERY, RecoveryStatus
from apps.ledger import chart
from apps.ledger import operations as ledger
from apps.ledger.queries import books
from apps.outbox import bus
from apps.payments.queries import chargebacks


@transaction.atomic
def decide_recovery(*, chargeback_id: UUID, amount: Money, reasons: str, actor: Actor, now: datetime) -> Recovery:
    """
    Claim back, for fraud, the money the payee received from the work of a lost chargeback. No money moves before the
    appeal period ends.

    :raises StaffOnly: unless the actor may decide recoveries.
    :raises ReasonMissing: if the reasons are empty.
    :raises OwnCase: for staff who are, or recently were, members of one of the two sides.
    :raises NotLost: unless the chargeback is lost and absorbed.
    :raises AlreadyDecided: if a recovery exists already.
    :raises NothingHeld: if the payee received nothing.
    :raises AmountNotHeld: if the amount is more than the payee received.
    """
    chargeback = chargebacks.absorbed_chargeback(chargeback_id)
    if chargeback is None:
        raise policies.NotLost
    escrow = escrows.escrow_for_update(chargeback.charge.reference_id)
    policies.check_can_decide_recovery(actor, reasons)
    policies.check_is_not_own_case(actor, escrow)
    if Recovery.objects.filter(chargeback_id=chargeback_id).exists():
        raise policies.AlreadyDecided
    most = min(escrows.received(escrow), chargeback.amount)
    policies.check_amount(amount, most)
    recovery = Recovery.objects.create(
        escrow=escrow,
        chargeback_id=chargeback_id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        reasons=reasons.strip()[:4000],
        decided_by_id=actor.person_id,
        decided_at=now,
        appeal_by=now + rules.APPEAL_TIME,
    )
    bus.publish(events.RecoveryDecided(recovery.id, escrow.payee_id, actor.person_id, recovery.reasons), now=now)
    return recovery


@transaction.atomic
def appeal_recovery(*, recovery_id: UUID, text: str, actor: Actor, now: datetime) -> Recovery:
    """
    Record the payee's appeal. Only one appeal is allowed.

    :raises NotAllowed: unless the actor may appeal for the payee.
    :raises AppealTooLate: from `appeal_by` on.
    :raises AppealMissing: if the text is empty.
    """
    recovery = recoveries.recovery_for_update(recovery_id)
    policies.check_can_appeal(actor, recovery, now)
    if not text.strip():
        raise policies.AppealMissing
    changes = {"appeal_text": text.strip()[:5000], "appealed_at": now}
    move(recovery, RECOVERY, "appeal", actor=actor, now=now, changes=changes)
    bus.publish(events.RecoveryAppealed(recovery.id, recovery.escrow.payee_id), now=now)
    return recovery


@transaction.atomic
def answer_appeal(*, recovery_id: UUID, is_granted: bool, reasons: str, actor: Actor, now: datetime) -> Recovery:
    """
    A second staff member answers the appeal. If it is rejected, the money is claimed back.

    :raises StaffOnly: unless the actor may answer appeals.
    :raises ReasonMissing: if the reasons are empty.
    :raises SecondPersonNeeded: if the actor made the decision.
    :raises SecondPersonNotIndependent: if the person who decided gave the actor a role within the last day.
    :raises OwnCase: for staff who are, or recently were, members of one of the two sides.
    """
    recovery = recoveries.recovery_for_update(recovery_id)
    policies.check_can_answer_appeal(actor, recovery, reasons, now)
    policies.check_is_not_own_case(actor, recovery.escrow)
    changes = {"answered_by_id": actor.person_id, "answer": reasons.strip()[:4000], "ended_at": now}
    verb = "grant_appeal" if is_granted else "reject_appeal"
    move(recovery, RECOVERY, verb, actor=actor, now=now, changes=changes)
    return _ended(recovery, now, user_id=actor.person_id)


@transaction.atomic
def confirm_recovery(*, recovery_id: UUID, now: datetime) -> Recovery:
    """Confirm the recovery if the appeal period ended without an appeal; otherwise change nothing."""
    recovery = recoveries.recovery_for_update(recovery_id)
    if recovery.status == RecoveryStatus.DECIDED and recovery.appeal_by <= now:
        move(recovery, RECOVERY, "confirm", actor=SYSTEM, now=now, changes={"ended_at": now})
        _ended(recovery, now)
    return recovery


def _ended(recovery: Recovery, now: datetime, user_id: UUID | None = None) -> Recovery:
    escrow = recovery.escrow
    if recovery.status == RecoveryStatus.CONFIRMED:
        balance = books.balance(chart.payable(escrow.payee_id, recovery.currency))
        from_balance = max(min(balance, recovery.amount), Money.zero(recovery.currency))
        entry = entries.recovered(
            escrow_id=escrow.id,
            reference_id=escrow.reference_id,
            payee_id=escrow.payee_id,
            recovery_id=recovery.id,
            from_balance=from_balance,
            owed=recovery.amount - from_balance,
        )
        ledger.record(entry, now=now)
    bus.publish(
        events.RecoveryEnded(recovery.id, escrow.payee_id, str(recovery.status), user_id, recovery.answer), now=now
    )
    return recovery
