"""Last dates for late work, and what came of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.common import business_days
from apps.common.actors import Actor
from apps.common.prepared import prepared
from apps.contracts import rules
from apps.contracts.models import Contract, LateNotice
from apps.contracts.queries.contracts import contracts_visible_to
from apps.contracts.queries.milestones import milestone_for_update
from apps.contracts.states import AT_FAULT, NoticeStatus


def notice_for_update(notice_id: UUID) -> LateNotice:
    """Return the notice, locked after its contract and milestone."""
    milestone = milestone_for_update(LateNotice.objects.values_list("milestone_id", flat=True).get(id=notice_id))
    notice = LateNotice.objects.select_for_update(of=("self",)).get(id=notice_id)
    notice.milestone = milestone
    return notice


def last_date(contract: Contract, now: datetime) -> datetime:
    """Return the last date that a notice given now sets: some business days of the freelancer."""
    freelancer = contract.freelancer
    return business_days.deadline(now, rules.NOTICE_DAYS, country=freelancer.country, time_zone=freelancer.time_zone)


def running_for_update(milestone_id: UUID) -> LateNotice | None:
    rows = LateNotice.objects.select_for_update(of=("self",))
    return rows.filter(milestone_id=milestone_id, status=NoticeStatus.RUNNING).first()


def notices_visible_to(actor: Actor) -> QuerySet[LateNotice]:
    notices = LateNotice.objects.select_related(
        "milestone__contract__employer", "milestone__contract__freelancer", "given_by", "answered_by"
    )
    return notices.filter(milestone__contract__in=contracts_visible_to(actor))


def notices_of(contract_id: UUID) -> list[LateNotice]:
    """All notices, the first one first."""
    return _notices(contract_id)


@prepared
def _notices(contract_id: UUID) -> QuerySet[LateNotice]:
    return LateNotice.objects.filter(milestone__contract_id=contract_id).order_by("given_at", "id")


def appeals() -> QuerySet[LateNotice]:
    """Appeals that wait for an answer of our staff, the oldest first."""
    rows = LateNotice.objects.filter(status=NoticeStatus.APPEALED).select_related(
        "milestone__contract__employer", "milestone__contract__freelancer"
    )
    return rows.order_by("appealed_at", "id")


def missed_deadlines(freelancer_id: UUID) -> int:
    """The number of milestones that ended because this freelancer missed a last date."""
    return LateNotice.objects.filter(milestone__contract__freelancer_id=freelancer_id, status__in=AT_FAULT).count()
