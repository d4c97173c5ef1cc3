"""Who acts: a person for an organization, or the system by the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """
    :param user_id: None for the system and for strangers.
    :param organization_id: the organization that the user acts for now.
    :param capabilities: what the user's role there allows (`apps.accounts.rules`).
    """

    user_id: UUID | None = None
    organization_id: UUID | None = None
    capabilities: frozenset[str] = field(default_factory=frozenset)
    is_staff: bool = False
    is_system: bool = False

    @property
    def person_id(self) -> UUID:
        """The person, where a policy has made sure that there is one."""
        assert self.user_id is not None, "a policy must have refused strangers before"
        return self.user_id

    @property
    def side_id(self) -> UUID:
        """The organization acted for, where a policy has made sure that there is one."""
        assert self.organization_id is not None, "a policy must have refused strangers before"
        return self.organization_id

    def may(self, capability: str) -> bool:
        return self.is_system or capability in self.capabilities

    def acts_for(self, organization_id: UUID | None) -> bool:
        return self.is_system or (organization_id is not None and self.organization_id == organization_id)


SYSTEM = Actor(is_system=True)
STRANGER = Actor()
