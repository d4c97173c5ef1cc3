from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import Membership, Organization, StaffAssignment, User
from apps.accounts.operations import organizations
from apps.accounts.queries import actors
from apps.common.actors import Actor


class MakeAccounts:
    now: datetime
    count: int

    def user(self, name: str = "", **fields: Any) -> User:
        self.count += 1
        name = name or f"person{self.count}"
        email = fields.pop("email", f"{name.lower().replace(' ', '.')}.{self.count}@example.org")
        return User.objects.create_user(email, "correct horse battery", display_name=name, **fields)

    def organization(self, name: str = "", *, owner: User | None = None, **fields: Any) -> Organization:
        self.count += 1
        name = name or f"Organization {self.count}"
        options = {"kind": "individual", "country": "DE", "currency": "EUR", "time_zone": "Europe/Berlin"} | fields
        return organizations.create_organization(
            owner=owner or self.user(name), display_name=name, now=self.now, **options
        )

    def employer(self, name: str = "", **fields: Any) -> Organization:
        return self.organization(name, **({"kind": "company", "hires": True} | fields))

    def freelancer(self, name: str = "", **fields: Any) -> Organization:
        options = {"country": "NG", "currency": "USD", "time_zone": "Africa/Lagos", "works": True} | fields
        return self.organization(name, **options)

    def member(self, organization: Organization, role: str) -> User:
        user = self.user()
        since = self.now - timedelta(days=30)
        Membership.objects.create(user=user, organization=organization, role=role, role_since=since)
        return user

    def actor(self, organization: Organization, role: str = "owner") -> Actor:
        """Somebody of that role, acting for the organization."""
        membership = organization.memberships.filter(role=role).first()
        user = membership.user if membership else self.member(organization, role)
        return actors.actor_for(user, organization.id, has_fresh_login=True)

    def staff(self, name: str = "Staff", role: str = "administrator") -> User:
        user = self.user(name, is_staff=True)
        StaffAssignment.objects.create(user=user, role=role, granted_at=self.now)
        return user

    def staff_actor(self, role: str = "administrator") -> Actor:
        return actors.actor_for(self.staff(role=role), has_fresh_login=True)
