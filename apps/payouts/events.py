from uuid import UUID

from apps.outbox import bus


@bus.event("payouts.payout_requested")
class PayoutRequested:
    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str
    is_automatic: bool


@bus.event("payouts.payout_paid")
class PayoutPaid:
    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str


@bus.event("payouts.payout_failed")
class PayoutFailed:
    """The payout failed; the money is back in the freelancer's balance."""

    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str
    failure_code: str


@bus.event("payouts.payout_account_changed")
class PayoutAccountChanged:
    organization_id: UUID
    last4: str


@bus.event("payouts.liquidity_short")
class LiquidityShort:
    """A gateway's balance is too low for a withdrawal, for the first time that day: staff have to move cash there."""

    liquidity_shortage_id: UUID
    gateway: str
    missing_minor: int
    currency: str
