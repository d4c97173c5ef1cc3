"""What a conversation is about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConversationKind(models.TextChoices):
    CONTRACT = "contract", _("Contract")
    TASK = "task", _("Task")
    DIRECT = "direct", _("Enquiry")


class Show(models.TextChoices):
    """The parts of the inbox."""

    CURRENT = "", _("Current")
    UNREAD = "unread", _("Unread")
    ARCHIVED = "archived", _("Archived")
