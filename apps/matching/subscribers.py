from datetime import datetime
from uuid import UUID

from apps.accounts.events import ProfileChanged
from apps.accounts.queries import related
from apps.bidding.events import BidDeclined, BidShortlisted, BidSubmitted
from apps.bidding.models import Bid
from apps.contracts.events import ContractAccepted, ContractCompleted, ContractEnded, ContractOffered, OfferEnded
from apps.contracts.models import Contract
from apps.contracts.states import PAID_IN_FULL, ContractStatus
from apps.matching.events import TaskSuits
from apps.matching.models import EventKind, SubjectKind
from apps.matching.operations import impressions, matches
from apps.outbox import bus
from apps.tasks.events import AddendumAdded, FreelancerInvited, TaskPublished


@bus.subscribe(TaskPublished, name="matching.task_published")
def match_new_task(event: TaskPublished, now: datetime) -> None:
    matches.request_match(subject_kind=SubjectKind.TASK, subject_id=event.task_id, now=now)


@bus.subscribe(AddendumAdded, name="matching.addendum_added")
def match_changed_task(event: AddendumAdded, now: datetime) -> None:
    matches.request_match(subject_kind=SubjectKind.TASK, subject_id=event.task_id, now=now)


@bus.subscribe(ProfileChanged, name="matching.profile_changed")
def match_changed_freelancer(event: ProfileChanged, now: datetime) -> None:
    matches.request_match(subject_kind=SubjectKind.ORGANIZATION, subject_id=event.organization_id, now=now)


@bus.subscribe(ContractCompleted, name="matching.contract_completed")
def match_with_new_experience(event: ContractCompleted, now: datetime) -> None:
    matches.request_match(subject_kind=SubjectKind.ORGANIZATION, subject_id=event.freelancer_id, now=now)


@bus.subscribe(ContractEnded, name="matching.contract_ended")
def match_after_other_end(event: ContractEnded, now: datetime) -> None:
    matches.request_match(subject_kind=SubjectKind.ORGANIZATION, subject_id=event.freelancer_id, now=now)


# --- outcomes of impressions ------------------------------------------------------------------------------------------


@bus.subscribe(TaskSuits, name="matching.task_suits_notified")
def record_who_was_notified(event: TaskSuits, now: datetime) -> None:
    impressions.record_notified(task_id=event.task_id, organization_ids=event.organization_ids, now=now)


@bus.subscribe(FreelancerInvited, name="matching.freelancer_invited")
def record_invitation(event: FreelancerInvited, now: datetime) -> None:
    impressions.record_event(
        kind=EventKind.INVITE, task_id=event.task_id, organization_id=event.organization_id, now=now
    )


@bus.subscribe(BidSubmitted, name="matching.bid_submitted")
def record_bid(event: BidSubmitted, now: datetime) -> None:
    _of_bid(event.bid_id, EventKind.BID, now)


@bus.subscribe(BidShortlisted, name="matching.bid_shortlisted")
def record_shortlist(event: BidShortlisted, now: datetime) -> None:
    _of_bid(event.bid_id, EventKind.SHORTLIST, now)


@bus.subscribe(BidDeclined, name="matching.bid_declined")
def record_declined_bid(event: BidDeclined, now: datetime) -> None:
    _of_bid(event.bid_id, EventKind.DECLINE, now)


@bus.subscribe(ContractOffered, name="matching.contract_offered")
def record_award(event: ContractOffered, now: datetime) -> None:
    _of_contract(event.contract_id, EventKind.AWARD, now)


@bus.subscribe(ContractAccepted, name="matching.contract_accepted")
def record_acceptance(event: ContractAccepted, now: datetime) -> None:
    _of_contract(event.contract_id, EventKind.ACCEPT, now)


@bus.subscribe(OfferEnded, name="matching.offer_ended")
def record_declined_offer(event: OfferEnded, now: datetime) -> None:
    if event.status == ContractStatus.DECLINED:
        _of_contract(event.contract_id, EventKind.DECLINE, now)


@bus.subscribe(ContractCompleted, name="matching.contract_completed_event")
def record_completion(event: ContractCompleted, now: datetime) -> None:
    _of_contract(event.contract_id, EventKind.COMPLETE, now)


@bus.subscribe(ContractEnded, name="matching.contract_ended_event")
def record_paid_end(event: ContractEnded, now: datetime) -> None:
    if event.status in PAID_IN_FULL:
        _of_contract(event.contract_id, EventKind.COMPLETE, now)


def _of_bid(bid_id: UUID, kind: EventKind, now: datetime) -> None:
    bid = Bid.objects.get(id=bid_id)
    impressions.record_event(kind=kind, task_id=bid.task_id, organization_id=bid.bidder_id, now=now)


def _of_contract(contract_id: UUID, kind: EventKind, now: datetime) -> None:
    contract = Contract.objects.get(id=contract_id)
    if related.are_related(contract.employer_id, contract.freelancer_id, since=contract.offered_at):
        return  # a contract between related organizations is no evidence of suitability
    impressions.record_event(kind=kind, task_id=contract.task_id, organization_id=contract.freelancer_id, now=now)
