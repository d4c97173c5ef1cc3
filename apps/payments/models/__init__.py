"""Imports the models so that Django registers them."""

from apps.payments.models.attempts import RefundAttempt
from apps.payments.models.chargebacks import Chargeback
from apps.payments.models.charges import Charge, Refund
from apps.payments.models.methods import PaymentMethod

__all__ = [
    "Charge",
    "Chargeback",
    "PaymentMethod",
    "Refund",
    "RefundAttempt",
]
