"""States and transitions of a report, and the reasons given by users and staff."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class Subject(models.TextChoices):
    TASK = "task", _("Task")
    PROFILE = "profile", _("Profile")
    MESSAGE = "message", _("Message")
    THREAD = "thread", _("Conversation")
    PICTURE = "picture", _("Picture")


class Reason(models.TextChoices):
    """Why content breaks the rules; the same codes for reports and decisions."""

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


class StaffAct(models.TextChoices):
    """The actions in the log of staff; the values are stored and never change."""

    TAKE_DOWN = "moderation.take_down", _("Took something down")
    DISMISS = "moderation.dismiss", _("Dismissed a report")
    OBJECTION_GRANT = "moderation.objection_grant", _("Granted an objection")
    OBJECTION_REFUSE = "moderation.objection_refuse", _("Refused an objection")
    DISPUTE_DECIDE = "disputes.decide", _("Decided a dispute")
    GOODWILL = "escrow.goodwill", _("Paid a goodwill amount")
    RECOVERY_DECIDED = "escrow.recovery_decided", _("Decided whether a freelancer pays back a chargeback")
    RECOVERY_APPEAL = "escrow.recovery_appeal_answered", _("Answered an appeal against paying back")
    SUSPENSE_RESOLVED = "treasury.suspense_resolved", _("Explained money in suspense")
    INTERNAL_TRANSFER = "treasury.internal_transfer", _("Agreed to a transfer between our own accounts")
    TAX_WITHHELD = "treasury.tax_withheld", _("Remitted withheld tax")
    TAX_COLLECTED = "treasury.tax_collected", _("Remitted tax on our commission")
    SWEEP = "treasury.sweep", _("Moved own money to the bank")
    RESERVE = "treasury.reserve", _("Reserved money for chargebacks")
    TOP_UP = "treasury.top_up", _("Brought own money to the processor")
    PAUSE = "payments.pause", _("Paused payments")
    RESUME = "payments.resume", _("Resumed payments")
    RESOLVE_UNBOOKED = "payments.resolve_unbooked", _("Explained what the books do not know")
    START_EXPERIMENT = "matching.start_experiment", _("Started an experiment")
    STOP_EXPERIMENT = "matching.stop_experiment", _("Stopped an experiment")
    CHOOSE_ORDER = "matching.choose_order", _("Chose the order of a list")
    SET_WEIGHTS = "matching.set_weights", _("Changed the weights of matching")
    QUALITY_FINE = "quality.fine", _("Looked at a delivery: fine")
    QUALITY_CONCERN = "quality.concern", _("Looked at a delivery: a concern")
    ADMIN_VIEW = "admin.view", _("Opened a record in the administration")
    ADMIN_CHANGE = "admin.change", _("Changed a record in the administration")


class ObjectionStatus(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    GRANTED = "granted", _("Restored")
    REFUSED = "refused", _("Stays down")


R = ReportStatus
REPORT = Machine(
    "report",
    ReportStatus,
    initial=R.OPEN,
    meanings={
        R.OPEN: "A user reported it; staff have not decided yet. Until then it stays visible.",
        R.UPHELD: "Staff took it down; the affected party received a statement of reasons.",
        R.DISMISSED: "Staff found no violation of the rules; it stays visible.",
    },
    table={
        "take_down": when(R.OPEN, to=R.UPHELD, says="Staff take the content down and give a reason."),
        "dismiss": when(R.OPEN, to=R.DISMISSED, says="Staff dismiss the report and give a reason."),
    },
)

S = ObjectionStatus
OBJECTION = Machine(
    "objection",
    ObjectionStatus,
    initial=S.OPEN,
    meanings={
        S.OPEN: "The affected party objected to a take-down; another member of staff must decide.",
        S.GRANTED: "The take-down was wrong; the content is visible again.",
        S.REFUSED: "The take-down was right; the content stays hidden, and the answer explains why.",
    },
    table={
        "grant": when(S.OPEN, to=S.GRANTED, says="Staff decide that the take-down was wrong."),
        "refuse": when(S.OPEN, to=S.REFUSED, says="Staff decide that the take-down was right."),
    },
)
