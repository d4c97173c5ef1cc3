"""Reviews and replies."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.notifications.catalogue.kinds import Group, Kind

KINDS: dict[str, Kind] = {
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
}
