"""Notifications of bids and their outcomes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.notifications.catalogue.kinds import Group, Kind

KINDS: dict[str, Kind] = {
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
    "award_criteria_set": Kind(
        Group.BIDS,
        _("Award criteria for “%(task)s” are set"),
        _("%(who)s set what bids are scored by, and with which weights."),
        "scale",
    ),
    "agreement_recorded": Kind(
        Group.BIDS,
        _("A result is agreed for “%(task)s”"),
        _("%(who)s recorded it, with the scores of everybody."),
        "scale",
    ),
    "bid_explained": Kind(
        Group.BIDS,
        _("The employer says why your bid on “%(task)s” was not taken"),
        _("Reason: %(reason)s."),
        "message-circle",
    ),
    "bid_not_taken": Kind(
        Group.BIDS,
        _("Your bid on “%(task)s” was not taken"),
        _("Another bid was taken, or the task ended. Thank you for the effort you made."),
        "circle-x",
    ),
}
