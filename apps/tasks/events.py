from uuid import UUID

from apps.outbox import bus


@bus.event("tasks.published")
class TaskPublished:
    task_id: UUID


@bus.event("tasks.addendum_added")
class AddendumAdded:
    task_id: UUID
    addendum_id: UUID


@bus.event("tasks.bidding_closed")
class BiddingClosed:
    task_id: UUID


@bus.event("tasks.ended")
class TaskEnded:
    """The task was closed, was cancelled or expired without an award; `status` says which."""

    task_id: UUID
    status: str


@bus.event("tasks.question_asked")
class QuestionAsked:
    task_id: UUID
    question_id: UUID


@bus.event("tasks.question_answered")
class QuestionAnswered:
    task_id: UUID
    question_id: UUID


@bus.event("tasks.freelancer_invited")
class FreelancerInvited:
    task_id: UUID
    organization_id: UUID
    invitation_id: UUID


@bus.event("tasks.invitation_declined")
class InvitationDeclined:
    task_id: UUID
    organization_id: UUID
    invitation_id: UUID


@bus.event("tasks.taken_down")
class TaskTakenDown:
    task_id: UUID
    reason_code: str
