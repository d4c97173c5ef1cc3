"""Groups of notifications, how often they are sent by e-mail, and the parts of a kind."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Group(models.TextChoices):
    TASKS = "tasks", _("Tasks to find")
    SEARCHES = "searches", _("Saved searches")
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


GROUP_DESCRIPTIONS: dict[str, Text] = {
    Group.TASKS: _("Tasks that suit you, people who suit your tasks, invitations, addenda, questions and answers"),
    Group.SEARCHES: _("New tasks that your saved searches find; each search has its own pace"),
    Group.BIDS: _("Bids on your tasks, and what becomes of your own"),
    Group.CONTRACTS: _("Offers, deliveries, revisions, approvals, deadlines"),
    Group.MONEY: _("Payments, refunds and payouts"),
    Group.MESSAGES: _("What others write to you, before and during a contract"),
    Group.REVIEWS: _("Reviews of you, and replies"),
    Group.ACCOUNT: _("What changes who may act or where money goes; this cannot be switched off"),
}
DEFAULT_PACE: dict[str, Pace] = {str(group): Pace.AT_ONCE for group in Group} | {str(Group.TASKS): Pace.DAILY}
PUSHED_BY_DEFAULT = frozenset({Group.CONTRACTS, Group.MONEY, Group.MESSAGES, Group.ACCOUNT})
"""On the devices where push notifications are on: offers, deadlines, money, messages, and the account's safety."""
MANDATORY = frozenset({Group.ACCOUNT})


@dataclass(frozen=True)
class Kind:
    """
    :param title: one line; `body`: one or two sentences. Placeholders name the notification's params.
    :param icon: an icon of the design system.
    """

    group: Group
    title: Text
    body: Text
    icon: str = "bell"
