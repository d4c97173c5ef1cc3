"""States and transitions of a closure."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class ClosureStatus(models.TextChoices):
    REQUESTED = "requested", _("Closes soon")
    CANCELLED = "cancelled", _("Cancelled")
    CLOSED = "closed", _("Closed")


C = ClosureStatus
CLOSURE = Machine(
    "account_closure",
    ClosureStatus,
    initial=C.REQUESTED,
    meanings={
        C.REQUESTED: "The person asked to close the account; it can be kept until the date.",
        C.CANCELLED: "The person kept the account.",
        C.CLOSED: "The personal data were erased; what must be kept was kept.",
    },
    table={
        "cancel": when(C.REQUESTED, to=C.CANCELLED, says="The person keeps the account."),
        "close": when(C.REQUESTED, to=C.CLOSED, says="The date has come and nothing stands against it (automatic)."),
    },
)
