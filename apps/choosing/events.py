from uuid import UUID

from apps.outbox import bus


@bus.event("choosing.criteria_set")
class CriteriaSet:
    evaluation_id: UUID
    user_id: UUID


@bus.event("choosing.agreement_recorded")
class AgreementRecorded:
    agreement_id: UUID
