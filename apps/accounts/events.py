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
    """Decides which law and which fees hold: staff look at it before money leaves."""

    organization_id: UUID
    before: str
    after: str
    user_id: UUID | None


@bus.event("accounts.key_made")
class KeyMade:
    """Somebody made a key to the API for themselves."""

    token_id: UUID
    user_id: UUID
