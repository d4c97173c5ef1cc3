from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common.actors import Actor
from apps.common.errors import Invalid, NotFound
from apps.contracts.models import Contract
from apps.outbox import bus
from apps.reviews import events, policies, queries, rules
from apps.reviews.models import Review


class StarsMissing(Invalid):
    code = "stars_missing"
    message = _("Give one to five stars for each point.")


class ReplyEmpty(Invalid):
    code = "reply_empty"
    field = "reply"
    message = _("Write an answer first.")


class ContractUnknown(NotFound):
    code = "contract_unknown"


@transaction.atomic
def submit(
    *,
    contract_id: UUID,
    quality: int,
    communication: int,
    skill: int,
    text: str,
    source_language: str,
    actor: Actor,
    now: datetime,
) -> Review:
    """
    Review the other party. The review is sealed until both sides have written or the time is over.

    :raises policies.NotEnded: if the contract has not ended. :raises policies.WindowOver: if the time is over.
    :raises policies.AlreadyReviewed: if there is a review of this side already.
    """
    # The contract's row is the lock: if both sides write at the same time, the reviews are published exactly once.
    contract = Contract.objects.select_for_update().filter(id=contract_id).first()
    if contract is None:
        raise ContractUnknown
    policies.check_can_review(actor, contract, now)
    if not all(1 <= stars <= 5 for stars in (quality, communication, skill)):
        raise StarsMissing
    assert actor.organization_id is not None
    assert actor.user_id is not None
    is_employer = actor.organization_id == contract.employer_id
    review = Review.objects.create(
        contract=contract,
        author_id=actor.organization_id,
        subject_id=contract.freelancer_id if is_employer else contract.employer_id,
        author_user_id=actor.user_id,
        quality=quality,
        communication=communication,
        skill=skill,
        text=text.strip(),
        source_language=source_language,
        submitted_at=now,
    )
    bus.publish(
        events.ReviewSubmitted(contract_id=contract.id, author_id=review.author_id, subject_id=review.subject_id),
        now=now,
    )
    waiting = queries.unpublished_for_update(contract.id)
    if len(waiting) == 2:
        _publish(waiting, now)
        review.published_at = now
    return review


@transaction.atomic
def publish_due(*, contract_id: UUID, now: datetime) -> int:
    """Publish the sealed reviews of a contract whose time for reviews is over. Safe to call twice."""
    contract = Contract.objects.select_for_update().get(id=contract_id)
    if contract.ended_at is None or now < rules.window_end(contract.ended_at):
        return 0
    waiting = queries.unpublished_for_update(contract.id)
    _publish(waiting, now)
    return len(waiting)


def _publish(reviews: list[Review], now: datetime) -> None:
    for review in reviews:
        review.published_at = now
        review.save(update_fields=["published_at"])
        bus.publish(
            events.ReviewPublished(
                review_id=review.id,
                contract_id=review.contract_id,
                author_id=review.author_id,
                subject_id=review.subject_id,
            ),
            now=now,
        )


@transaction.atomic
def reply(*, review_id: UUID, text: str, language: str, actor: Actor, now: datetime) -> Review:
    """
    Reply to a published review of the actor's organization, once.

    :raises policies.AlreadyReplied: if there is a reply already.
    """
    review = queries.review_for_update(review_id)
    policies.check_can_reply(actor, review)
    if not text.strip():
        raise ReplyEmpty
    review.reply, review.reply_language = text.strip(), language
    review.replied_by_id, review.replied_at = actor.user_id, now
    review.save(update_fields=["reply", "reply_language", "replied_by", "replied_at"])
    bus.publish(
        events.ReviewReplied(review_id=review.id, author_id=review.author_id, subject_id=review.subject_id), now=now
    )
    return review
