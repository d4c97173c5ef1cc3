from uuid import UUID

from apps.outbox import bus


@bus.event("accounts.profile_changed")
class ProfileChanged:
    organization_id: UUID


@bus.event("accounts.member_invited")
class MemberInvited:
    invitation_id: UUID
    token: str


@bus.event("accounts.profile_hidden")
class ProfileHidden:
    organization_id: UUID
    reason_code: str


@bus.event("accounts.country_changed")
class CountryChanged:
    """The country decides which law and fees apply: staff review it before money is paid out."""

    organization_id: UUID
    before: str
    after: str
    user_id: UUID | None


@bus.event("accounts.key_made")
class KeyMade:
    """A user created an API key."""

    token_id: UUID
    user_id: UUID
