"""The actor of an operation: a person acting for an organization, or the system."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from apps.common.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Actor:
    """
    :param user_id: None for the system and for visitors who are not logged in.
    :param organization_id: the organization the user currently acts for.
    :param capabilities: what the user's role there allows (`apps.accounts.rules`), limited to the scopes of the API
        key.
    :param staff_capabilities: what the user's staff roles allow; `is_staff` is True if there are any.
    :param has_fresh_login: whether the person logged in or reauthenticated in the last minutes.
    :param key_scopes: the scopes of the API key; None for a person in a browser and for the system.
    :param role_capabilities: what the role of the key's user allows, independent of the key's scopes.
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
        """
        The user's id; to be used after a policy has checked that there is one.

        :raises NotAllowed: if there is none.
        """
        if self.user_id is None:
            raise NotAllowed
        return self.user_id

    @property
    def side_id(self) -> UUID:
        """
        The organization's id; to be used after a policy has checked that there is one.

        :raises NotAllowed: if there is none.
        """
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
