"""Permissions to review and reply."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import check_are_strangers, check_may
from apps.accounts.rules import Act, Side
from apps.common.actors import Actor
from apps.common.errors import Conflict, NotAllowed
from apps.contracts.models import Contract
from apps.contracts.states import ENDED
from apps.reviews import rules
from apps.reviews.models import Review


class NotAParty(NotAllowed):
    code = "not_a_party"
    message = _("Only the two parties of this contract may review each other.")


class NotEnded(Conflict):
    code = "contract_not_ended"
    message = _("You can review each other when the contract has ended.")


class WindowOver(Conflict):
    code = "review_window_over"
    message = _("The 14 days for reviews of this contract are over.")


class AlreadyReviewed(Conflict):
    code = "already_reviewed"
    message = _("Your organization has already reviewed this contract.")


class NotPublished(Conflict):
    code = "review_not_published"
    message = _("This review is not published yet.")


class AlreadyReplied(Conflict):
    code = "already_replied"
    message = _("This review was already answered. One answer is all.")


def check_can_review(actor: Actor, contract: Contract, now: datetime) -> None:
    """
    :raises NotAParty: if the actor is not a party. :raises NotEnded: if the contract has not ended.
    :raises WindowOver: if the time is over. :raises AlreadyReviewed: if there is a review of this side already.
    """
    if actor.organization_id not in (contract.employer_id, contract.freelancer_id):
        raise NotAParty
    side = Side.EMPLOYER if actor.organization_id == contract.employer_id else Side.FREELANCER
    check_may(actor, Act.REVIEW, actor.organization_id, side)
    if contract.status not in ENDED or contract.ended_at is None:
        raise NotEnded
    # A contract that was never accepted cannot be reviewed.
    if contract.accepted_at is None:
        raise NotEnded
    if now >= rules.window_end(contract.ended_at):
        raise WindowOver
    if Review.objects.filter(contract=contract, author_id=actor.organization_id).exists():
        raise AlreadyReviewed
    check_are_strangers(contract.employer_id, contract.freelancer_id, since=contract.offered_at)


def check_can_reply(actor: Actor, review: Review) -> None:
    side = Side.EMPLOYER if review.subject_id == review.contract.employer_id else Side.FREELANCER
    check_may(actor, Act.REPLY_TO_REVIEW, review.subject_id, side)
    if review.published_at is None:
        raise NotPublished
    if review.replied_at is not None:
        raise AlreadyReplied
