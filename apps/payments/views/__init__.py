"""Pages of money: what there is and where it went (`money`), where one is paid (`recipients`), the staff's desk."""

from apps.payments.views.bank import bank, bank_export, bank_file, bank_order, bank_transfer
from apps.payments.views.cash import cash_move, cash_moves
from apps.payments.views.chargebacks import chargeback, chargebacks
from apps.payments.views.money import (
    accept,
    cancel_charge,
    charge,
    charges,
    entry,
    payout,
    payouts,
    quote,
    statement_csv,
    wallet,
    withdraw,
)
from apps.payments.views.pauses import pause
from apps.payments.views.recipients import account, account_by, account_continue, account_return, automatic
from apps.payments.views.reconciliation import reconcile_now, reconciliation, suspense
from apps.payments.views.treasury import credit, reverse_transfer, treasury, treasury_act

__all__ = [
    "accept",
    "account",
    "account_by",
    "account_continue",
    "account_return",
    "automatic",
    "bank",
    "bank_export",
    "bank_file",
    "bank_order",
    "bank_transfer",
    "cancel_charge",
    "cash_move",
    "cash_moves",
    "charge",
    "chargeback",
    "chargebacks",
    "charges",
    "credit",
    "entry",
    "pause",
    "payout",
    "payouts",
    "quote",
    "reconcile_now",
    "reconciliation",
    "reverse_transfer",
    "statement_csv",
    "suspense",
    "treasury",
    "treasury_act",
    "wallet",
    "withdraw",
]
