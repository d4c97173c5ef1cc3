"""Notifications of suitable tasks, invitations, questions and answers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.notifications.catalogue.kinds import Group, Kind

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
    "invitation_declined": Kind(
        Group.TASKS,
        _("%(who)s declines your invitation to “%(task)s”"),
        _("You can invite others who suit the task."),
        "mail",
    ),
    "search_found": Kind(
        Group.SEARCHES,
        ngettext_lazy(
            "%(count)s new task for your search “%(search)s”",
            "%(count)s new tasks for your search “%(search)s”",
            "count",
        ),
        _("The newest: %(tasks)s."),
        "search",
    ),
    "task_addendum": Kind(Group.TASKS, _("“%(task)s” was amended"), _("The employer added: %(text)s"), "pencil"),
    "question_asked": Kind(Group.TASKS, _("%(who)s asks about “%(task)s”"), _("%(text)s"), "message-circle"),
    "question_answered": Kind(
        Group.TASKS, _("A question about “%(task)s” was answered"), _("%(text)s"), "message-circle"
    ),
}
