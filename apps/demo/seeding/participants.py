"""The participants of the demo data, registered sixty days ago, and the start date of its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import Organization, User
from apps.demo.people import EMPLOYERS, FREELANCERS, STAFF, Person
from apps.demo.steps import confirm_address, days, password_hash, register


@dataclass(frozen=True, slots=True)
class Participants:
    now: datetime
    employers: list[Organization]
    freelancers: dict[str, Organization]
    """By the local part of their e-mail address."""
    people: dict[str, Person]
    """The freelancers' descriptions, by the same name."""
    staff: User


def are_registered() -> bool:
    return User.objects.filter(email=EMPLOYERS[0].email).exists()


def register_all(now: datetime) -> Participants:
    registered_at = now - days(60)
    staff = User.objects.create(
        email=STAFF.email, password=password_hash(), display_name=STAFF.name, is_staff=True, is_superuser=True
    )
    confirm_address(staff)
    people = {person.email.split("@")[0]: person for person in FREELANCERS}
    return Participants(
        now=now,
        employers=[register(person, registered_at) for person in EMPLOYERS],
        freelancers={name: register(person, registered_at) for name, person in people.items()},
        people=people,
        staff=staff,
    )
