from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from apps.accounts.queries.related import shares_a_person
from apps.common.actors import Actor
from apps.common.prepared import before
from apps.contracts.models import Contract
from apps.contracts.states import ENDED
from apps.reviews import rules
from apps.reviews.models import Review


def reviews_visible_to(actor: Actor) -> QuerySet[Review]:
    """Published reviews and the actor's own; an unpublished review is visible only to its author, not to staff."""
    own = Q(author_id=actor.organization_id) if actor.organization_id else Q(pk__in=[])
    return Review.objects.filter(Q(published_at__isnull=False) | own).select_related("author", "subject", "contract")


def published_reviews(subject_id: UUID) -> QuerySet[Review]:
    return (
        Review.objects.filter(subject_id=subject_id, published_at__isnull=False)
        .select_related("author", "contract")
        .order_by("-published_at", "-id")
    )


def rating(organization_id: UUID) -> rules.Rating:
    return ratings([organization_id]).get(organization_id, rules.Rating())


def ratings(organization_ids: Iterable[UUID]) -> dict[UUID, rules.Rating]:
    """
    Return the means of each organization's published reviews by unrelated parties, by id; without reviews there is no
    entry.
    """
    rows = (
        Review.objects.filter(subject_id__in=list(organization_ids), published_at__isnull=False)
        .exclude(shares_a_person("author_id", "subject_id"))
        .values("subject_id")
        .annotate(n=Count("id"), quality=Sum("quality"), communication=Sum("communication"), skill=Sum("skill"))
    )
    return {
        row["subject_id"]: rules.rating(row["n"], row["quality"], row["communication"], row["skill"]) for row in rows
    }


def reviews_of_contract(contract_id: UUID, actor: Actor) -> list[Review]:
    """Return the reviews of a contract that the actor may see."""
    return list(reviews_visible_to(actor).filter(contract_id=contract_id).order_by("submitted_at"))


def unpublished_for_update(contract_id: UUID) -> list[Review]:
    return list(Review.objects.select_for_update().filter(contract_id=contract_id, published_at=None).order_by("id"))


def review_for_update(review_id: UUID) -> Review:
    return Review.objects.select_for_update().get(id=review_id)


def contracts_to_publish(now: datetime) -> QuerySet[Contract, UUID]:
    """Contracts with an unpublished review whose time for reviews is over, longest over first."""
    unpublished = Review.objects.filter(published_at=None).values("contract_id")
    over = Contract.objects.filter(id__in=unpublished, ended_at__lte=now - rules.WINDOW)
    return over.order_by("ended_at", "id").values_list("id", flat=True)


def contracts_to_review(organization_id: UUID | None, now: datetime) -> QuerySet[Contract]:
    """Ended contracts that the organization can still review, most urgent first."""
    if organization_id is None:
        return Contract.objects.none()
    return (
        Contract.objects.filter(Q(employer_id=organization_id) | Q(freelancer_id=organization_id))
        .filter(status__in=ENDED, accepted_at__isnull=False, ended_at__gt=before(now, rules.WINDOW))
        .exclude(reviews__author_id=organization_id)
        .select_related("employer", "freelancer")
        .order_by("ended_at")
    )
