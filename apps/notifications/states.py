"""Which kinds of notification there are, in which group a person switches them, and what they say."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

Text = str | Promise


class Group(models.TextChoices):
    TASKS = "tasks", _("Tasks to find")
    BIDS = "bids", _("Bids")
    CONTRACTS = "contracts", _("Contracts")
    MONEY = "money", _("Money")
    MESSAGES = "messages", _("Messages")
    REVIEWS = "reviews", _("Reviews")
    ACCOUNT = "account", _("Account and safety")


class Pace(models.TextChoices):
    OFF = "off", _("Never")
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")


GROUP_SAYS: dict[str, Text] = {
    Group.TASKS: _("Tasks that suit you, people who suit your tasks, invitations, addenda, questions and answers"),
    Group.BIDS: _("Bids on your tasks, and what becomes of your own"),
    Group.CONTRACTS: _("Offers, deliveries, revisions, approvals, deadlines"),
    Group.MONEY: _("Payments, refunds and payouts"),
    Group.MESSAGES: _("What the other side of a contract writes"),
    Group.REVIEWS: _("Reviews of you, and replies"),
    Group.ACCOUNT: _("What changes who may act or where money goes; this cannot be switched off"),
}
DEFAULT_PACE: dict[str, Pace] = {str(group): Pace.AT_ONCE for group in Group} | {str(Group.TASKS): Pace.DAILY}
MANDATORY = frozenset({Group.ACCOUNT})


@dataclass(frozen=True)
class Kind:
    """
    :param title: one line; `body`: one or two sentences. Placeholders name the notification's params.
    :param icon: of the design system.
    """

    group: Group
    title: Text
    body: Text
    icon: str = "bell"


KINDS: dict[str, Kind] = {
    # tasks
    "task_suits": Kind(
        Group.TASKS,
        _("A task that suits you: “%(task)s”"),
        _("The budget is %(budget)s. Bidding closes on %(closes_at)s."),
        "sparkles",
    ),
    "people_suit": Kind(
        Group.TASKS,
        _("Freelancers who suit “%(task)s”"),
        _("%(who)s. You have invited nobody yet: an invitation costs nothing, and they may decline."),
        "users",
    ),
    "task_invitation": Kind(
        Group.TASKS,
        _("%(who)s invites you to bid on “%(task)s”"),
        _("Bidding closes on %(closes_at)s."),
        "mail",
    ),
    "task_addendum": Kind(Group.TASKS, _("“%(task)s” was amended"), _("The employer added: %(text)s"), "pencil"),
    "question_asked": Kind(Group.TASKS, _("%(who)s asks about “%(task)s”"), _("%(text)s"), "message-circle"),
    "question_answered": Kind(
        Group.TASKS, _("A question about “%(task)s” was answered"), _("%(text)s"), "message-circle"
    ),
    "bidding_closed": Kind(
        Group.BIDS,
        _("Bidding on “%(task)s” is over"),
        ngettext_lazy(
            "%(count)s bid came in. Choose before %(decision_at)s.",
            "%(count)s bids came in. Choose before %(decision_at)s.",
            "count",
        ),
        "hourglass",
    ),
    "task_expired": Kind(
        Group.BIDS,
        _("“%(task)s” closed automatically"),
        _("The decision deadline passed without an award. You can post the task again."),
        "hourglass",
    ),
    "task_ended": Kind(
        Group.BIDS, _("“%(task)s” ended without an award"), _("The employer closed or cancelled it."), "circle-x"
    ),
    # bids
    "bid_received": Kind(
        Group.BIDS,
        _("%(who)s bids on “%(task)s”"),
        ngettext_lazy(
            "%(amount)s, delivered within %(days)s day.", "%(amount)s, delivered within %(days)s days.", "days"
        ),
        "hand-coins",
    ),
    "bid_received_sealed": Kind(
        Group.BIDS,
        _("A sealed bid came in on “%(task)s”"),
        _("Nobody can read it until bidding closes on %(closes_at)s."),
        "lock",
    ),
    "bid_shortlisted": Kind(
        Group.BIDS,
        _("Your bid on “%(task)s” is on the shortlist"),
        _("The employer keeps it in the closer choice."),
        "star",
    ),
    "bid_declined": Kind(Group.BIDS, _("Your bid on “%(task)s” was declined"), _("Reason: %(reason)s."), "circle-x"),
    "bid_not_taken": Kind(
        Group.BIDS,
        _("Your bid on “%(task)s” was not taken"),
        _("Another bid was taken, or the task ended. Thank you for the effort you made."),
        "circle-x",
    ),
    # contracts
    "contract_offered": Kind(
        Group.CONTRACTS,
        _("%(who)s offers you a contract: “%(contract)s”"),
        _("It is about %(amount)s. Answer before %(respond_by)s."),
        "handshake",
    ),
    "contract_accepted": Kind(
        Group.CONTRACTS,
        _("%(who)s accepted “%(contract)s”"),
        _("Fund the first milestone so that work can start."),
        "handshake",
    ),
    "offer_declined": Kind(
        Group.CONTRACTS,
        _("%(who)s declined “%(contract)s”"),
        _("The task is open to your choice again."),
        "circle-x",
    ),
    "offer_lapsed": Kind(
        Group.CONTRACTS,
        _("The offer of “%(contract)s” was not answered in time"),
        _("The offer has ended."),
        "hourglass",
    ),
    "offer_taken_back": Kind(
        Group.CONTRACTS, _("The offer of “%(contract)s” was withdrawn"), _("The offer has ended."), "undo-2"
    ),
    "milestone_funded": Kind(
        Group.CONTRACTS,
        _("“%(milestone)s” is funded: you can start"),
        _("%(amount)s is held safely until the work is approved."),
        "shield-check",
    ),
    "milestone_payment_failed": Kind(
        Group.CONTRACTS,
        _("The payment for “%(milestone)s” did not go through"),
        _("Nothing was taken. Try again, perhaps with another way of paying."),
        "circle-alert",
    ),
    "work_delivered": Kind(
        Group.CONTRACTS,
        _("%(who)s delivered “%(milestone)s”"),
        _("Approve it or ask for a revision before %(review_due_at)s; after that it is approved automatically."),
        "package",
    ),
    "revision_requested": Kind(
        Group.CONTRACTS, _("%(who)s asks for a revision of “%(milestone)s”"), _("%(text)s"), "refresh-cw"
    ),
    "milestone_approved": Kind(
        Group.CONTRACTS, _("“%(milestone)s” was approved"), _("%(amount)s is released to you."), "circle-check"
    ),
    "milestone_part_approved": Kind(
        Group.CONTRACTS,
        _("A part of “%(milestone)s” was approved"),
        _("%(amount)s is released to you."),
        "circle-check",
    ),
    "milestone_approved_by_clock": Kind(
        Group.CONTRACTS,
        _("“%(milestone)s” was approved automatically"),
        _("The review window ended without an answer, so %(amount)s was released."),
        "circle-check",
    ),
    "review_reminder": Kind(
        Group.CONTRACTS,
        _("“%(milestone)s” is ready for your review"),
        ngettext_lazy(
            "%(days)s day is left. After that it is approved automatically and the money is released.",
            "%(days)s days are left. After that it is approved automatically and the money is released.",
            "days",
        ),
        "alarm-clock",
    ),
    "milestone_overdue_to_freelancer": Kind(
        Group.CONTRACTS,
        _("“%(milestone)s” is overdue"),
        _("It was due on %(due_at)s. Deliver it, or write to %(who)s when it will come. The money stays held."),
        "alarm-clock",
    ),
    "milestone_overdue_to_employer": Kind(
        Group.CONTRACTS,
        _("“%(milestone)s” is overdue"),
        _(
            "It was due on %(due_at)s and %(who)s has not delivered. The money stays held: write to them, "
            "or propose to stop."
        ),
        "alarm-clock",
    ),
    "cancellation_proposed": Kind(
        Group.CONTRACTS,
        _("%(who)s proposes to stop “%(contract)s”"),
        _("Look at the proposed split of the held money and accept or decline."),
        "ban",
    ),
    "cancellation_accepted": Kind(
        Group.CONTRACTS,
        _("%(who)s agreed to stop “%(contract)s”"),
        _("The held money is split as proposed."),
        "check",
    ),
    "cancellation_declined": Kind(
        Group.CONTRACTS, _("%(who)s did not agree to stop “%(contract)s”"), _("Work goes on."), "x"
    ),
    "contract_completed": Kind(
        Group.CONTRACTS,
        _("“%(contract)s” is completed"),
        _("Review %(who)s: both reviews are shown when both are in."),
        "award",
    ),
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
    "contract_ended_early": Kind(
        Group.CONTRACTS,
        _("“%(contract)s” ended early by agreement"),
        _("Every milestone that was funded was paid: %(freelancer)s before fees. You can review %(who)s."),
        "award",
    ),
    "contract_split": Kind(
        Group.CONTRACTS,
        _("“%(contract)s” has ended; the money was split"),
        _(
            "%(freelancer)s went to the freelancer, before fees, and %(employer)s back to the employer. "
            "You can review %(who)s."
        ),
        "scale",
    ),
    "contract_refunded": Kind(
        Group.CONTRACTS,
        _("“%(contract)s” has ended; the money was refunded"),
        _("%(employer)s went back to the employer. You can review %(who)s."),
        "undo-2",
    ),
    "contract_cancelled": Kind(
        Group.CONTRACTS,
        _("“%(contract)s” was stopped by agreement"),
        _("No money was held for it. You can review %(who)s."),
        "ban",
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
    # disputes
    "dispute_opened": Kind(
        Group.CONTRACTS,
        _("%(who)s opened a dispute about “%(milestone)s”"),
        _("%(amount)s is frozen. Say what happened before %(answer_due_at)s."),
        "scale",
    ),
    "dispute_said": Kind(
        Group.CONTRACTS, _("%(who)s wrote in the dispute about “%(milestone)s”"), _("%(text)s"), "scale"
    ),
    "split_proposed": Kind(
        Group.CONTRACTS,
        _("%(who)s proposes how to settle “%(milestone)s”"),
        _("%(freelancer)s for the freelancer, %(employer)s back to the employer. Accept it or propose another split."),
        "handshake",
    ),
    "dispute_settled": Kind(
        Group.CONTRACTS,
        _("The dispute about “%(milestone)s” is settled"),
        _("%(freelancer)s goes to the freelancer, less fees, and %(employer)s back to the employer."),
        "handshake",
    ),
    "dispute_decided": Kind(
        Group.CONTRACTS,
        _("Our staff decided the dispute about “%(milestone)s”"),
        _("%(freelancer)s goes to the freelancer, less fees, and %(employer)s back to the employer. Read the reasons."),
        "scale",
    ),
    "dispute_withdrawn": Kind(
        Group.CONTRACTS,
        _("The dispute about “%(milestone)s” was withdrawn"),
        _("The money is held as before and the work goes on."),
        "undo-2",
    ),
    "dispute_lapsed": Kind(
        Group.CONTRACTS,
        _("The dispute about “%(milestone)s” ended by the limit of holding"),
        _("The law limits how long money may be held. It went back to the employer."),
        "alarm-clock",
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
    # messages
    "message_received": Kind(Group.MESSAGES, _("%(who)s wrote about “%(contract)s”"), _("%(text)s"), "message-circle"),
    # reviews
    "review_submitted": Kind(
        Group.REVIEWS,
        _("%(who)s reviewed you on “%(contract)s”"),
        _("Write yours to read it, or wait until the time for reviews is over."),
        "star",
    ),
    "review_published": Kind(
        Group.REVIEWS,
        _("A review of you is published"),
        _("%(who)s wrote it about “%(contract)s”. You can answer once."),
        "star",
    ),
    "review_replied": Kind(
        Group.REVIEWS, _("%(who)s answered your review"), _("It was about “%(contract)s”."), "reply"
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
    # account and safety
    "payout_account_changed": Kind(
        Group.ACCOUNT,
        _("Where %(organization)s is paid was changed"),
        _("Payouts now go to the account ending in %(last4)s. If this was not you, tell us at once."),
        "landmark",
    ),
    "country_changed": Kind(
        Group.ACCOUNT,
        _("The country of %(organization)s was changed"),
        _("From %(before)s to %(after)s. Our staff look at it before money is paid out. If this was not you, tell us."),
        "globe",
    ),
    "country_to_check": Kind(
        Group.ACCOUNT,
        _("%(organization)s changed its country"),
        _("From %(before)s to %(after)s. No money is paid out to it until somebody of the staff has looked at it."),
        "globe",
    ),
    "key_made": Kind(
        Group.ACCOUNT,
        _("A new API key: “%(name)s”"),
        _("It acts for %(organization)s as you. If you did not make it, revoke it and change your password."),
        "key",
    ),
    "limits_to_loosen": Kind(
        Group.ACCOUNT,
        _("%(who)s wants to loosen the spending limits of %(organization)s"),
        _("A second person has to agree. You can keep the limits as they are."),
        "sliders-horizontal",
    ),
    "limits_loosened": Kind(
        Group.ACCOUNT,
        _("The spending limits of %(organization)s will be loosened"),
        _("%(who)s asked for it. They hold from %(moment)s on; until then an owner or a manager can stop it."),
        "sliders-horizontal",
    ),
    "statement_issued": Kind(
        Group.ACCOUNT,
        _("Our staff took something of yours down: “%(title)s”"),
        _("The statement of reasons says why, on which facts, and what you can do against it."),
        "shield",
    ),
    "objection_answered": Kind(
        Group.ACCOUNT,
        _("Your objection was answered"),
        _("The answer stands below the statement of reasons."),
        "shield",
    ),
    "report_upheld": Kind(
        Group.ACCOUNT,
        _("What you reported was taken down"),
        _("Thank you: it stood against the rules."),
        "shield-check",
    ),
    "report_dismissed": Kind(
        Group.ACCOUNT,
        _("What you reported stays"),
        _("Our staff looked at it and found nothing against the rules."),
        "shield",
    ),
}
