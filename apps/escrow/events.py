from datetime import datetime
from uuid import UUID

from apps.outbox import bus


@bus.event("escrow.funded")
class EscrowFunded:
    escrow_id: UUID
    reference_id: UUID


@bus.event("escrow.funding_failed")
class EscrowFundingFailed:
    """The payment page closed and nothing was charged. `is_cancelled` is true if the payer cancelled."""

    escrow_id: UUID
    reference_id: UUID
    is_cancelled: bool = False


@bus.event("escrow.paid_in_vain")
class EscrowPaidInVain:
    """A duplicate payment, or a payment after cancellation, arrived. It is now the payer's credit."""

    escrow_id: UUID
    charge_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("escrow.released")
class EscrowReleased:
    """`net_minor` in `currency` became payable to the payee."""

    escrow_id: UUID
    release_id: UUID
    payee_id: UUID
    net_minor: int
    currency: str


@bus.event("escrow.refunded")
class EscrowRefunded:
    escrow_id: UUID
    refund_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("escrow.credited")
class EscrowCredited:
    """Escrowed money that could not be refunded through a charge is now the payer's credit."""

    escrow_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("escrow.goodwill_given")
class GoodwillGiven:
    """Staff refunded part of our fee to one side."""

    goodwill_id: UUID
    release_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str
    user_id: UUID
    reason: str


@bus.event("escrow.hold_ending")
class EscrowHoldEnding:
    """The legal limit for holding this money is near: release it, or it is refunded automatically."""

    escrow_id: UUID
    reference_id: UUID
    payer_id: UUID
    payee_id: UUID
    hold_until: datetime


@bus.event("escrow.hold_ended")
class EscrowHoldEnded:
    """The money went back to the payer because the legal holding limit was reached."""

    escrow_id: UUID
    reference_id: UUID


@bus.event("escrow.claimed")
class EscrowClaimed:
    """The payer's bank reversed the payment (`chargeback`) or reported fraud (`warning`). The money is blocked."""

    escrow_id: UUID
    reference_id: UUID
    payer_id: UUID
    payee_id: UUID
    claim_id: UUID
    kind: str


@bus.event("escrow.claim_ended")
class EscrowClaimEnded:
    """The bank returned the money, or staff dismissed the warning. The escrow continues as before."""

    escrow_id: UUID
    reference_id: UUID
    payer_id: UUID
    payee_id: UUID
    claim_id: UUID


@bus.event("escrow.charged_back")
class EscrowChargedBack:
    """The chargeback is lost. The payee bears `from_payee_minor` of it; `remaining_minor` is still held."""

    escrow_id: UUID
    reference_id: UUID
    payer_id: UUID
    payee_id: UUID
    chargeback_id: UUID
    amount_minor: int
    from_payee_minor: int
    currency: str
    remaining_minor: int


@bus.event("escrow.recovery_decided")
class RecoveryDecided:
    """Staff claim money back from a freelancer for fraud; `user_id` decided. The freelancer can appeal."""

    recovery_id: UUID
    payee_id: UUID
    user_id: UUID
    reasons: str


@bus.event("escrow.recovery_appealed")
class RecoveryAppealed:
    recovery_id: UUID
    payee_id: UUID


@bus.event("escrow.recovery_ended")
class RecoveryEnded:
    """The recovery was confirmed or overturned (see `status`). `user_id` answered the appeal, if there was one."""

    recovery_id: UUID
    payee_id: UUID
    status: str
    user_id: UUID | None = None
    reasons: str = ""
