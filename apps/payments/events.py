from uuid import UUID

from apps.outbox import bus


@bus.event("payments.charge_succeeded")
class ChargeSucceeded:
    """`reference_id` is the object in a higher layer that the charge pays for."""

    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    gateway: str
    amount_minor: int
    currency: str


@bus.event("payments.charge_expired")
class ChargeExpired:
    """The charge cannot be paid any more and nothing was charged. `is_cancelled` is true if the payer cancelled."""

    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    is_cancelled: bool = False


@bus.event("payments.refund_succeeded")
class RefundSucceeded:
    refund_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("payments.refund_failed")
class RefundFailed:
    refund_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("payments.chargeback_opened")
class ChargebackOpened:
    """The buyer's bank took a payment back. `reference_id` is the object in a higher layer that the charge paid for."""

    chargeback_id: UUID
    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("payments.chargeback_won")
class ChargebackWon:
    chargeback_id: UUID
    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("payments.chargeback_lost")
class ChargebackLost:
    """A subscriber in a higher layer decides who bears it; see `operations.absorb_chargeback`."""

    chargeback_id: UUID
    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str


@bus.event("payments.fraud_warned")
class FraudWarned:
    """The card's bank reports that a payment was probably fraud; no money has moved yet."""

    charge_id: UUID
    reference_id: UUID
    payer_id: UUID
    warning_id: str


@bus.event("payments.credit_sent_back")
class CreditSentBack:
    """An employer's credit is being refunded through the payment it came from."""

    refund_id: UUID
    payer_id: UUID
    amount_minor: int
    currency: str
