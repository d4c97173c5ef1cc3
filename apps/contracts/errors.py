"""Why a change of a contract, a bonus or a notice is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.errors import Conflict, Invalid


class NothingChanged(Invalid):
    code = "nothing_changed"
    message = _("These are the terms as they are. Change something before you send it.")


class ChangeReasonMissing(Invalid):
    code = "reason_missing"
    field = "reason"
    message = _("Say why you want to change the contract: the other side sees it with your proposal.")


class NoMilestoneLeft(Invalid):
    code = "no_milestone_left"
    field = "milestones"
    message = _("At least one milestone has to stay. To end the contract, propose to stop it.")


class MilestonesMissing(Invalid):
    code = "milestones_missing"
    field = "milestones"
    message = _("Add at least one milestone: what is done, by when, and for how much.")


class BriefMissing(Invalid):
    code = "brief_missing"
    message = _("Fill this in: the freelancer agrees to it.")


class TooManyMilestones(Invalid):
    code = "too_many_milestones"
    field = "milestones"
    message = _("A contract has at most %(most)s milestones.")


class TooManyCriteria(Invalid):
    code = "too_many_criteria"
    field = "criteria"
    message = _("A contract has at most %(most)s acceptance criteria.")


class CriteriaMissing(Invalid):
    code = "criteria_missing"
    field = "criteria"
    message = _("Keep at least one acceptance criterion: the work is checked against them.")


class TermNotReadable(Invalid):
    code = "term_not_readable"
    message = _("Check the title, the amount and the time of each milestone.")


class MilestoneUnknown(Invalid):
    code = "milestone_unknown"
    field = "milestones"
    message = _("One of these milestones is not part of this contract or has ended.")


class MilestoneFixed(Conflict):
    code = "milestone_fixed"
    message = _("“%(title)s” has ended or is in dispute, so it cannot be changed.")


class PaymentStarted(Conflict):
    code = "payment_started"
    message = _("A payment for “%(title)s” has been started. Wait for it or cancel it, then change the price.")


class BelowReleased(Invalid):
    code = "below_released"
    field = "milestones"
    message = _("%(released)s of “%(title)s” was already released, so its price cannot be lower than that.")


class DateInThePast(Invalid):
    code = "date_in_the_past"
    field = "due_at"
    message = _("Choose a date in the future for “%(title)s”.")


class ChangeOpen(Conflict):
    code = "change_open"
    message = _("There already is a change request without an answer. Answer or withdraw it first.")


class ChangeOutdated(Conflict):
    code = "change_outdated"
    message = _(
        "“%(title)s” has changed since this was proposed, so its effect would be another one. Propose it again, or "
        "answer with a counter-offer."
    )


class CeilingExceeded(Conflict):
    code = "framework_ceiling_exceeded"
    field = "lines"
    message = _(
        "Together with the earlier contracts this is more than the ceiling of the framework agreement allows. "
        "%(left)s is left."
    )


class CallOffLineNotReadable(Invalid):
    code = "call_off_line_not_readable"
    field = "lines"
    message = _("Choose a rate, a quantity above zero and a number of days for each line.")


class CallOffAmountNotPossible(Invalid):
    code = "call_off_amount"
    field = "lines"
    message = _("%(title)s: this quantity gives an amount that cannot be paid.")


class BonusAmountMissing(Invalid):
    code = "bonus_amount_missing"
    field = "amount"
    message = _("Enter an amount above zero, in the currency of the contract.")


class NoBonusHere(Conflict):
    code = "no_bonus_here"
    message = _("A bonus is possible once the freelancer has accepted the contract.")


class NotLate(Conflict):
    code = "not_late"
    message = _("A last date is for funded work whose due date has passed without a delivery.")


class NoticeRunning(Conflict):
    code = "notice_running"
    message = _("A last date is already set for this milestone.")


class NoticeTooEarly(Conflict):
    code = "notice_too_early"
    message = _("The freelancer can still deliver until %(until)s. After that you can end this work.")


class AppealTextMissing(Invalid):
    code = "appeal_text_missing"
    field = "text"
    message = _("Say why the deadline was not missed through your fault.")


class AppealTooLate(Conflict):
    code = "late_appeal_too_late"
    message = _("The time for an appeal ended on %(until)s.")


class AnswerMissing(Invalid):
    code = "answer_missing"
    field = "answer"
    message = _("Give the reasons: both sides read them.")


class LeaveReasonMissing(Invalid):
    code = "reason_missing"
    field = "reason"
    message = _("Say why you leave: the employer reads it.")


class WasFunded(Conflict):
    code = "contract_was_funded"
    message = _(
        "Money was paid for this contract, so you cannot leave it alone. Propose to stop it, or open a dispute."
    )
