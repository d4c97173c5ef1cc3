"""Who acts: a person for an organization, or the system by the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from apps.common.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Actor:
    """
    :param user_id: None for the system and for strangers.
    :param organization_id: the organization that the user acts for now.
    :param capabilities: what the user's role there allows (`apps.accounts.rules`), less what a key was not given.
    :param staff_capabilities: what the user's roles among the marketplace's staff allow; `is_staff` says that there
        are any.
    :param has_fresh_login: whether the person proved who they are in the last minutes.
    :param key_scopes: of the API key that acts; None for a person at a browser, and for the system.
    :param role_capabilities: what the role of a key's person allows, whatever the key's scopes.
    """

    user_id: UUID | None = None
    organization_id: UUID | None = None
    capabilities: frozenset[str] = field(default_factory=frozenset)
    is_staff: bool = False
    is_system: bool = False
    staff_capabilities: frozenset[str] = field(default_factory=frozenset)
    has_fresh_login: bool = False
    key_scopes: frozenset[str] | None = None
    role_capabilities: frozenset[str] = field(default_factory=frozenset)

    @property
    def person_id(self) -> UUID:
        """The person, where a policy has made sure that there is one."""
        if self.user_id is None:
            raise NotAllowed
        return self.user_id

    @property
    def side_id(self) -> UUID:
        """The organization acted for, where a policy has made sure that there is one."""
        if self.organization_id is None:
            raise NotAllowed
        return self.organization_id

    def may(self, capability: str) -> bool:
        return self.is_system or capability in self.capabilities

    def may_as_staff(self, capability: str) -> bool:
        return self.is_staff and capability in self.staff_capabilities

    def acts_for(self, organization_id: UUID | None) -> bool:
        return self.is_system or (organization_id is not None and self.organization_id == organization_id)


SYSTEM = Actor(is_system=True)
STRANGER = Actor()
