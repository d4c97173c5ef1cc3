"""
Money claimed back from a freelancer for fraud, after a lost chargeback: decided by staff with reasons, open to an
appeal that somebody else of the staff answers, and only then moved.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import SYSTEM, Actor
from apps.common.money import Money
from apps.common.operations import move
from apps.escrow import entries, events, policies, queries, rules
from apps.escrow.models import Recovery
from apps.escrow.states import RECOVERY, RecoveryStatus
from apps.ledger import chart
from apps.ledger import operations as ledger
from apps.ledger.queries import books
from apps.outbox import bus
from apps.payments.queries import chargebacks


@transaction.atomic
def decide_recovery(*, chargeback_id: UUID, amount: Money, reasons: str, actor: Actor, now: datetime) -> Recovery:
    """
    Claim back what a payee got of the work of a lost chargeback, for fraud. Nothing moves before the appeal is over.

    :raises StaffOnly: :raises ReasonMissing: :raises NotLost: unless the chargeback is lost and was borne.
    :raises AlreadyDecided: if it was decided before. :raises AmountNotHeld: for more than the payee got.
    """
    chargeback = chargebacks.absorbed_chargeback(chargeback_id)
    if chargeback is None:
        raise policies.NotLost
    escrow = queries.escrow_for_update(chargeback.charge.reference_id)
    policies.check_can_decide_recovery(actor, reasons)
    policies.check_is_not_own_case(actor, escrow)
    if Recovery.objects.filter(chargeback_id=chargeback_id).exists():
        raise policies.AlreadyDecided
    most = min(queries.received(escrow), chargeback.amount)
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
    The payee objects, once, in time.

    :raises NotAllowed: unless the actor may withdraw the payee's money. :raises AppealTooLate: after `appeal_by`.
    """
    recovery = queries.recovery_for_update(recovery_id)
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
    Somebody else of the staff answers the appeal; a rejected one is carried out.

    :raises StaffOnly: :raises ReasonMissing: :raises SecondPersonNeeded: for the one who decided.
    :raises SecondPersonNotIndependent: for one whom they gave a role within a day.
    """
    recovery = queries.recovery_for_update(recovery_id)
    policies.check_can_answer_appeal(actor, recovery, reasons, now)
    policies.check_is_not_own_case(actor, recovery.escrow)
    changes = {"answered_by_id": actor.person_id, "answer": reasons.strip()[:4000], "ended_at": now}
    verb = "grant_appeal" if is_granted else "reject_appeal"
    move(recovery, RECOVERY, verb, actor=actor, now=now, changes=changes)
    return _ended(recovery, now, user_id=actor.person_id)


@transaction.atomic
def confirm_recovery(*, recovery_id: UUID, now: datetime) -> Recovery:
    """The time for an appeal is over, by the clock; nothing changes before, or where there was an appeal."""
    recovery = queries.recovery_for_update(recovery_id)
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
