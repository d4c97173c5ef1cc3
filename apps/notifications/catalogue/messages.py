"""Messages in contracts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.notifications.catalogue.kinds import Group, Kind

KINDS: dict[str, Kind] = {
    # messages
    "message_received": Kind(Group.MESSAGES, _("%(who)s wrote about “%(contract)s”"), _("%(text)s"), "message-circle"),
}
