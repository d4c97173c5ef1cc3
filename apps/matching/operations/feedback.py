"""“This does not suit”: said by one side, taken back by the same side, counted, and never shown to the other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.bidding.models import Bid
from apps.bidding.states import BidStatus
from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.matching import policies
from apps.matching.models import EventKind, ListSide, MatchEvent, MatchRefusal
from apps.matching.operations.impressions import record_event
from apps.matching.queries import recommendations
from apps.tasks.models import Task

# An employer's no is the same outcome as a declined bid; a freelancer's is one of its own.
OUTCOME = {ListSide.TASKS: EventKind.NOT_FOR_ME, ListSide.PEOPLE: EventKind.DECLINE}


@transaction.atomic
def refuse(
    *, side: ListSide, task: Task, organization_id: UUID, reason: str, text: str, actor: Actor, now: datetime
) -> MatchRefusal:
    """
    Recommend the pair to this side no more. Saying it again changes the reason.

    :raises NotFound: unless the pair was matched and the actor is that side.
    :raises policies.ReasonUnknown: a reason that this side does not have.
    :raises policies.ReasonMissing: another reason, without words.
    """
    policies.check_can_refuse(actor, task, organization_id, side)
    policies.check_reason(side, reason, text)
    recommendations.match_of(task.id, organization_id)
    refusal, _ = MatchRefusal.objects.update_or_create(
        side=side, task=task, organization_id=organization_id,
        defaults={"reason": reason, "text": text.strip(), "said_at": now},
    )  # fmt: skip
    record_event(kind=OUTCOME[side], task_id=task.id, organization_id=organization_id, now=now)
    return refusal


@transaction.atomic
def take_back(*, side: ListSide, task: Task, organization_id: UUID, actor: Actor) -> None:
    """
    As if it had not been said: the pair may be recommended again, and nothing is learnt from it.

    :raises NotFound: where nothing was said, or by the other side.
    """
    policies.check_can_refuse(actor, task, organization_id, side)
    gone, _ = MatchRefusal.objects.filter(side=side, task=task, organization_id=organization_id).delete()
    if not gone:
        raise NotFound
    declined = Bid.objects.filter(task=task, bidder_id=organization_id, status=BidStatus.DECLINED)
    if side == ListSide.TASKS or not declined.exists():
        MatchEvent.objects.filter(kind=OUTCOME[side], task=task, organization_id=organization_id).delete()
