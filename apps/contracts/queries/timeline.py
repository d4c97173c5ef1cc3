"""What happened in a contract, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.common.models import StatusChange
from apps.common.money import Money
from apps.common.prepared import prepared
from apps.contracts.models import (
    Bonus,
    CancellationProposal,
    ChangeRequest,
    Contract,
    Deliverable,
    LateNotice,
    Milestone,
)
from apps.contracts.queries.bonuses import bonuses_of
from apps.contracts.queries.milestones import deliverables, milestones
from apps.contracts.queries.notices import notices_of
from apps.contracts.states import ChangeStatus
from apps.escrow.models import Release
from apps.payments.models import Chargeback
from apps.payments.queries import chargebacks


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """
    One event: `kind` selects the sentence and the icon, `row` holds the details.

    `amount` went to the freelancer (before fees) or into escrow, `back` to the employer, if money moved.
    """

    at: datetime
    kind: str
    row: Any
    by_organization_id: UUID | None = None
    milestone: Milestone | None = None
    amount: Money | None = None
    back: Money | None = None

    @property
    def has_actor(self) -> bool:
        """Return whether the sentence starts with who did it. The others state only what happened."""
        return self.kind not in _SAID_WITHOUT_ACTOR


_SAID_WITHOUT_ACTOR = {
    *(f"milestone.{verb}" for verb in ("fund", "payment_failed", "cancel_payment", "auto_approve", "cancel")),
    *(
        f"{subject}.{verb}"
        for subject in ("milestone", "contract")
        for verb in ("end_paid", "end_split", "end_refunded")
    ),
    *(f"chargeback.{end}" for end in ("opened", "won", "lost")),
    "change.lapsed",
    *(f"contract.{verb}" for verb in ("lapse", "complete", "end_early", "cancel")),
}


_SHOWN_WITH_THEIR_ROWS = {"deliver", "request_revision"}


_RELEASES = {"approve", "auto_approve", "approve_part"}


_ENDS = {"end_paid", "end_split", "end_refunded", "end_early", "complete"}


@dataclass(frozen=True, slots=True)
class History:
    """What the contract's page and its timeline show, read once."""

    contract: Contract
    steps: list[Milestone]
    deliverables: list[Deliverable]
    proposals: list[CancellationProposal]
    changes: list[ChangeRequest]
    bonuses: list[Bonus]
    notices: list[LateNotice]
    chargebacks: list[Chargeback]

    def versions(self, step: Milestone) -> list[Deliverable]:
        """The milestone's deliverables, the first version first."""
        own = (deliverable for deliverable in self.deliverables if deliverable.milestone_id == step.id)
        return sorted(own, key=lambda item: item.version)

    def chargebacks_by_milestone(self) -> dict[UUID, Chargeback]:
        """The newest chargeback of each milestone's payment."""
        by_escrow = {step.escrow_id: step.id for step in self.steps if step.escrow_id}
        return {by_escrow[item.charge.reference_id]: item for item in self.chargebacks}


def history(contract: Contract) -> History:
    """Five to ten queries; fewer from `contracts.contract_page` without proposals, changes, bonuses and notices."""
    steps = milestones(contract.id)
    return History(
        contract=contract,
        steps=steps,
        deliverables=deliverables(contract.id),
        proposals=_proposals(contract.id) if getattr(contract, "has_proposals", True) else [],
        changes=_change_requests(contract.id) if getattr(contract, "has_changes", True) else [],
        bonuses=bonuses_of(contract.id) if getattr(contract, "has_bonuses", True) else [],
        notices=notices_of(contract.id) if getattr(contract, "has_notices", True) else [],
        chargebacks=chargebacks.chargebacks_of_purposes([step.escrow_id for step in steps if step.escrow_id]),
    )


@prepared
def _proposals(contract_id: UUID) -> QuerySet[CancellationProposal]:
    return CancellationProposal.objects.filter(contract_id=contract_id).order_by("proposed_at", "id")


@prepared
def _change_requests(contract_id: UUID) -> QuerySet[ChangeRequest]:
    rows = ChangeRequest.objects.filter(contract_id=contract_id).select_related("proposed_by")
    return rows.order_by("proposed_at", "id")


def timeline(contract: Contract, read: History | None = None) -> list[TimelineItem]:
    """Return everything that happened in the contract, oldest first. The page adds the messages."""
    read = read or history(contract)
    items = [TimelineItem(contract.offered_at, "contract.offer", contract, contract.employer_id)]
    items += _changes(read)
    for deliverable in read.deliverables:
        milestone = deliverable.milestone
        items.append(TimelineItem(deliverable.submitted_at, "delivery", deliverable, contract.freelancer_id, milestone))
        if request := getattr(deliverable, "revision_request", None):
            items.append(TimelineItem(request.requested_at, "revision", request, contract.employer_id, milestone))
    for proposal in read.proposals:
        items.append(TimelineItem(proposal.proposed_at, "proposal", proposal, proposal.proposed_by_id))
    items += _change_items(read)
    for bonus in read.bonuses:
        if bonus.paid_at is not None:
            items.append(TimelineItem(bonus.paid_at, "bonus", bonus, contract.employer_id, amount=bonus.amount))
    items += _notice_items(read)
    items += _chargebacks(read)
    return sorted(items, key=lambda item: item.at)


def _change_items(read: History) -> Iterator[TimelineItem]:
    contract = read.contract
    for change in read.changes:
        proposer = change.proposed_by_id
        other = contract.freelancer_id if proposer == contract.employer_id else contract.employer_id
        yield TimelineItem(change.proposed_at, "change.propose", change, proposer)
        # A counter-offer is shown as the proposal that it is.
        if change.answered_at is not None and change.status != ChangeStatus.COUNTERED:
            by = {ChangeStatus.WITHDRAWN: proposer, ChangeStatus.LAPSED: None}.get(ChangeStatus(change.status), other)
            yield TimelineItem(change.answered_at, f"change.{change.status}", change, by)


def _notice_items(read: History) -> Iterator[TimelineItem]:
    steps = {step.id: step for step in read.steps}
    for notice in read.notices:
        step = steps[notice.milestone_id]
        yield TimelineItem(notice.given_at, "notice.give", notice, read.contract.employer_id, step)
        if notice.appealed_at is not None:
            yield TimelineItem(notice.appealed_at, "notice.appeal", notice, read.contract.freelancer_id, step)


def _chargebacks(read: History) -> Iterator[TimelineItem]:
    by_escrow = {step.escrow_id: step for step in read.steps if step.escrow_id}
    for chargeback in read.chargebacks:
        milestone = by_escrow[chargeback.charge.reference_id]
        yield TimelineItem(
            chargeback.opened_at, "chargeback.opened", chargeback, milestone=milestone, amount=chargeback.amount
        )
        if chargeback.closed_at is not None:
            yield TimelineItem(
                chargeback.closed_at,
                f"chargeback.{chargeback.status}",
                chargeback,
                milestone=milestone,
                amount=chargeback.amount,
            )


@prepared
def _status_changes(contract_id: UUID) -> QuerySet[StatusChange]:
    steps = Milestone.objects.filter(contract_id=contract_id).values("id")
    proposals = CancellationProposal.objects.filter(contract_id=contract_id).values("id")
    changes = StatusChange.objects.order_by()
    return changes.filter(subject_type="contracts.contract", subject_id=contract_id).union(
        changes.filter(subject_type="contracts.milestone", subject_id__in=steps),
        changes.filter(subject_type="contracts.cancellationproposal", subject_id__in=proposals),
        all=True,
    )


def _changes(read: History) -> Iterator[TimelineItem]:
    contract, steps = read.contract, {step.id: step for step in read.steps}
    escrows = {step.escrow.id: step.escrow for step in read.steps if step.escrow}
    paid = [escrow.id for escrow in escrows.values() if escrow.released_minor]
    releases = Release.objects.filter(escrow_id__in=paid) if paid else []
    released = {(release.escrow_id, release.released_at): release.gross for release in releases}
    # An operation writes all its changes with one time; their ids have the order in which it made them.
    for change in sorted(_status_changes(contract.id), key=lambda change: change.id):
        if change.verb in _SHOWN_WITH_THEIR_ROWS:
            continue
        milestone, subject = steps.get(change.subject_id), change.subject_type.removeprefix("contracts.")
        amount: Money | None = None
        back: Money | None = None
        if change.verb in _ENDS:
            ended = escrows.values() if milestone is None else [escrows[milestone.escrow_id]]  # type: ignore[index]
            amount = Money.total((item.released for item in ended), contract.currency)
            back = Money.total((item.refunded for item in ended), contract.currency)
        elif milestone is not None and change.verb in _RELEASES:
            amount = released.get((milestone.escrow_id, change.happened_at))  # type: ignore[arg-type]
        elif milestone is not None and change.verb == "fund":
            amount = milestone.amount
        kind = f"{'proposal' if subject == 'cancellationproposal' else subject}.{change.verb}"
        yield TimelineItem(
            change.happened_at, kind, change, change.actor_organization_id, milestone, amount=amount, back=back
        )
