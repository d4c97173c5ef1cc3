from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.contracts.queries.milestones import milestone_for_update
from apps.disputes.models import Dispute, DisputeStatement, SplitProposal
from apps.disputes.states import OPEN_DISPUTE, ProposalStatus
from apps.escrow.queries import escrows
from apps.ledger import chart
from apps.ledger.queries import books

_WITH = ("milestone__contract__employer", "milestone__contract__freelancer", "opened_by", "respondent", "decided_by")


def dispute_for_update(dispute_id: UUID) -> Dispute:
    """
    Return the dispute, locked after its contract and milestone. Every writer takes the locks in this order.

    :raises NotFound: if it does not exist.
    """
    milestone_id = Dispute.objects.filter(id=dispute_id).values_list("milestone_id", flat=True).first()
    if milestone_id is None:
        raise NotFound
    milestone = milestone_for_update(milestone_id)
    dispute = Dispute.objects.select_for_update(of=("self",)).get(id=dispute_id)
    dispute.milestone = milestone
    return dispute


def disputes_visible_to(actor: Actor) -> QuerySet[Dispute]:
    """The disputes of the actor's own contracts; all of them for staff."""
    disputes = Dispute.objects.select_related(*_WITH)
    if actor.is_staff:
        return disputes
    if actor.organization_id is None:
        return disputes.none()
    return disputes_of(actor.organization_id)


def disputes_of(organization_id: UUID) -> QuerySet[Dispute]:
    """The organization's disputes, newest first."""
    own = Q(opened_by_id=organization_id) | Q(respondent_id=organization_id)
    return Dispute.objects.select_related(*_WITH).filter(own).order_by("-opened_at", "-id")


def queue() -> QuerySet[Dispute]:
    """Disputes waiting for a decision, oldest first; of the same day, the largest amount first."""
    open_ones = Dispute.objects.select_related(*_WITH).filter(status__in=OPEN_DISPUTE)
    return open_ones.order_by("opened_at__date", "-amount_minor", "id")


def open_of_milestones(milestone_ids: Iterable[UUID]) -> dict[UUID, Dispute]:
    """Return the open disputes of these milestones, by milestone; one query."""
    rows = Dispute.objects.filter(milestone_id__in=list(milestone_ids), status__in=OPEN_DISPUTE)
    return {row.milestone_id: row for row in rows}


def open_of_milestone(milestone_id: UUID) -> Dispute | None:
    return Dispute.objects.filter(milestone_id=milestone_id, status__in=OPEN_DISPUTE).first()


def standing_proposals(dispute_id: UUID) -> QuerySet[SplitProposal]:
    """The current proposal of each side, at most one each."""
    rows = SplitProposal.objects.filter(dispute_id=dispute_id, status=ProposalStatus.OPEN)
    return rows.select_related("organization", "dispute").order_by("proposed_at")


def outcome(dispute: Dispute, freelancer_part: Money) -> escrows.Outcome:
    """Return the exact amounts each side would get of this split of the frozen money."""
    assert dispute.milestone.escrow_id is not None
    return escrows.outcome(dispute.milestone.escrow_id, freelancer_part)


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of the dispute's timeline: `kind` is "statement" or "proposal"."""

    at: datetime
    kind: str
    row: Any


def timeline(dispute: Dispute) -> list[Said]:
    """Return all statements and proposals, oldest first."""
    statements = DisputeStatement.objects.filter(dispute=dispute).select_related("organization", "author")
    proposals = SplitProposal.objects.filter(dispute=dispute).select_related("organization", "dispute")
    items = [Said(statement.written_at, "statement", statement) for statement in statements]
    items += [Said(proposal.proposed_at, "proposal", proposal) for proposal in proposals]
    return sorted(items, key=lambda item: (item.at, item.kind != "statement"))


def entries_of(dispute_id: UUID) -> list[books.JournalView]:
    """Return every journal entry of one dispute, oldest first."""
    return books.journals_of(dispute=dispute_id)


def finished_but_holding() -> int:
    """The number of ended disputes whose account still has a balance. Always 0 if the books are correct."""
    over = list(Dispute.objects.exclude(status__in=OPEN_DISPUTE).values_list("id", "currency"))
    accounts = [(chart.hold_dispute(dispute_id, currency).code, currency) for dispute_id, currency in over]
    held = books.balances({code for code, _ in accounts})
    return sum(bool(held.get(account)) for account in accounts)
