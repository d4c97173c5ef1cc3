"""What can become of a report, and the reasons people and staff give."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class Subject(models.TextChoices):
    TASK = "task", _("Task")
    PROFILE = "profile", _("Profile")
    MESSAGE = "message", _("Message")


class Reason(models.TextChoices):
    """Why something should not stand here; the same codes for reports and for decisions."""

    FRAUD = "fraud", _("Fraud or an attempt to deceive")
    OFF_PLATFORM = "off_platform", _("Asks to pay outside, without protection")
    ILLEGAL = "illegal", _("Illegal goods, services or content")
    HARASSMENT = "harassment", _("Insults, threats or harassment")
    DISCRIMINATION = "discrimination", _("Discrimination or hatred")
    PRIVATE_DATA = "private_data", _("Private data of somebody")
    COPYRIGHT = "copyright", _("Copyright or trade mark of somebody else")
    SPAM = "spam", _("Spam or advertising")
    OTHER = "other", _("Something else")


class ReportStatus(models.TextChoices):
    OPEN = "open", _("Open")
    UPHELD = "upheld", _("Taken down")
    DISMISSED = "dismissed", _("Dismissed")


class Decision(models.TextChoices):
    TAKE_DOWN = "take_down", _("Take down")
    DISMISS = "dismiss", _("Dismiss")


R = ReportStatus
REPORT = Machine(
    "report",
    ReportStatus,
    initial=R.OPEN,
    meanings={
        R.OPEN: "Somebody reported it; staff have not decided yet. It stays visible meanwhile.",
        R.UPHELD: "Staff took it down; the affected party got a statement of reasons.",
        R.DISMISSED: "Staff found nothing against the rules; it stays.",
    },
    table={
        "take_down": when(R.OPEN, to=R.UPHELD, says="Staff take the subject down, with a reason."),
        "dismiss": when(R.OPEN, to=R.DISMISSED, says="Staff dismiss the report, with a reason."),
    },
)
