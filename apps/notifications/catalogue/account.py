"""Notifications of roles, payout accounts and decisions by staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.notifications.catalogue.kinds import Group, Kind

KINDS: dict[str, Kind] = {
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
    "export_ready": Kind(
        Group.ACCOUNT,
        _("The copy of your data is ready"),
        _("You can download it until %(until)s."),
        "download",
    ),
    "closure_requested": Kind(
        Group.ACCOUNT,
        _("Your account closes"),
        _(
            "It closes on %(until)s. Until then you can keep it. If you did not ask for this, keep it and change "
            "your password."
        ),
        "user-minus",
    ),
    "closure_postponed": Kind(
        Group.ACCOUNT,
        _("Your account could not be closed yet"),
        _("Something has to be settled first. We try again tomorrow."),
        "user-minus",
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
