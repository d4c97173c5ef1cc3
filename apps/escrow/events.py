from datetime import datetime
from uuid import UUID

from apps.outbox import bus


@bus.event("escrow.funded")
class EscrowFunded:
    escrow_id: UUID
    reference_id: UUID


@bus.event("escrow.funding_failed")
class EscrowFundingFailed:
    """The payment page has closed and nothing was taken; `is_cancelled` where the payer wanted it so."""

    escrow_id: UUID
    reference_id: UUID
    is_cancelled: bool = False


@bus.event("escrow.paid_in_vain")
class EscrowPaidInVain:
    """Money came a second time, or after the work was cancelled: it is the payer's credit now."""

    escrow_id: UUID
    charge_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("escrow.released")
class EscrowReleased:
    """`net_minor` of `currency` became payable to the payee."""

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
    """Held money that could not go back through a charge is kept as the payer's credit."""

    escrow_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("escrow.goodwill_given")
class GoodwillGiven:
    """Staff gave a part of our fee back to one side."""

    goodwill_id: UUID
    release_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str
    user_id: UUID
    reason: str


@bus.event("escrow.hold_ending")
class EscrowHoldEnding:
    """The law's limit for holding this money is near: it must be released or goes back on its own."""

    escrow_id: UUID
    reference_id: UUID
    payer_id: UUID
    payee_id: UUID
    hold_until: datetime


@bus.event("escrow.hold_ended")
class EscrowHoldEnded:
    """The money went back to the payer because it could not be held any longer."""

    escrow_id: UUID
    reference_id: UUID


@bus.event("escrow.claimed")
class EscrowClaimed:
    """The payer's bank took the payment back (`chargeback`) or warns of fraud (`warning`): nothing leaves."""

    escrow_id: UUID
    reference_id: UUID
    payer_id: UUID
    payee_id: UUID
    claim_id: UUID
    kind: str


@bus.event("escrow.claim_ended")
class EscrowClaimEnded:
    """The bank gave the money back, or staff dismissed a warning: everything is as before."""

    escrow_id: UUID
    reference_id: UUID
    payer_id: UUID
    payee_id: UUID
    claim_id: UUID


@bus.event("escrow.charged_back")
class EscrowChargedBack:
    """The money is gone: `from_payee_minor` of it bears the payee, `remaining_minor` is still held."""

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
    """Staff claim money back from a freelancer for fraud; `user_id` decided. It can be appealed."""

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
    """Confirmed or overturned, `status` says which; `user_id` answered the appeal, if there was one."""

    recovery_id: UUID
    payee_id: UUID
    status: str
    user_id: UUID | None = None
    reasons: str = ""
