from uuid import UUID

from apps.outbox import bus


@bus.fact("payouts.payout_requested")
class PayoutRequested:
    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str
    is_automatic: bool


@bus.fact("payouts.payout_paid")
class PayoutPaid:
    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str


@bus.fact("payouts.payout_failed")
class PayoutFailed:
    """The money is back in the freelancer's balance."""

    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str
    failure_code: str


@bus.fact("payouts.payout_account_changed")
class PayoutAccountChanged:
    organization_id: UUID
    last4: str


@bus.fact("payouts.cash_short")
class CashShort:
    """A door held too little for a withdrawal, for the first time that day: staff have to move cash there."""

    shortage_id: UUID
    gateway: str
    missing_minor: int
    currency: str
