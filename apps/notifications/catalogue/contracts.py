"""Offers, deliveries, revisions, approvals, deadlines, disputes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.notifications.catalogue.kinds import Group, Kind

KINDS: dict[str, Kind] = {
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
    "funding_reminder": Kind(
        Group.CONTRACTS,
        _("“%(milestone)s” is not funded yet"),
        ngettext_lazy(
            "%(who)s has waited for %(days)s day. Work starts when the milestone is funded, and so does the time until "
            "the due date.",
            "%(who)s has waited for %(days)s days. Work starts when the milestone is funded, and so does the time "
            "until the due date.",
            "days",
        ),
        "alarm-clock",
    ),
    "not_funded": Kind(
        Group.CONTRACTS,
        _("“%(milestone)s” is still not funded"),
        ngettext_lazy(
            "%(who)s was reminded several times in %(days)s day. Do not start work before it is funded. You can "
            "propose to end the contract.",
            "%(who)s was reminded several times in %(days)s days. Do not start work before it is funded. You can "
            "propose to end the contract.",
            "days",
        ),
        "alarm-clock",
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
        _("It was due on %(due_at)s. Deliver it, or ask %(who)s for another date. The money stays held."),
        "alarm-clock",
    ),
    "milestone_overdue_to_employer": Kind(
        Group.CONTRACTS,
        _("“%(milestone)s” is overdue"),
        _(
            "It was due on %(due_at)s and %(who)s has not delivered. The money stays held: write to them, agree on "
            "another date, or set a last date."
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
    "change_proposed": Kind(
        Group.CONTRACTS,
        _("%(who)s proposes to change “%(contract)s”"),
        _("Compare before and after, then accept, decline or make a counter-offer before %(respond_by)s."),
        "pencil",
    ),
    "change_countered": Kind(
        Group.CONTRACTS,
        _("%(who)s made a counter-offer for “%(contract)s”"),
        _("Compare before and after, then accept, decline or make a counter-offer before %(respond_by)s."),
        "pencil",
    ),
    "change_accepted": Kind(
        Group.CONTRACTS,
        _("%(who)s accepted your change of “%(contract)s”"),
        _("The contract has a new version. New money is funded before new work begins."),
        "handshake",
    ),
    "change_declined": Kind(
        Group.CONTRACTS,
        _("%(who)s declined your change of “%(contract)s”"),
        _("The contract stays as it is."),
        "circle-x",
    ),
    "change_withdrawn": Kind(
        Group.CONTRACTS,
        _("%(who)s withdrew the change of “%(contract)s”"),
        _("The contract stays as it is."),
        "undo-2",
    ),
    "change_lapsed": Kind(
        Group.CONTRACTS,
        _("The change of “%(contract)s” has ended without an answer"),
        _("The contract stays as it is."),
        "hourglass",
    ),
    "notice_given": Kind(
        Group.CONTRACTS,
        _("%(who)s set a last date for “%(milestone)s”"),
        _(
            "Deliver before %(deliver_by)s, or ask for another date. After that the employer can end this work and "
            "gets the money back."
        ),
        "alarm-clock",
    ),
    "notice_withdrawn": Kind(
        Group.CONTRACTS,
        _("%(who)s withdrew the last date for “%(milestone)s”"),
        _("The work goes on. The money stays held."),
        "undo-2",
    ),
    "notice_enforced": Kind(
        Group.CONTRACTS,
        _("%(who)s ended “%(milestone)s” after the last date"),
        _("The money that was held for it goes back to the employer. If it was not your fault, appeal within 14 days."),
        "alarm-clock",
    ),
    "notice_appealed": Kind(
        Group.CONTRACTS,
        _("%(who)s appealed against the missed deadline of “%(milestone)s”"),
        _("Our staff will answer. Money does not move again."),
        "scale",
    ),
    "notice_upheld": Kind(
        Group.CONTRACTS,
        _("Our staff answered the appeal about “%(milestone)s”"),
        _("It stays a missed deadline. Read the reasons."),
        "scale",
    ),
    "notice_overturned": Kind(
        Group.CONTRACTS,
        _("Our staff answered the appeal about “%(milestone)s”"),
        _("It was not the freelancer’s fault. Read the reasons."),
        "scale",
    ),
    "bonus_received": Kind(
        Group.CONTRACTS,
        _("%(who)s gave you a bonus for “%(contract)s”"),
        _("%(amount)s before fees; it is in your balance now."),
        "sparkles",
    ),
    "contract_completed": Kind(
        Group.CONTRACTS,
        _("“%(contract)s” is completed"),
        _("Review %(who)s: both reviews are shown when both are in."),
        "award",
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
    "contract_left": Kind(
        Group.CONTRACTS,
        _("The freelancer left “%(contract)s”"),
        _("Nothing was paid for it and nobody is at fault. The employer can choose another bidder."),
        "log-out",
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
}
