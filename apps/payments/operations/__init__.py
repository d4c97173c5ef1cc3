"""What can be done with money in and out. Functions that call a processor say so: they are not atomic as a whole."""

from apps.payments.operations.accounts import (
    BankAccountRefused,
    onboarding_page,
    refresh_onboarding,
    set_automatic,
    set_payout_account,
    start_onboarding,
)
from apps.payments.operations.automatic import batch_payables
from apps.payments.operations.bank import end_order, export_orders, import_statement
from apps.payments.operations.chargebacks import (
    EvidenceRefused,
    PaymentUnknown,
    absorb_chargeback,
    refresh_chargeback,
    submit_evidence,
)
from apps.payments.operations.charges import (
    AmountDiffers,
    PaymentRefused,
    PaymentUnavailable,
    create_charge,
    open_checkout,
    open_checkout_somewhere,
    refresh_charge,
    settle_charge,
)
from apps.payments.operations.methods import load_payment_methods
from apps.payments.operations.notices import (
    handle_notices,
    poll_events,
    receive_notice,
    refresh,
    refresh_payout,
    refresh_refund,
    refresh_stale,
)
from apps.payments.operations.payouts import (
    accept_quote,
    payout_answered,
    payout_refused,
    payout_transferred,
    quote_payout,
    request_payout,
)
from apps.payments.operations.reconciliation import (
    balance_at_all_doors,
    balance_at_processor,
    compare_balances,
    reconcile,
)
from apps.payments.operations.refunds import (
    MoreThanCharged,
    NothingToSendBack,
    refund_answered,
    refund_refused,
    request_refund,
    send_credit_back,
)
from apps.payments.operations.reversals import NothingToReverse, ReversalRefused, reverse_transfer
from apps.payments.operations.settlement import claim_payout, claim_refund, send_payout, send_refund, settle_due
from apps.payments.operations.suspense import SamePerson, confirm_booking, propose_booking, reject_booking
from apps.payments.operations.top_ups import TopUpRefused, refresh_top_ups, top_up, top_up_answered
from apps.payments.operations.treasury import act, keep_reserve, movable

__all__ = [
    "AmountDiffers",
    "BankAccountRefused",
    "EvidenceRefused",
    "MoreThanCharged",
    "NothingToReverse",
    "NothingToSendBack",
    "PaymentRefused",
    "PaymentUnavailable",
    "PaymentUnknown",
    "ReversalRefused",
    "SamePerson",
    "TopUpRefused",
    "absorb_chargeback",
    "accept_quote",
    "act",
    "balance_at_all_doors",
    "balance_at_processor",
    "batch_payables",
    "claim_payout",
    "claim_refund",
    "compare_balances",
    "confirm_booking",
    "create_charge",
    "end_order",
    "export_orders",
    "handle_notices",
    "import_statement",
    "keep_reserve",
    "load_payment_methods",
    "movable",
    "onboarding_page",
    "open_checkout",
    "open_checkout_somewhere",
    "payout_answered",
    "payout_refused",
    "payout_transferred",
    "poll_events",
    "propose_booking",
    "quote_payout",
    "receive_notice",
    "reconcile",
    "refresh",
    "refresh_charge",
    "refresh_chargeback",
    "refresh_onboarding",
    "refresh_payout",
    "refresh_refund",
    "refresh_stale",
    "refresh_top_ups",
    "refund_answered",
    "refund_refused",
    "reject_booking",
    "request_payout",
    "request_refund",
    "reverse_transfer",
    "send_credit_back",
    "send_payout",
    "send_refund",
    "set_automatic",
    "set_payout_account",
    "settle_charge",
    "settle_due",
    "start_onboarding",
    "submit_evidence",
    "top_up",
    "top_up_answered",
]
