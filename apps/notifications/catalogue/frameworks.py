"""Framework agreements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.notifications.catalogue.kinds import Group, Kind

KINDS: dict[str, Kind] = {
    "framework_proposed": Kind(
        Group.CONTRACTS,
        _("%(who)s proposes a framework agreement: “%(title)s”"),
        _("Read the terms, then accept, decline or make a counter-offer before %(respond_by)s."),
        "handshake",
    ),
    "framework_countered": Kind(
        Group.CONTRACTS,
        _("%(who)s made a counter-offer for the framework agreement “%(title)s”"),
        _("Compare before and after, then accept, decline or make a counter-offer before %(respond_by)s."),
        "pencil",
    ),
    "framework_accepted": Kind(
        Group.CONTRACTS,
        _("%(who)s accepted the framework agreement “%(title)s”"),
        _("Offers can now be made under its terms."),
        "handshake",
    ),
    "framework_declined": Kind(
        Group.CONTRACTS,
        _("%(who)s declined the framework agreement “%(title)s”"),
        _("You can read the reason on its page."),
        "circle-x",
    ),
    "framework_withdrawn": Kind(
        Group.CONTRACTS,
        _("%(who)s withdrew the framework agreement “%(title)s”"),
        _("There is nothing to answer any more."),
        "undo-2",
    ),
    "framework_not_answered": Kind(
        Group.CONTRACTS,
        _("The proposal of the framework agreement “%(title)s” was not answered in time"),
        _("The proposal has ended."),
        "hourglass",
    ),
    "framework_notice": Kind(
        Group.CONTRACTS,
        _("%(who)s gave notice: the framework agreement “%(title)s” ends on %(ends_on)s"),
        _("Until then offers can be made under its terms. Running contracts go on."),
        "alarm-clock",
    ),
    "framework_ended": Kind(
        Group.CONTRACTS,
        _("The framework agreement “%(title)s” has ended"),
        _("Running contracts go on."),
        "hourglass",
    ),
    "framework_expired": Kind(
        Group.CONTRACTS,
        _("The framework agreement “%(title)s” has expired"),
        _("Running contracts go on. To work on under agreed terms, propose new ones."),
        "hourglass",
    ),
}
