"""What payments tells the areas above."""

from uuid import UUID

from apps.outbox import bus


@bus.fact("payments.charge_succeeded")
class ChargeSucceeded:
    """`reference_id` is the object above that the charge pays for."""

    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    gateway: str
    amount_minor: int
    currency: str


@bus.fact("payments.charge_expired")
class ChargeExpired:
    """Nobody can pay it any more and nothing was taken; `is_cancelled` where the payer wanted it so."""

    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    is_cancelled: bool = False


@bus.fact("payments.refund_succeeded")
class RefundSucceeded:
    refund_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.fact("payments.refund_failed")
class RefundFailed:
    refund_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.fact("payments.payout_requested")
class PayoutRequested:
    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str
    is_automatic: bool


@bus.fact("payments.payout_paid")
class PayoutPaid:
    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str


@bus.fact("payments.payout_failed")
class PayoutFailed:
    """The money is back in the freelancer's balance."""

    payout_id: UUID
    organization_id: UUID
    amount_minor: int
    currency: str
    failure_code: str


@bus.fact("payments.payout_account_changed")
class PayoutAccountChanged:
    organization_id: UUID
    last4: str


@bus.fact("payments.chargeback_opened")
class ChargebackOpened:
    """The buyer's bank took a payment back. `reference_id` is the object above that the charge paid for."""

    chargeback_id: UUID
    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.fact("payments.chargeback_won")
class ChargebackWon:
    chargeback_id: UUID
    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.fact("payments.chargeback_lost")
class ChargebackLost:
    """Somebody above has to bear it: see `operations.absorb_chargeback`."""

    chargeback_id: UUID
    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.fact("payments.fraud_warned")
class FraudWarned:
    """The card's bank says that a payment was probably fraud; no money has moved yet."""

    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    warning_id: str


@bus.fact("payments.treasury_acted")
class TreasuryActed:
    """For the log of the staff's acts."""

    act_id: UUID
    kind: str
    subject: str
    amount_minor: int
    currency: str
    user_id: UUID | None
    reason: str


@bus.fact("payments.credit_sent_back")
class CreditSentBack:
    """An employer's credit is on its way back through the payment it came from."""

    refund_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.fact("payments.reconciliation_differed")
class ReconciliationDiffered:
    """Differences that nothing explained were put aside: staff have to look."""

    run_id: UUID
    gateway: str
    items: int


@bus.fact("payments.suspense_resolved")
class SuspenseResolved:
    """For the log of the staff's acts: who proposed the booking, and who confirmed it."""

    item_id: UUID
    number: str
    amount_minor: int
    currency: str
    target: str
    proposed_by_id: UUID
    confirmed_by_id: UUID
    reason: str


@bus.fact("payments.cash_short")
class CashShort:
    """A door held too little for a withdrawal, for the first time that day: staff have to move cash there."""

    shortage_id: UUID
    gateway: str
    missing_minor: int
    currency: str


@bus.fact("payments.cash_move_agreed")
class CashMoveAgreed:
    """For the log of the staff's acts: who wanted cash moved between two doors, and who agreed."""

    move_id: UUID
    number: str
    source: str
    target: str
    amount_minor: int
    currency: str
    proposed_by_id: UUID
    agreed_by_id: UUID
    reason: str


@bus.fact("payments.paused_or_resumed")
class PaymentsPausedOrResumed:
    """`what`: pause, resume, resolve_unbooked. `user_id` is None for the system and for commands."""

    pause_id: UUID
    what: str
    user_id: UUID | None
    reason: str
