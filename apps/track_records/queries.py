"""Records for pages, and the counts that they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Round

from apps.accounts.queries.related import shares_a_person
from apps.common import caches
from apps.common.models import StatusChange
from apps.contracts.models import Contract, Deliverable, Milestone
from apps.contracts.states import ContractStatus, MilestoneStatus
from apps.escrow.queries import escrows
from apps.messaging.models import Conversation, Message
from apps.payouts.queries import accounts as payout_accounts
from apps.pricing.queries import rates
from apps.reviews.models import Review
from apps.tasks.models import Task
from apps.tasks.states import TaskStatus
from apps.track_records import rules
from apps.track_records.models import TrackRecord
from apps.track_records.rules import Hiring, Record, Work

CONVERSATIONS_MAX, DECISIONS_MAX = 100, 100
ANSWERS_COUNTED = timedelta(days=180)


def records(organization_ids: Iterable[UUID]) -> dict[UUID, Record]:
    """The records of these organizations, in one query; every id has an entry."""
    ids = set(organization_ids)
    rows = (
        {row.organization_id: shown(row) for row in TrackRecord.objects.filter(organization_id__in=ids)} if ids else {}
    )
    return {organization_id: rows.get(organization_id, Record()) for organization_id in ids}


def rated_at_least(tenths: int) -> QuerySet[TrackRecord, UUID]:
    """The ids of organizations whose reviews have this mean of stars, times ten, or a higher one."""
    return TrackRecord.objects.filter(rating_tenths__gte=tenths).values_list("organization_id", flat=True)


def with_checked_account() -> QuerySet[TrackRecord, UUID]:
    """The ids of organizations whose payout account the payment provider has checked."""
    return TrackRecord.objects.filter(is_payout_account_checked=True).values_list("organization_id", flat=True)


def record(organization_id: UUID) -> Record:
    return records([organization_id])[organization_id]


_kept: caches.ProcessMemory[UUID, Record] = caches.ProcessMemory(lambda: settings.LIST_MEMORY_SECONDS)


def kept_records(organization_ids: Iterable[UUID]) -> dict[UUID, Record]:
    """The records as of up to `LIST_MEMORY_SECONDS` ago, for pages about something else."""
    return _kept.get_many(set(organization_ids), records)


def kept_record(organization_id: UUID) -> Record:
    """Like `kept_records`, of one organization."""
    return kept_records([organization_id])[organization_id]


def shown(row: TrackRecord) -> Record:
    """What pages show of a row: no shares and medians of too few cases."""
    has_decided = row.decisions >= rules.COUNTED_MIN and row.decision_minutes is not None
    has_answered = row.answers >= rules.COUNTED_MIN and row.answer_minutes is not None
    low, high = rules.band(row.paid_reference_minor) or (None, None)
    return Record(
        work=Work(
            completed=row.contracts_completed,
            deliveries=row.deliveries,
            on_time_bps=rules.share_bps(row.deliveries_on_time, row.deliveries),
            clients=row.clients,
            repeat_clients=row.repeat_clients,
            repeat_bps=rules.share_bps(row.repeat_clients, row.clients),
            is_payout_account_checked=row.is_payout_account_checked,
        ),
        hiring=Hiring(
            posted=row.tasks_posted,
            decided=row.tasks_decided,
            hired=row.tasks_hired,
            hire_bps=rules.share_bps(row.tasks_hired, row.tasks_decided),
            decides_within=timedelta(minutes=row.decision_minutes or 0) if has_decided else None,
            paid_from=low,
            paid_to=high,
            approvals=row.approvals,
            on_time_bps=rules.share_bps(row.approvals_on_time, row.approvals),
        ),
        answers_within=timedelta(minutes=row.answer_minutes or 0) if has_answered else None,
        stars=tuple(row.stars) if len(row.stars) == 5 else (0, 0, 0, 0, 0),
    )


def records_due(now: datetime) -> QuerySet[TrackRecord, UUID]:
    due = TrackRecord.objects.filter(due_at__lte=now)
    return due.order_by("due_at", "id").values_list("id", flat=True)


# -- counts. Contracts of the same people on both sides count for nothing.


def _contracts(side: str, organization_id: UUID) -> QuerySet[Contract]:
    accepted = Contract.objects.filter(**{f"{side}_id": organization_id}, accepted_at__isnull=False)
    return accepted.exclude(shares_a_person("employer_id", "freelancer_id"))


def count_work(organization_id: UUID) -> dict[str, Any]:
    """The columns of `TrackRecord` about work for others."""
    contracts = _contracts("freelancer", organization_id)
    by_client = [count for _id, count in contracts.values_list("employer_id").annotate(n=Count("id")).order_by()]
    delivered = Deliverable.objects.filter(milestone=OuterRef("pk")).order_by("version").values("submitted_at")[:1]
    milestones = Milestone.objects.filter(contract__in=contracts, due_at__isnull=False)
    first = milestones.annotate(first_at=Subquery(delivered)).filter(first_at__isnull=False)
    on_time = Count("id", filter=Q(first_at__lte=F("due_at")))
    account = payout_accounts.payout_account_of(organization_id)
    return {
        "contracts_completed": contracts.filter(status=ContractStatus.COMPLETED).count(),
        "clients": len(by_client),
        "repeat_clients": sum(count > 1 for count in by_client),
        "is_payout_account_checked": account is not None and account.status == "active",
        **first.aggregate(deliveries=Count("id"), deliveries_on_time=on_time),
    }


def count_hiring(organization_id: UUID, now: datetime) -> dict[str, Any]:
    """The columns of `TrackRecord` about hiring others."""
    posted, ended = _posted_and_ended(organization_id)
    contracts = _contracts("employer", organization_id)
    chosen = contracts.filter(bid__isnull=False)  # an offer made directly chooses among nobody
    newest = chosen.select_related("task").order_by("-offered_at")[:DECISIONS_MAX]
    decided = [
        max(contract.offered_at - contract.task.bidding_closes_at, timedelta(0))
        for contract in newest
        if contract.task.bidding_closes_at
    ]
    approved = Milestone.objects.filter(contract__in=contracts, status=MilestoneStatus.APPROVED)
    by_person = StatusChange.objects.filter(
        subject_type="contracts.milestone", subject_id__in=approved.values("id"), verb="approve"
    )
    approvals = approved.count()
    hired = chosen.values("task_id").distinct().count()
    return {
        "tasks_posted": posted,
        "tasks_decided": max(ended, hired),
        "tasks_hired": hired,
        "decisions": len(decided),
        "decision_minutes": rules.median_minutes(decided),
        "paid_reference_minor": _paid_minor(organization_id, now),
        "approvals": approvals,
        "approvals_on_time": min(by_person.values("subject_id").distinct().count(), approvals),
    }


def _posted_and_ended(employer_id: UUID) -> tuple[int, int]:
    """
    How many tasks the employer posted, and how many of them take no bids any more. Not counted: tasks hidden by staff,
    and those of direct offers, on which nobody could bid.
    """
    posted = Task.objects.filter(
        employer_id=employer_id, published_at__isnull=False, bidding_closes_at__isnull=False, hidden_at=None
    )
    undecided = [TaskStatus.DRAFT, TaskStatus.OPEN, TaskStatus.DECIDING]
    counted = posted.aggregate(all=Count("id"), ended=Count("id", filter=~Q(status__in=undecided)))
    return counted["all"], counted["ended"]


def _paid_minor(organization_id: UUID, now: datetime) -> int:
    total = 0
    for amount in escrows.paid_by(organization_id):
        converted = rates.convert(amount, rules.REFERENCE_CURRENCY, now.date())
        total += converted.amount.amount_minor if converted else 0
    return total


def count_answers(organization_id: UUID, now: datetime) -> dict[str, Any]:
    """The columns of `TrackRecord` about answers to those who wrote first."""
    messages = Message.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
    first = messages.filter(sender_organization_id=OuterRef("opener_id")).annotate(at=Min("sent_at")).values("at")
    answered = messages.filter(sender_organization_id=organization_id).annotate(at=Min("sent_at")).values("at")
    conversations = Conversation.objects.filter(recipient_id=organization_id, created_at__gte=now - ANSWERS_COUNTED)
    rows = conversations.order_by("-id").values_list(Subquery(first), Subquery(answered))[:CONVERSATIONS_MAX]
    # A conversation about a contract may have been begun by the freelancer, who then waits for nobody.
    pairs = [
        (now - asked_at, answered_at - asked_at if answered_at else None)
        for asked_at, answered_at in rows
        if asked_at and (answered_at is None or answered_at > asked_at)
    ]
    times = rules.answer_times(pairs)
    return {"answers": len(times), "answer_minutes": rules.median_minutes(times)}


def count_stars(organization_id: UUID) -> list[int]:
    """How many reviews by unrelated parties have one star, two stars, and so on: the rounded mean of the three axes."""
    mean = Round((F("quality") + F("communication") + F("skill")) / 3.0, output_field=IntegerField())
    rows = (
        Review.objects.filter(subject_id=organization_id, published_at__isnull=False)
        .exclude(shares_a_person("author_id", "subject_id"))
        .annotate(stars=Coalesce(mean, 1))
        .values_list("stars")
        .annotate(n=Count("id"))
        .order_by()
    )
    counted = dict(rows)
    return [counted.get(number, 0) for number in range(1, 6)]
