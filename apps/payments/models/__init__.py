"""The documents of money: what was asked, sent and answered. The books themselves are `apps.ledger`."""

from apps.payments.models.bank import BankFile, BankOrder, BankRecipient, BankStatement, BankStatementLine
from apps.payments.models.chargebacks import Chargeback
from apps.payments.models.charges import Charge, PaymentMethod, Refund
from apps.payments.models.pauses import GatewayCheck, PaymentPause, UnbookedObject
from apps.payments.models.payouts import FxQuote, Payout, PayoutAccount, TransferReversal
from apps.payments.models.reconciliation import BookLine, ProcessorLine, ReconciliationRun, SuspenseItem
from apps.payments.models.traffic import Attempt, WebhookEvent
from apps.payments.models.treasury import CashMove, CashShortage, TopUp, TreasuryAct

__all__ = [
    "Attempt",
    "BankFile",
    "BankOrder",
    "BankRecipient",
    "BankStatement",
    "BankStatementLine",
    "BookLine",
    "CashMove",
    "CashShortage",
    "Charge",
    "Chargeback",
    "FxQuote",
    "GatewayCheck",
    "PaymentMethod",
    "PaymentPause",
    "Payout",
    "PayoutAccount",
    "ProcessorLine",
    "ReconciliationRun",
    "Refund",
    "SuspenseItem",
    "TopUp",
    "TransferReversal",
    "TreasuryAct",
    "UnbookedObject",
    "WebhookEvent",
]
