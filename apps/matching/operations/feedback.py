"""The "This does not suit" feedback: given and undone by one side, counted, and never shown to the other side."""

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

# An employer's refusal counts like a declined bid; a freelancer's refusal has its own kind.
OUTCOME = {ListSide.TASKS: EventKind.NOT_FOR_ME, ListSide.PEOPLE: EventKind.DECLINE}


@transaction.atomic
def refuse(
    *, side: ListSide, task: Task, organization_id: UUID, reason: str, text: str, actor: Actor, now: datetime
) -> MatchRefusal:
    """
    Stop recommending the pair to this side. Calling it again changes the reason.

    :raises NotFound: unless the pair was matched and the actor belongs to that side.
    :raises policies.ReasonUnknown: if this side does not have that reason.
    :raises policies.ReasonMissing: if the reason is "other" and there is no text.
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
    Undo a refusal: the pair may be recommended again, and the refusal is not used for learning.

    :raises NotFound: if there is no refusal, or the actor belongs to the other side.
    """
    policies.check_can_refuse(actor, task, organization_id, side)
    gone, _ = MatchRefusal.objects.filter(side=side, task=task, organization_id=organization_id).delete()
    if not gone:
        raise NotFound
    declined = Bid.objects.filter(task=task, bidder_id=organization_id, status=BidStatus.DECLINED)
    if side == ListSide.TASKS or not declined.exists():
        MatchEvent.objects.filter(kind=OUTCOME[side], task=task, organization_id=organization_id).delete()
