"""What happened in a contract, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.common.models import StatusChange
from apps.common.money import Money
from apps.contracts.models import CancellationProposal, Contract, Milestone, RevisionRequest
from apps.contracts.queries.milestones import deliverables
from apps.escrow.models import Escrow, Release
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
    *(f"contract.{verb}" for verb in ("lapse", "complete", "end_early", "cancel")),
}


_SHOWN_WITH_THEIR_ROWS = {"deliver", "request_revision"}


_RELEASES = {"approve", "auto_approve", "approve_part"}


_ENDS = {"end_paid", "end_split", "end_refunded", "end_early", "complete"}


def timeline(contract: Contract) -> list[TimelineItem]:
    """Return everything that happened in the contract, oldest first. The page adds the messages."""
    steps = {milestone.id: milestone for milestone in Milestone.objects.filter(contract=contract)}
    proposals = list(CancellationProposal.objects.filter(contract=contract))
    items = [TimelineItem(contract.offered_at, "contract.offer", contract, contract.employer_id)]
    items += _changes(contract, steps, proposals)
    for deliverable in deliverables(contract.id):
        items.append(
            TimelineItem(
                deliverable.submitted_at, "delivery", deliverable, contract.freelancer_id, deliverable.milestone
            )
        )
    requests = RevisionRequest.objects.filter(deliverable__milestone__contract=contract).select_related(
        "deliverable__milestone"
    )
    for request in requests:
        items.append(
            TimelineItem(request.requested_at, "revision", request, contract.employer_id, request.deliverable.milestone)
        )
    for proposal in proposals:
        items.append(TimelineItem(proposal.proposed_at, "proposal", proposal, proposal.proposed_by_id))
    items += _chargebacks(steps)
    return sorted(items, key=lambda item: item.at)


def chargebacks_by_milestone(steps: Iterable[Milestone]) -> dict[UUID, Chargeback]:
    """Return the newest chargeback of each milestone's payment; one query."""
    by_escrow = {step.escrow_id: step.id for step in steps if step.escrow_id}
    result = chargebacks.chargebacks_of_purposes(by_escrow)
    return {by_escrow[item.charge.reference_id]: item for item in result}


def _chargebacks(steps: dict[UUID, Milestone]) -> Iterator[TimelineItem]:
    by_escrow = {step.escrow_id: step for step in steps.values() if step.escrow_id}
    for chargeback in chargebacks.chargebacks_of_purposes(by_escrow):
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


def _changes(
    contract: Contract, steps: dict[UUID, Milestone], proposals: list[CancellationProposal]
) -> Iterator[TimelineItem]:
    changes = StatusChange.objects.filter(
        Q(subject_type="contracts.contract", subject_id=contract.id)
        | Q(subject_type="contracts.milestone", subject_id__in=list(steps))
        | Q(subject_type="contracts.cancellationproposal", subject_id__in=[proposal.id for proposal in proposals])
    )
    escrows = {
        escrow.id: escrow for escrow in Escrow.objects.filter(id__in=[step.escrow_id for step in steps.values()])
    }
    releases = Release.objects.filter(escrow_id__in=list(escrows))
    released = {(release.escrow_id, release.released_at): release.gross for release in releases}
    for change in changes:
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
