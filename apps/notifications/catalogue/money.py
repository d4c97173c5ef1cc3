"""Payments, refunds, payouts, chargebacks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.notifications.catalogue.kinds import Group, Kind

KINDS: dict[str, Kind] = {
    "recovery_decided": Kind(
        Group.MONEY,
        _("Our staff decided to claim back %(amount)s for fraud"),
        _("For “%(memo)s”. Read the reasons. You can appeal until %(appeal_by)s; nothing moves before."),
        "gavel",
    ),
    "recovery_appealed": Kind(
        Group.MONEY,
        _("Your appeal about %(amount)s was received"),
        _("For “%(memo)s”. Somebody else of our staff looks at it."),
        "gavel",
    ),
    "recovery_confirmed": Kind(
        Group.MONEY,
        _("%(amount)s was claimed back"),
        _("For “%(memo)s”. Read the decision and its reasons."),
        "gavel",
    ),
    "recovery_overturned": Kind(
        Group.MONEY,
        _("Your appeal was right: nothing is claimed back"),
        _("For “%(memo)s”: %(amount)s stay yours."),
        "circle-check",
    ),
    "paid_in_vain": Kind(
        Group.MONEY,
        _("%(amount)s arrived a second time or too late"),
        _("It is for “%(memo)s”, which needs it no more. It is your credit: use it, or have it refunded."),
        "wallet",
    ),
    # spending
    "approval_requested": Kind(
        Group.MONEY,
        _("%(who)s asks you to approve a payment of %(amount)s"),
        _("For “%(memo)s”. Your organization wants a second person to agree."),
        "users",
    ),
    "approval_granted": Kind(
        Group.MONEY,
        _("%(who)s approved the payment of %(amount)s"),
        _("For “%(memo)s”. It can be paid now."),
        "circle-check",
    ),
    "approval_refused": Kind(
        Group.MONEY,
        _("%(who)s refused the payment of %(amount)s"),
        _("For “%(memo)s”. The reason: %(text)s"),
        "circle-x",
    ),
    # money
    "escrow_credited": Kind(
        Group.MONEY,
        _("%(amount)s is kept as your credit"),
        _("For %(memo)s. Use it for the next milestone, or have it sent back."),
        "wallet",
    ),
    "goodwill_given": Kind(
        Group.MONEY,
        _("We gave %(amount)s of our fee back to you"),
        _("For %(memo)s. Reason: %(reason)s"),
        "wallet",
    ),
    "funds_released": Kind(
        Group.MONEY, _("%(amount)s is ready to withdraw"), _("For %(memo)s, after the fee."), "wallet"
    ),
    "escrow_refunded": Kind(
        Group.MONEY, _("%(amount)s goes back to you"), _("For %(memo)s. It is on its way."), "rotate-ccw"
    ),
    "hold_ending": Kind(
        Group.MONEY,
        _("The money for %(memo)s can only be held until %(hold_until)s"),
        _("The law limits how long. Approve the work before, or the money goes back automatically."),
        "alarm-clock",
    ),
    "hold_ended": Kind(
        Group.MONEY,
        _("The money for %(memo)s could not be held any longer"),
        _("It goes back to the employer automatically. The milestone can be funded again."),
        "alarm-clock",
    ),
    "money_claimed": Kind(
        Group.MONEY,
        _("A bank has taken the payment for %(memo)s back"),
        _("The money stays where it is until that is decided. Our staff answers the bank; you need not do anything."),
        "alarm-clock",
    ),
    "payment_taken_back": Kind(
        Group.MONEY,
        _("Your bank has taken the payment for %(memo)s back"),
        _(
            "Until your bank has decided, nothing that is held for it moves. If you did not mean to take it back, tell "
            "your bank."
        ),
        "alarm-clock",
    ),
    "chargeback_won_by_payer": Kind(
        Group.MONEY,
        _("Your bank keeps the payment for %(memo)s"),
        _("%(amount)s is with you again. What was released for approved work stays the freelancer’s."),
        "circle-alert",
    ),
    "money_doubted": Kind(
        Group.MONEY,
        _("A bank warns of fraud in the payment for %(memo)s"),
        _("The money stays where it is while we look into it. Nothing was taken."),
        "alarm-clock",
    ),
    "claim_ended": Kind(
        Group.MONEY,
        _("The payment for %(memo)s stands"),
        _("It was decided for it: everything goes on as before."),
        "circle-check",
    ),
    "charged_back": Kind(
        Group.MONEY,
        _("The payment for %(memo)s is lost to the payer's bank"),
        _("%(amount)s went back to the payer. Your part of it: %(borne)s. The statement shows every entry."),
        "circle-alert",
    ),
    "chargeback_due": Kind(
        Group.MONEY,
        _("Chargeback %(number)s: evidence is due"),
        _("%(who)s, %(amount)s. Read the evidence and hand it in before the deadline."),
        "alarm-clock",
    ),
    "refund_succeeded": Kind(
        Group.MONEY,
        _("%(amount)s was refunded"),
        _("It is back with the bank or card that you paid with."),
        "rotate-ccw",
    ),
    "refund_failed": Kind(
        Group.MONEY,
        _("A refund of %(amount)s did not go through"),
        _("We are looking into it. Nothing is lost."),
        "circle-alert",
    ),
    "payout_paid": Kind(
        Group.MONEY, _("%(amount)s was paid to your bank"), _("Your statement shows every entry behind it."), "landmark"
    ),
    "payout_failed": Kind(
        Group.MONEY,
        _("A payout of %(amount)s came back"),
        _("The money is in your balance again. Check where you are paid, then try again."),
        "circle-alert",
    ),
    "books_differ": Kind(
        Group.MONEY,
        _("The books of %(gateway)s and ours differ"),
        _("New differences: %(count)s. They are in suspense until two people have said where they belong."),
        "scale",
    ),
    "liquidity_short": Kind(
        Group.MONEY,
        _("%(gateway)s holds too little"),
        _("A withdrawal was refused: %(amount)s are missing there. Move cash to it; nobody's balance has changed."),
        "landmark",
    ),
}
