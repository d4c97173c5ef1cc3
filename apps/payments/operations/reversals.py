"""Cash of a payout that came back, taken from the freelancer's account at the processor onto the platform's balance."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common.actors import Actor
from apps.common.errors import Conflict
from apps.ledger import operations as ledger
from apps.ledger import queries as ledger_queries
from apps.ledger.entries import event_key
from apps.payments import entries, policies, queries
from apps.payments.gateways.doors import door
from apps.payments.gateways.port import GatewayRefused, GatewayUnavailable, ReversalRequest
from apps.payments.models import Payout, PayoutAccount
from apps.payments.operations.charges import PaymentUnavailable
from apps.payments.states import PayoutStatus


class NothingToReverse(Conflict):
    code = "nothing_to_reverse"
    message = _("The cash of this payout does not lie on the freelancer's account at the processor.")


class ReversalRefused(Conflict):
    code = "reversal_refused"
    message = _("The processor did not give the cash back. Reason: %(reason)s")


def reverse_transfer(*, payout_id: UUID, actor: Actor, now: datetime) -> Payout:
    """
    Staff bring the cash back; what the freelancer has with us does not change, and the next payout brings its own
    transfer.

    Not atomic as a whole: the entry is written first, so that no new payout counts on this cash, then the processor is
    asked outside any transaction, with a key that is always the same. Without an answer, ask again.

    :raises OnlyStaff: for anybody else. :raises NothingToReverse: :raises ReversalRefused: for a definite no.
    :raises PaymentUnavailable: without an answer.
    """
    policies.check_is_staff(actor)
    payout, is_first = _reserve(payout_id, now)
    if payout.remote_reversal_id:
        return payout
    key = event_key("transfer.reversal", payout.id)
    request = ReversalRequest(key=key, transfer_id=payout.remote_transfer_id, amount=payout.amount)
    try:
        reversal_id = door(payout.gateway).reverse_transfer(request)
    except GatewayUnavailable as silence:
        raise PaymentUnavailable from silence
    except GatewayRefused as refusal:
        if is_first:  # a repeat may be refused because the first call did it: then somebody has to look
            _undo(payout, now)
        raise ReversalRefused(reason=refusal.message) from refusal
    payout.remote_reversal_id = reversal_id
    payout.save(update_fields=["remote_reversal_id"])
    return payout


@transaction.atomic
def _reserve(payout_id: UUID, now: datetime) -> tuple[Payout, bool]:
    payout = queries.payout_for_update(payout_id)
    if ledger_queries.journal_by_key(event_key("transfer.taken_back", payout.id)) is not None:
        return payout, False
    PayoutAccount.objects.select_for_update().get(id=payout.account_id)  # as those who accept a quote do
    came_back = payout.status in (PayoutStatus.FAILED, PayoutStatus.RETURNED)
    lies = queries.connected_available(payout.organization_id, payout.currency)
    if not came_back or not payout.remote_transfer_id or payout.went_abroad or lies < payout.amount:
        raise NothingToReverse
    entry = entries.transfer_reversed(
        payout_id=payout.id, organization_id=payout.organization_id, gateway=payout.gateway, amount=payout.amount
    )
    ledger.record(entry, now=now)
    return payout, True


@transaction.atomic
def _undo(payout: Payout, now: datetime) -> None:
    written = ledger_queries.journal_by_key(event_key("transfer.taken_back", payout.id))
    assert written is not None
    key = event_key("transfer.reversal_refused", payout.id)
    ledger.reverse(journal_id=written.id, key=key, memo=payout.number, now=now)
