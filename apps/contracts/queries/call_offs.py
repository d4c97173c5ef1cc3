"""Contracts under a framework agreement, and how much of its ceiling they use."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet, Sum

from apps.common.money import Money
from apps.contracts.models import Contract, Milestone
from apps.contracts.states import ContractStatus, MilestoneStatus
from apps.frameworks.models import Framework

NEVER_AGREED = (ContractStatus.DECLINED, ContractStatus.TAKEN_BACK, ContractStatus.LAPSED)
WITHOUT_PAY = (MilestoneStatus.CANCELLED, MilestoneStatus.REFUNDED)


def contracts_under(framework_id: UUID) -> QuerySet[Contract]:
    return Contract.objects.filter(framework_version__framework_id=framework_id)


def total(framework: Framework) -> Money:
    """
    Return what the contracts under it add up to: their milestones, without those that were cancelled or refunded, and
    without offers that were not accepted.
    """
    milestones = Milestone.objects.filter(contract__in=contracts_under(framework.id), dropped_at=None)
    counted = milestones.exclude(contract__status__in=NEVER_AGREED).exclude(status__in=WITHOUT_PAY)
    amount_minor = counted.aggregate(total=Sum("amount_minor"))["total"]
    return Money(int(amount_minor or 0), framework.currency)


def left(framework: Framework) -> Money | None:
    """Return how much of the ceiling is not used; None without a ceiling."""
    return None if framework.ceiling is None else framework.ceiling - total(framework)
