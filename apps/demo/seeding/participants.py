"""The participants of the demo data, registered sixty days ago, and the start date of its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import Organization, User
from apps.accounts.operations import pictures
from apps.demo import portraits
from apps.demo.people import EMPLOYERS, FREELANCERS, STAFF, Person
from apps.demo.steps import confirm_address, days, owner_of, password_hash, register
from apps.files.pictures import Crop


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
        employers=[_register(person, registered_at) for person in EMPLOYERS],
        freelancers={name: _register(person, registered_at) for name, person in people.items()},
        people=people,
        staff=staff,
    )


def _register(person: Person, now: datetime) -> Organization:
    organization = register(person, now)
    if picture := portraits.PICTURES.get(person.email):
        upload = portraits.draw(picture, "picture.png")
        pictures.set_picture(
            organization_id=organization.id, upload=upload, crop=Crop(), actor=owner_of(organization), now=now
        )
        organization.refresh_from_db()
    return organization
