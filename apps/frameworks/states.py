"""States and transitions of framework agreements, and the units of their rates."""

from django.db import models
from django.utils.translation import pgettext_lazy

from apps.common.states import Machine, stays, when


class FrameworkStatus(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("framework agreement", "Proposed")
    IN_FORCE = "in_force", pgettext_lazy("framework agreement", "In force")
    ENDED = "ended", pgettext_lazy("framework agreement", "Ended")
    EXPIRED = "expired", pgettext_lazy("framework agreement", "Expired")
    DECLINED = "declined", pgettext_lazy("framework agreement", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("framework agreement", "Withdrawn")


class Unit(models.TextChoices):
    HOUR = "hour", pgettext_lazy("unit of a price", "hour")
    DAY = "day", pgettext_lazy("unit of a price", "day")
    WORD = "word", pgettext_lazy("unit of a price", "word")
    THOUSAND_WORDS = "thousand_words", pgettext_lazy("unit of a price", "1,000 words")
    PAGE = "page", pgettext_lazy("unit of a price", "page")
    PIECE = "piece", pgettext_lazy("unit of a price", "piece")
    FIXED = "fixed", pgettext_lazy("unit of a price", "fixed price")


F = FrameworkStatus
FRAMEWORK = Machine(
    "framework_agreement",
    FrameworkStatus,
    initial=F.PROPOSED,
    meanings={
        F.PROPOSED: "One side proposed a version; the other side has not answered it.",
        F.IN_FORCE: "Both sides accepted the newest version: the employer can make offers under its terms.",
        F.ENDED: "One side gave notice and its period is over. Contracts made under it go on.",
        F.EXPIRED: "The last day of its validity is over, or the proposal was not answered in time.",
        F.DECLINED: "The other side declined the proposal, with a reason.",
        F.WITHDRAWN: "Withdrawn by the side that proposed the newest version.",
    },
    table={
        "counter": stays(F.PROPOSED, says="The other side answers with a version of its own."),
        "accept": when(F.PROPOSED, to=F.IN_FORCE, says="The other side accepts the newest version."),
        "decline": when(F.PROPOSED, to=F.DECLINED, says="The other side declines it."),
        "withdraw": when(F.PROPOSED, to=F.WITHDRAWN, says="The side that proposed the newest version withdraws it."),
        "give_notice": stays(F.IN_FORCE, says="Either side gives notice; it stays in force for the notice period."),
        "end": when(F.IN_FORCE, to=F.ENDED, says="The notice period is over (automatic)."),
        "expire": when(
            F.PROPOSED, F.IN_FORCE, to=F.EXPIRED,
            says="The last day of its validity, or the time for an answer, is over (automatic).",
        ),
    },
)  # fmt: skip
