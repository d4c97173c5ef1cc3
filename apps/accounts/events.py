from uuid import UUID

from apps.outbox import bus


@bus.fact("accounts.profile_changed")
class ProfileChanged:
    organization_id: UUID


@bus.fact("accounts.member_invited")
class MemberInvited:
    invitation_id: UUID
    token: str


@bus.fact("accounts.profile_hidden")
class ProfileHidden:
    organization_id: UUID
    reason_code: str
