"""Messages about contracts, tasks and from profiles."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.notifications.catalogue.kinds import Group, Kind

KINDS: dict[str, Kind] = {
    # messages
    "message_received": Kind(Group.MESSAGES, _("%(who)s wrote about “%(contract)s”"), _("%(text)s"), "message-circle"),
    "enquiry_received": Kind(Group.MESSAGES, _("%(who)s wrote to you"), _("%(text)s"), "message-circle"),
    "unnamed_message": Kind(Group.MESSAGES, _("A freelancer wrote about “%(task)s”"), _("%(text)s"), "message-circle"),
}
