from datetime import datetime

from apps.accounts.events import ProfileChanged
from apps.contracts.events import ContractCancelled, ContractCompleted
from apps.matching import operations
from apps.matching.models import SubjectKind
from apps.outbox import bus
from apps.tasks.events import AddendumAdded, TaskPublished


@bus.subscribe(TaskPublished, name="matching.task_published")
def match_new_task(event: TaskPublished, now: datetime) -> None:
    operations.request_match(subject_kind=SubjectKind.TASK, subject_id=event.task_id, now=now)


@bus.subscribe(AddendumAdded, name="matching.addendum_added")
def match_changed_task(event: AddendumAdded, now: datetime) -> None:
    operations.request_match(subject_kind=SubjectKind.TASK, subject_id=event.task_id, now=now)


@bus.subscribe(ProfileChanged, name="matching.profile_changed")
def match_changed_freelancer(event: ProfileChanged, now: datetime) -> None:
    operations.request_match(subject_kind=SubjectKind.ORGANIZATION, subject_id=event.organization_id, now=now)


@bus.subscribe(ContractCompleted, name="matching.contract_completed")
def match_with_new_experience(event: ContractCompleted, now: datetime) -> None:
    operations.request_match(subject_kind=SubjectKind.ORGANIZATION, subject_id=event.freelancer_id, now=now)


@bus.subscribe(ContractCancelled, name="matching.contract_cancelled")
def match_after_cancellation(event: ContractCancelled, now: datetime) -> None:
    operations.request_match(subject_kind=SubjectKind.ORGANIZATION, subject_id=event.freelancer_id, now=now)
