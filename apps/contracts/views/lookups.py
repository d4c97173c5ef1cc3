"""Look up contracts and milestones from the URL, for actors who may see them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from apps.accounts.middleware import actor
from apps.contracts.models import Contract, Milestone
from apps.contracts.queries import contracts, milestones


def contract_or_404(request: HttpRequest, contract_id: UUID) -> Contract:
    return get_object_or_404(contracts.contracts_visible_to(actor(request)), id=contract_id)


def milestone_or_404(request: HttpRequest, milestone_id: UUID) -> Milestone:
    return get_object_or_404(milestones.milestones_visible_to(actor(request)), id=milestone_id)
