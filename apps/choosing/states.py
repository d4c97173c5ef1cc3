"""States and transitions of an evaluation of bids."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, stays, when


class EvaluationStatus(models.TextChoices):
    PREPARING = "preparing", _("Preparing")
    SCORING = "scoring", _("Scoring")
    AGREED = "agreed", _("Agreed")


S = EvaluationStatus
EVALUATION = Machine(
    "evaluation",
    EvaluationStatus,
    initial=S.PREPARING,
    meanings={
        S.PREPARING: "The award criteria and their weights may be changed.",
        S.SCORING: "At least one score is given; criteria and weights are fixed.",
        S.AGREED: "The members agreed on a result, which is recorded; scores are fixed too.",
    },
    table={
        "plan": stays(S.PREPARING, says="A member sets the award criteria, their weights and the round."),
        "begin": when(S.PREPARING, to=S.SCORING, says="A member gives the first score."),
        "agree": when(S.SCORING, to=S.AGREED, says="The agreed result is recorded."),
        "reopen": when(S.AGREED, to=S.SCORING, says="The members score again; the record so far is kept."),
    },
)
