"""Labels of events and accounts, for display."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.common.money import Money
from apps.ledger.entries import Line
from apps.ledger.models import JournalEntry

register = template.Library()

EVENTS: dict[str, str | Promise] = {
    "charge.processor_fee": _("Fee of the payment processor"),
    "escrow.funded": _("Payment held"),
    "escrow.paid_in_vain": _("Payment kept as credit"),
    "escrow.released": _("Released to the freelancer"),
    "escrow.auto_released": _("Released by the end of the review window"),
    "escrow.funded_from_credit": _("Paid from credit"),
    "escrow.credit_reserved": _("Credit set aside for a payment"),
    "dispute.opened": _("Frozen by a dispute"),
    "dispute.withdrawn": _("Dispute withdrawn"),
    "dispute.split": _("Split after a dispute"),
    "goodwill.given": _("A part of our fee given back"),
    "credit.refunded": _("Credit sent back"),
    "transfer.taken_back": _("Cash taken back from the processor"),
    "tax.remitted": _("Tax remitted"),
    "platform.swept": _("Own money moved to the bank"),
    "reserve.provisioned": _("Reserved for chargebacks"),
    "platform.topped_up": _("Own money brought to the processor"),
    "cash.left": _("Left one of our accounts for another"),
    "cash.arrived": _("Arrived from another of our accounts"),
    "processor.fee": _("Fee of the payment processor"),
    "suspense.opened": _("In suspense until somebody has looked"),
    "suspense.resolved": _("Assigned after somebody has looked"),
    "refund.reserved": _("Refund reserved"),
    "refund.succeeded": _("Refund paid"),
    "refund.failed": _("Refund came back"),
    "chargeback.withdrawn": _("Taken back by the payer's bank"),
    "chargeback.reinstated": _("Given back by the payer's bank"),
    "chargeback.absorbed": _("Borne after a lost chargeback"),
    "recovery.confirmed": _("Claimed back for fraud"),
    "payout.requested": _("Withdrawal"),
    "payout.transferred": _("Sent to the payment processor"),
    "payout.paid": _("Arrived at the bank"),
    "payout.failed": _("Withdrawal came back"),
}
_ACCOUNTS: list[tuple[str, str | Promise]] = [
    ("clearing:connected:", _("Freelancer's account at the processor")),
    ("clearing:transit:", _("On its way between our accounts")),
    ("clearing:", _("Our account at the processor")),
    ("escrow:", _("Held for the work")),
    ("deferred_fee:", _("Employer's fee, not yet earned")),
    ("payable:", _("Freelancer's balance")),
    ("transit:payout:", _("Withdrawal on its way")),
    ("transit:refund:", _("Refund on its way")),
    ("credit:employer:", _("Employer's credit")),
    ("hold:dispute:", _("Frozen by a dispute")),
    ("receivable:chargeback:", _("Claimed from the payer's bank")),
    ("receivable:freelancer:", _("Owed back by the freelancer")),
    ("reserve:chargeback", _("Reserve for chargebacks")),
    ("expense:chargeback", _("Marketplace's cost: chargebacks")),
    ("revenue:commission", _("Marketplace's commission")),
    ("revenue:employer_fee", _("Marketplace's fee")),
    ("revenue:fx_margin", _("Marketplace's exchange margin")),
    ("expense:processor", _("Marketplace's cost: processor")),
    ("fx:position", _("Currency exchange")),
    ("fx:gain_loss", _("Exchange difference")),
    ("bank", _("Marketplace's bank account")),
    ("equity:operator", _("Operator's own capital")),
    ("suspense", _("Not yet assigned")),
]
_OF_COUNTRY: list[tuple[str, str | Promise]] = [
    ("tax_withheld:", _("Tax kept back for %(country)s")),
    ("tax_collected:", _("Tax collected for %(country)s")),
]


@register.filter
def event_label(event: str) -> str:
    """The label of an event; a reversal is shown as undone."""
    plain = event.removesuffix(".reversed")
    label = str(EVENTS.get(plain, plain))
    return str(_("Undone: %(what)s") % {"what": label}) if plain != event else label


SENTENCES: dict[str, str | Promise] = {
    "escrow.funded": _("The employer’s payment arrived and is held."),
    "escrow.paid_in_vain": _("The payment arrived when it was no longer needed, and became credit of the employer."),
    "escrow.released": _("Held money was released to the freelancer, less our commission."),
    "escrow.auto_released": _(
        "The review window ended without an answer, so held money was released to the freelancer."
    ),
    "escrow.funded_from_credit": _("The employer’s credit paid, and the amount is held."),
    "escrow.credit_reserved": _("A part of the employer’s credit was reserved for this payment."),
    "dispute.opened": _("A dispute froze the held money."),
    "dispute.withdrawn": _("The dispute was withdrawn; the money is held as before."),
    "dispute.split": _("The money was split as the dispute ended."),
    "goodwill.given": _("We gave a part of our fee back."),
    "credit.refunded": _("Credit was sent back to the employer."),
    "refund.reserved": _("A refund to the employer was started."),
    "refund.succeeded": _("The refund reached the employer."),
    "refund.failed": _("The refund did not arrive and came back to us."),
    "chargeback.withdrawn": _("The employer’s bank took the payment back."),
    "chargeback.reinstated": _("The employer’s bank gave the payment back."),
    "chargeback.absorbed": _("The bank decided against us, and we bore the loss."),
    "recovery.confirmed": _("What a chargeback took was claimed back from the freelancer."),
    "payout.requested": _("A withdrawal was requested; the amount left the balance."),
    "payout.transferred": _("The withdrawal was sent to the payment processor."),
    "payout.paid": _("The withdrawal arrived at the bank."),
    "payout.failed": _("The withdrawal did not arrive; the amount is in the balance again."),
}
"""What people read first. Entries about our own costs and accounts are only in the accounting view."""


@register.filter
def with_sentences(entries: Iterable[JournalEntry]) -> list[JournalEntry]:
    """The entries that concern the two sides, in their order."""
    return [entry for entry in entries if entry.event.removesuffix(".reversed") in SENTENCES]


@register.filter
def event_sentence(event: str) -> str:
    """What happened, as a sentence; a reversal is shown as undone."""
    plain = event.removesuffix(".reversed")
    sentence = str(SENTENCES.get(plain, plain))
    return str(_("Undone: %(what)s") % {"what": sentence}) if plain != event else sentence


@register.filter
def account_label(code: str) -> str:
    """The label of an account, or its code if it has none."""
    for prefix, words in _OF_COUNTRY:
        if code.startswith(prefix):
            return str(words % {"country": fmt.country_name(code.removeprefix(prefix))})
    return next((str(words) for prefix, words in _ACCOUNTS if code.startswith(prefix)), code)


@register.filter
def debit(line: Line) -> Money | None:
    return Money(line.amount_minor, line.account.currency) if line.amount_minor > 0 else None


@register.filter
def credit(line: Line) -> Money | None:
    return Money(-line.amount_minor, line.account.currency) if line.amount_minor < 0 else None
