"""States and transitions of a delivery that was drawn for a look at its quality."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class SampleStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    FINE = "fine", _("Fine")
    CONCERN = "concern", _("Concern")


S = SampleStatus
SAMPLE = Machine(
    "quality_sample",
    SampleStatus,
    initial=S.WAITING,
    meanings={
        S.WAITING: "Drawn at random; no member of staff has looked at the delivery.",
        S.FINE: "A member of staff looked at it and found nothing.",
        S.CONCERN: "A member of staff looked at it and wrote down a concern. It changes nothing for the two sides.",
    },
    table={
        "find_fine": when(S.WAITING, to=S.FINE, says="A member of staff looked at it: nothing to note."),
        "note_concern": when(S.WAITING, S.FINE, to=S.CONCERN, says="A member of staff has a concern, with a note."),
        "clear_concern": when(S.CONCERN, to=S.FINE, says="Another look showed that the concern is settled."),
    },
)
