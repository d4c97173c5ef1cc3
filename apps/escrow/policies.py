"""Who may move escrowed money."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.accounts import policies as accounts
from apps.accounts.policies import StaffOnly as StaffOnly
from apps.accounts.rules import Act, Side
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, Invalid, NotAllowed
from apps.common.money import Money
from apps.escrow.models import Escrow, Recovery
from apps.escrow.queries import claims
from apps.escrow.states import RECOVERY, ReleaseKind


class OnlyThePayerReleases(NotAllowed):
    code = "only_the_payer_releases"
    message = _("Only the employer who paid can release this money.")


class OnlyThePartiesAgree(NotAllowed):
    code = "only_the_parties_agree"
    message = _("Only the employer and the freelancer of this work can move this money.")


class AmountNotHeld(Invalid):
    code = "amount_not_held"
    message = _("That is more than is held. At most %(held)s can be moved.")
    field = "amount"


class AmountNotPayable(Invalid):
    code = "amount_not_payable"
    message = _("This amount cannot be paid to the last digit in %(currency)s. Nearest below: %(nearest)s.")
    field = "amount"


class PaymentPending(Conflict):
    code = "payment_pending"
    message = _(
        "A payment of %(amount)s for this is on its way (%(method)s). Paying again would pay twice: wait for it, "
        "cancel it, or say that you want to pay again all the same."
    )


class NothingHeld(Conflict):
    code = "nothing_held"
    message = _("No money is held for this work any more.")


class NothingFrozen(Conflict):
    code = "nothing_frozen"
    message = _("No dispute holds this money any more.")


class NotLost(Conflict):
    code = "chargeback_not_lost"
    message = _("Money can be claimed back only after the bank has decided the chargeback against us.")


class AlreadyDecided(Conflict):
    code = "recovery_already_decided"
    message = _("It was already decided to claim back the money of this chargeback.")


class AppealTooLate(Conflict):
    code = "appeal_too_late"
    message = _("The time for an appeal ended on %(until)s.")


class AppealMissing(Invalid):
    code = "appeal_missing"
    message = _("Say why the decision is wrong.")
    field = "text"


class SecondPersonNeeded(NotAllowed):
    code = "second_person_needed"
    message = _("You made this decision, so somebody else of the staff has to answer the appeal.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    message = _("Write the reason: it is kept with the entry.")
    field = "reason"


class ClaimedByBank(Conflict):
    code = "claimed_by_bank"
    message = _(
        "The bank of the payer has taken this payment back or warns of fraud, so the money stays where it is until "
        "that is decided. Our staff answers the bank; you need not do anything."
    )


def check_is_not_claimed(escrow: Escrow, *, warnings_too: bool = True) -> None:
    """
    :raises ClaimedByBank: while a chargeback is open, or while a fraud warning is open and `warnings_too` is true.
        Refunds pass `warnings_too=False`: a refund is what the processor advises after a warning.
    """
    if claims.is_claimed(escrow.id, warnings_too=warnings_too):
        raise ClaimedByBank


def check_can_fund(actor: Actor, payer_id: object) -> None:
    """:raises NotAllowed: unless the actor may pay for the payer."""
    accounts.check_may(actor, Act.FUND, payer_id, Side.EMPLOYER)  # type: ignore[arg-type]


def check_can_release(actor: Actor, escrow: Escrow, kind: str) -> None:
    """
    :raises OnlyThePayerReleases: if the actor is not the payer, or may not approve.
    :raises OnlyThePartiesAgree: for a split by agreement, if the actor is neither party. The layer above checks that
        both sides agreed.
    """
    if kind == ReleaseKind.AGREEMENT:
        _check_may_move(actor, escrow)
    elif not can_release(actor, escrow):
        raise OnlyThePayerReleases
    else:
        _check_is_of_one_side(actor, escrow)
    check_is_not_claimed(escrow)


def can_release(actor: Actor, escrow: Escrow) -> bool:
    return accounts.may(actor, Act.APPROVE, escrow.payer_id, Side.EMPLOYER)


def check_can_refund(actor: Actor, escrow: Escrow) -> None:
    """:raises OnlyThePartiesAgree: if the actor is neither party. The layer above checks that both sides agreed."""
    _check_may_move(actor, escrow)
    check_is_not_claimed(escrow, warnings_too=False)


def check_can_freeze(actor: Actor, escrow: Escrow) -> None:
    """:raises OnlyThePartiesAgree: if the actor is neither party. The disputes app checks who may open a dispute."""
    _check_may_move(actor, escrow)


def check_can_split(actor: Actor, escrow: Escrow) -> None:
    """:raises OnlyThePartiesAgree: if the actor is neither a party nor staff."""
    if not accounts.staff_may(actor, Act.DECIDE_DISPUTE):
        _check_may_move(actor, escrow)
    check_is_not_claimed(escrow, warnings_too=not actor.is_system)  # the system only refunds here, at the legal limit


def check_share(part: Money, whole: Money) -> None:
    """:raises AmountNotHeld: unless the part is between zero and the whole."""
    if part.currency != whole.currency or not 0 <= part.amount_minor <= whole.amount_minor:
        raise AmountNotHeld(held=whole)


def check_is_staff(actor: Actor) -> None:
    """:raises StaffOnly: unless the actor is staff who may run the treasury."""
    accounts.check_staff_may(actor, Act.RUN_TREASURY)


def can_give_goodwill(actor: Actor) -> bool:
    return accounts.staff_may(actor, Act.GIVE_GOODWILL)


def check_can_give_goodwill(actor: Actor, reason: str) -> None:
    """
    :raises StaffOnly: unless the actor may decide whether a freelancer committed fraud.
    :raises ReasonMissing: if the reasons are empty.
    """
    accounts.check_staff_may(actor, Act.GIVE_GOODWILL)
    if not reason.strip():
        raise ReasonMissing


def check_is_not_own_case(actor: Actor, escrow: Escrow) -> None:
    """:raises OwnCase: for staff who are, or recently were, members of one of the two sides."""
    accounts.check_is_not_own_case(actor, (escrow.payer_id, escrow.payee_id), since=escrow.opened_at)


def check_amount(amount: Money, remaining: Money) -> None:
    """
    :raises NothingHeld: if nothing is held.
    :raises AmountNotHeld: unless the amount is positive, in the same currency and at most what is held.
    """
    if remaining.amount_minor <= 0:
        raise NothingHeld
    if amount.currency != remaining.currency or amount.amount_minor <= 0 or amount > remaining:
        raise AmountNotHeld(held=remaining)


def _check_may_move(actor: Actor, escrow: Escrow) -> None:
    """The actor must be a party and may decide about its money. This repeats the check that the layer above made."""
    if not (actor.acts_for(escrow.payer_id) or actor.acts_for(escrow.payee_id)):
        raise OnlyThePartiesAgree
    if actor.acts_for(escrow.payer_id):
        accounts.check_may(actor, Act.MOVE_HELD_MONEY, escrow.payer_id, Side.EMPLOYER)
    else:
        accounts.check_may(actor, Act.MOVE_HELD_MONEY, escrow.payee_id, Side.FREELANCER)
    _check_is_of_one_side(actor, escrow)


def _check_is_of_one_side(actor: Actor, escrow: Escrow) -> None:
    accounts.check_is_of_one_side(actor, escrow.payer_id, escrow.payee_id, since=escrow.opened_at)


def check_decides_recoveries(actor: Actor) -> None:
    """:raises StaffOnly: unless the actor may decide whether a freelancer committed fraud."""
    accounts.check_staff_may(actor, Act.DECIDE_RECOVERY)


def check_can_decide_recovery(actor: Actor, reasons: str) -> None:
    """
    :raises StaffOnly: unless the actor may decide whether a freelancer committed fraud.
    :raises ReasonMissing: if the reasons are empty.
    """
    accounts.check_staff_may(actor, Act.DECIDE_RECOVERY)
    if not reasons.strip():
        raise ReasonMissing


def check_can_appeal(actor: Actor, recovery: Recovery, now: datetime) -> None:
    """
    :raises NotAllowed: unless the actor may appeal for the payee.
    :raises IllegalTransition: if the recovery is not open for an appeal.
    :raises AppealTooLate: from `appeal_by` on.
    """
    accounts.check_may(actor, Act.APPEAL_RECOVERY, recovery.escrow.payee_id)
    RECOVERY.next(recovery.status, "appeal")
    if now >= recovery.appeal_by:
        raise AppealTooLate(until=recovery.appeal_by)


def can_appeal(actor: Actor, recovery: Recovery, now: datetime) -> bool:
    try:
        check_can_appeal(actor, recovery, now)
    except DomainError:
        return False
    return True


def check_can_answer_appeal(actor: Actor, recovery: Recovery, reasons: str, now: datetime) -> None:
    """
    :raises StaffOnly: unless the actor may answer appeals.
    :raises IllegalTransition: if there is no open appeal.
    :raises SecondPersonNeeded: if the actor made the decision.
    :raises SecondPersonNotIndependent: if the person who decided gave the actor a role within the last day.
    :raises ReasonMissing: if the reasons are empty.
    """
    accounts.check_staff_may(actor, Act.ANSWER_RECOVERY_APPEAL)
    RECOVERY.next(recovery.status, "grant_appeal")
    if actor.user_id == recovery.decided_by_id:
        raise SecondPersonNeeded
    accounts.check_is_independent(actor, recovery.decided_by_id, now)
    if not reasons.strip():
        raise ReasonMissing


def can_answer_appeal(actor: Actor, recovery: Recovery, now: datetime) -> bool:
    try:
        check_can_answer_appeal(actor, recovery, "asked for a button", now)
    except DomainError:
        return False
    return True
