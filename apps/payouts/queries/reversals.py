from __future__ import annotations

from apps.payouts.models import Payout, TransferReversal
from apps.payouts.queries.wallet import connected_available
from apps.payouts.states import PayoutStatus, TransferReversalStatus

_ALIVE = [TransferReversalStatus.REQUESTED, TransferReversalStatus.SENDING, TransferReversalStatus.SUCCEEDED]


def payouts_with_cash_at_the_processor() -> list[Payout]:
    """Returned payouts whose cash is still on the freelancer's account at the processor and unused; at most 100."""
    came_back = (
        Payout.objects.filter(status__in=[PayoutStatus.FAILED, PayoutStatus.RETURNED], remote_reversal_id="")
        .exclude(remote_transfer_id="")
        .exclude(reversals__status__in=_ALIVE)
    )
    listed = came_back.select_related("organization", "account").order_by("-finished_at")[:100]
    return [
        payout
        for payout in listed
        if not payout.is_cross_border and connected_available(payout.organization_id, payout.currency) >= payout.amount
    ]


def unfinished_reversals() -> list[TransferReversal]:
    """Reversals that the processor has not answered, oldest first."""
    unanswered = [TransferReversalStatus.REQUESTED, TransferReversalStatus.SENDING]
    rows = TransferReversal.objects.filter(status__in=unanswered)
    return list(rows.select_related("payout__organization", "requested_by").order_by("requested_at"))
