"""Move the cash of a returned payout from the freelancer's account at the processor back to the platform's balance."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict
from apps.common.operations import move
from apps.gateways import policies
from apps.gateways.protocols.transfers import Reversal
from apps.ledger import operations as ledger
from apps.payouts import entries
from apps.payouts.models import PayoutAccount, TransferReversal
from apps.payouts.queries import payouts, wallet
from apps.payouts.states import TRANSFER_REVERSAL, PayoutStatus, TransferReversalStatus


class NothingToReverse(Conflict):
    code = "nothing_to_reverse"
    message = _("The cash of this payout is not on the freelancer's account at the processor.")


@transaction.atomic
def request_reversal(*, payout_id: UUID, actor: Actor, now: datetime) -> TransferReversal:
    """
    Staff request the cash. The freelancer's balance with us does not change; the next payout makes its own transfer.
    From now on no payout counts on this cash (`queries.connected_available`). The dispatch job sends the request; the
    journal entry is recorded when the processor answers, with the processor's amount. While a reversal is open or done,
    calling it again returns the same one.

    :raises OnlyStaff: unless the actor is staff.
    :raises NothingToReverse: if the cash is not on the freelancer's account at the processor.
    """
    policies.check_is_staff(actor)
    payout = payouts.payout_for_update(payout_id)
    alive = payout.reversals.exclude(status=TransferReversalStatus.FAILED).first()
    if alive is not None:
        return alive
    PayoutAccount.objects.select_for_update().get(id=payout.account_id)  # the same lock that accepting a quote takes
    came_back = payout.status in (PayoutStatus.FAILED, PayoutStatus.RETURNED)
    lies = wallet.connected_available(payout.organization_id, payout.currency)
    was_done = payout.remote_reversal_id != ""
    if not came_back or was_done or not payout.remote_transfer_id or payout.is_cross_border or lies < payout.amount:
        raise NothingToReverse
    return TransferReversal.objects.create(
        payout=payout, requested_by_id=actor.person_id, requested_at=now, next_attempt_at=now
    )


@transaction.atomic
def reversal_answered(*, reversal_id: UUID, answer: Reversal, now: datetime) -> TransferReversal:
    """Record that the processor reversed the transfer. Calling it twice changes nothing."""
    for_update = _for_update(reversal_id)
    if for_update.status == TransferReversalStatus.SENDING:
        changes = {"remote_id": answer.remote_id, "finished_at": now, "lease_until": None}
        move(for_update, TRANSFER_REVERSAL, "succeed", actor=SYSTEM, now=now, changes=changes)
        payout = for_update.payout
        payout.remote_reversal_id = answer.remote_id
        payout.save(update_fields=["remote_reversal_id"])
        entry = entries.transfer_reversed(
            reversal_id=for_update.id,
            payout_id=payout.id,
            organization_id=payout.organization_id,
            gateway=payout.gateway,
            amount=payout.amount,
            credited=answer.credited,
        )
        ledger.record(entry, now=now)
    return for_update


@transaction.atomic
def reversal_refused(*, reversal_id: UUID, failure_code: str, now: datetime) -> TransferReversal:
    """Record a rejection: the cash is where it was, and can be requested again with another key."""
    for_update = _for_update(reversal_id)
    if for_update.status == TransferReversalStatus.SENDING:
        changes = {"failure_code": failure_code[:60], "finished_at": now, "lease_until": None}
        move(for_update, TRANSFER_REVERSAL, "fail", actor=SYSTEM, now=now, changes=changes)
    return for_update


def _for_update(reversal_id: UUID) -> TransferReversal:
    return TransferReversal.objects.select_for_update(of=("self",)).select_related("payout").get(id=reversal_id)
