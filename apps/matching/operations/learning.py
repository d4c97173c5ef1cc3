"""Learns an order per category from the outcomes of recommendations, behind a gate. Staff can always go back."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from apps.common.actors import Actor
from apps.matching import policies
from apps.matching.models import ListSide, Ranker, RankerChoice, SubjectKind
from apps.matching.operations.matches import request_matches
from apps.matching.queries import inputs, learned
from apps.moderation import operations as moderation
from apps.skills.models import Category
from ranking import learning, pairwise_ranking

EVERY = timedelta(days=6)
GATE_OPENED = "gate_opened"
GATE_CLOSED = "gate_closed"

logger = logging.getLogger(__name__)


def train_rankers(*, now: datetime) -> int:
    """
    Train each category and side that has enough outcomes and was not trained this week. Returns the number trained.
    """
    trained = 0
    for category_id in Category.objects.filter(is_active=True).values_list("id", flat=True):
        for side in ListSide:
            newest = learned.newest_ranker(category_id, side)
            is_fresh = newest is not None and newest.trained_at > now - EVERY
            if not is_fresh and learned.outcomes(category_id, side) >= learning.POSITIVES_MIN:
                train_ranker(category_id=category_id, side=side, now=now)
                trained += 1
    return trained


def train_ranker(*, category_id: UUID, side: ListSide, now: datetime) -> Ranker:
    """
    Train one order and write its model card. If the gate accepts it, it is used at once.

    An order chosen by staff stays until staff choose again. The gate also goes back to the formula when a new training
    no
    longer finds a gain. The training runs before the transaction.
    """
    lists = learned.lists_to_learn_from(category_id, side)
    chooser, card = pairwise_ranking.train(lists)
    with transaction.atomic():
        Category.objects.select_for_update().get(id=category_id)
        ranker = Ranker.objects.create(
            category_id=category_id, side=side, is_better=chooser is not None,
            model=chooser.as_json() if chooser else {}, card=card, trained_at=now,
        )  # fmt: skip
        held = learned.newest_choice(category_id, side)
        if held is not None and held.chosen_by_id is not None:
            return ranker
        if ranker.is_better:
            _choose(ranker.category, side, ranker, GATE_OPENED, None, now)
        elif held is not None and held.ranker_id is not None:
            _choose(ranker.category, side, None, GATE_CLOSED, None, now)
    return ranker


@transaction.atomic
def choose_order(
    *, category_id: UUID, side: ListSide, ranker_id: int | None, note: str, actor: Actor, now: datetime
) -> RankerChoice:
    """
    Use a learned order, or go back to the formula (`ranker_id` None). Staff only.

    :raises NotFound: unless the actor is staff, or if the ranker is of another category or side.
    :raises policies.NoteMissing: if there is no reason.
    :raises policies.NotBetter: if the gate did not accept the ranker.
    """
    ranker = Ranker.objects.filter(id=ranker_id, category_id=category_id, side=side).first() if ranker_id else None
    policies.check_can_choose_order(actor, note, ranker=ranker, is_known=ranker is not None or ranker_id is None)
    category = Category.objects.select_for_update().get(id=category_id)
    result = _choose(category, side, ranker, note.strip(), actor, now)
    moderation.record(
        actor=actor, action="matching.choose_order", subject_type="ranker_choice", subject_id=str(result.id),
        reason=note.strip(), details={"category": category.slug, "side": side, "ranker": ranker_id}, now=now,
    )  # fmt: skip
    return result


def _choose(
    category: Category, side: ListSide, ranker: Ranker | None, note: str, actor: Actor | None, now: datetime
) -> RankerChoice:
    ranker_choice = RankerChoice.objects.create(
        category=category, side=side, ranker=ranker, note=note, chosen_by_id=actor.person_id if actor else None,
        chosen_at=now,
    )  # fmt: skip
    lists = inputs.tasks_to_match(now).filter(category=category).values_list("id", flat=True)
    request_matches(subject_kind=SubjectKind.TASK, subject_ids=lists, now=now)
    logger.info("order in use for %s/%s: %s", category.slug, side, ranker.id if ranker else "formula")
    return ranker_choice
