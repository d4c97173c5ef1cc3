from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from apps.common.actors import Actor
from apps.common.models import StatusChange
from apps.common.money import Money
from apps.contracts.models import CancellationProposal, Contract, Deliverable, Milestone, RevisionRequest
from apps.contracts.states import ContractStatus, MilestoneStatus
from apps.escrow.models import Escrow, Release
from apps.escrow.queries import HELD
from apps.payments.models import Chargeback
from apps.payments.queries import chargebacks
from apps.pricing.queries import previews

REMINDER_DAYS = (3, 1)


def contract_for_update(contract_id: UUID) -> Contract:
    return Contract.objects.select_for_update(of=("self",)).select_related("employer", "freelancer").get(id=contract_id)


def milestone_for_update(milestone_id: UUID) -> Milestone:
    """Return the milestone, locked after its contract. Every writer takes the locks in this order."""
    contract_id = Milestone.objects.values_list("contract_id", flat=True).get(id=milestone_id)
    contract = contract_for_update(contract_id)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(id=milestone_id)
    milestone.contract = contract
    return milestone


def contracts_visible_to(actor: Actor) -> QuerySet[Contract]:
    contracts = Contract.objects.select_related("employer", "freelancer", "task")
    if actor.is_staff:
        return contracts
    if actor.organization_id is None:
        return contracts.none()
    return contracts.filter(Q(employer_id=actor.organization_id) | Q(freelancer_id=actor.organization_id))


def milestones_visible_to(actor: Actor) -> QuerySet[Milestone]:
    milestones = Milestone.objects.select_related("contract", "contract__employer", "contract__freelancer")
    return milestones.filter(contract__in=contracts_visible_to(actor))


def milestones(contract_id: UUID) -> list[Milestone]:
    rows = Milestone.objects.filter(contract_id=contract_id).select_related("contract", "escrow")
    return list(rows.prefetch_related("deliverables__files__file").order_by("position"))


def held(milestone: Milestone) -> Money:
    """Return the money now held for a milestone, whether free or frozen by a dispute."""
    escrow = milestone.escrow
    if escrow is None or escrow.status not in HELD:
        return Money.zero(milestone.currency)
    return escrow.amount - escrow.released - escrow.refunded


@dataclass(frozen=True, slots=True)
class MilestoneMoney:
    """Where a milestone's money is: released to the freelancer (before fees), refunded to the employer, or held."""

    released: Money
    refunded: Money
    held: Money


def money_of(milestone: Milestone) -> MilestoneMoney:
    """Return the escrow's current amounts, including changes made in the same transaction."""
    nothing = Money.zero(milestone.currency)
    escrow = Escrow.objects.filter(id=milestone.escrow_id).first() if milestone.escrow_id else None
    if escrow is None:
        return MilestoneMoney(nothing, nothing, nothing)
    return MilestoneMoney(escrow.released, escrow.refunded, escrow.remaining if escrow.status in HELD else nothing)


def money_of_contract(contract: Contract) -> MilestoneMoney:
    """Return the sum over all milestones."""
    nothing = Money.zero(contract.currency)
    escrows = Escrow.objects.filter(id__in=contract.milestones.values("escrow_id"))
    released = refunded = held = nothing
    for escrow in escrows:
        released, refunded = released + escrow.released, refunded + escrow.refunded
        held += escrow.remaining if escrow.status in HELD else nothing
    return MilestoneMoney(released, refunded, held)


def milestone_by_reference(milestone_id: UUID) -> Milestone | None:
    return Milestone.objects.filter(id=milestone_id).first()


def first_delivered_at(milestone: Milestone) -> datetime | None:
    moments = milestone.deliverables.order_by("version").values_list("submitted_at", flat=True)
    return moments.first()


def deliverables(contract_id: UUID) -> list[Deliverable]:
    rows = Deliverable.objects.filter(milestone__contract_id=contract_id).select_related("milestone", "submitted_by")
    return list(rows.prefetch_related("files__file", "checks__criterion", "revision_request").order_by("submitted_at"))


def open_proposal(contract_id: UUID) -> CancellationProposal | None:
    return CancellationProposal.objects.filter(contract_id=contract_id, status="open").first()


def employer_cost(contract: Contract, now: datetime) -> previews.EmployerCost:
    """Return the employer's cost of the whole contract at today's fees; each milestone is funded separately."""
    parts = [step.amount for step in milestones(contract.id)] or [contract.amount]
    bid = (contract.freelancer_id, contract.freelancer.country, parts)
    return previews.employer_costs(contract.employer.country, now.date(), [bid], payer_id=contract.employer_id)[0]


@dataclass(frozen=True, slots=True)
class HiringRecord:
    """The number of contracts with this employer that freelancers accepted, and the number of their tasks."""

    contracts: int
    tasks: int


def hiring_record(employer_id: UUID) -> HiringRecord:
    accepted = Contract.objects.filter(employer_id=employer_id, accepted_at__isnull=False)
    return HiringRecord(**accepted.aggregate(contracts=Count("id"), tasks=Count("task_id", distinct=True)))


def milestones_to_remind(now: datetime) -> QuerySet[Milestone, UUID]:
    """Delivered milestones whose review ends within the next reminder's lead time, soonest first."""
    is_near = Q()
    for sent, days in enumerate(REMINDER_DAYS):
        is_near |= Q(reminders_sent=sent, review_due_at__lte=now + timedelta(days=days))
    waiting = Milestone.objects.filter(status=MilestoneStatus.DELIVERED, review_due_at__gt=now)
    return waiting.filter(is_near).order_by("review_due_at", "id").values_list("id", flat=True)


def milestones_overdue(now: datetime) -> QuerySet[Milestone, UUID]:
    """Funded milestones past their due date without a delivery, not notified yet, oldest due date first."""
    late = Milestone.objects.filter(status=MilestoneStatus.FUNDED, overdue_notified_at=None, due_at__lt=now)
    return late.order_by("due_at", "id").values_list("id", flat=True)


def milestones_to_approve(now: datetime) -> QuerySet[Milestone, UUID]:
    due = Milestone.objects.filter(status=MilestoneStatus.DELIVERED, review_due_at__lte=now)
    return due.order_by("review_due_at", "id").values_list("id", flat=True)


def offers_to_lapse(now: datetime) -> QuerySet[Contract, UUID]:
    due = Contract.objects.filter(status=ContractStatus.OFFERED, respond_by__lte=now)
    return due.order_by("respond_by", "id").values_list("id", flat=True)


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
