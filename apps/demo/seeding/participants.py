"""The participants of the demo data, registered a hundred days ago, and the start date of its events."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from apps.accounts.models import Organization, User
from apps.accounts.operations import members, pictures, profiles, staff
from apps.accounts.queries import actors
from apps.accounts.states import Role, StaffRole
from apps.common.actors import Actor
from apps.demo import artworks, portraits
from apps.demo.people import COLLEAGUE, EMPLOYERS, FREELANCERS, MODERATOR, STAFF, Member, Person
from apps.demo.steps import confirm_address, days, owner_of, password_hash, register
from apps.files import operations as files
from apps.files.pictures import Crop
from apps.outbox.models import Event

REGISTERED_DAYS = 100
UPLOADS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Participants:
    """The organizations and descriptions by the local part of their e-mail address."""

    now: datetime
    employers: dict[str, Organization]
    freelancers: dict[str, Organization]
    people: dict[str, Person]
    """The freelancers' descriptions."""
    staff: User
    moderator: User
    colleague: User
    """The second member of the first employer."""


def are_registered() -> bool:
    return User.objects.filter(email=EMPLOYERS[0].email).exists()


def register_all(now: datetime) -> Participants:
    registered_at = now - days(REGISTERED_DAYS)
    administrator = _user(STAFF, is_staff=True, is_superuser=True)
    organizations = {person: register(person, registered_at) for person in (*EMPLOYERS, *FREELANCERS)}
    employers = {person.key: organizations[person] for person in EMPLOYERS}
    return Participants(
        now=now,
        employers=employers,
        freelancers={person.key: organizations[person] for person in FREELANCERS},
        people={person.key: person for person in FREELANCERS},
        staff=administrator,
        moderator=_appoint(administrator, registered_at + days(1)),
        colleague=_join(employers[COLLEAGUE.of], registered_at + days(1)),
    )


def _user(member: Member, **more: bool) -> User:
    user = User.objects.create(email=member.email, password=password_hash(), display_name=member.name, **more)
    confirm_address(user)
    return user


def _appoint(administrator: User, now: datetime) -> User:
    moderator = _user(MODERATOR)
    actor = actors.actor_for(administrator, has_fresh_login=True)
    staff.grant_staff_role(user_id=moderator.pk, role=StaffRole.MODERATOR, actor=actor, now=now)
    moderator.refresh_from_db()
    return moderator


def _join(employer: Organization, now: datetime) -> User:
    """The owner invites a colleague, who accepts with the token of the mail."""
    colleague = _user(COLLEAGUE)
    invitation = members.invite_member(
        organization_id=employer.id, email=colleague.email, role=Role.MANAGER, actor=owner_of(employer), now=now
    )
    mail = Event.objects.get(name="accounts.member_invited", payload__invitation_id=str(invitation.id))
    members.accept_invitation(token=mail.payload["token"], user=colleague, now=now + days(0.1))
    return colleague


def _show(person: Person, owner: Actor, now: datetime) -> None:
    """Upload the picture and the pictures of the portfolio, each read by a process of its own."""
    assert owner.organization_id is not None
    if picture := portraits.PICTURES.get(person.email):
        upload = portraits.draw(picture, "picture.png")
        pictures.set_picture(organization_id=owner.organization_id, upload=upload, crop=Crop(), actor=owner, now=now)
    for work in person.portfolio:
        fields: dict[str, Any] = {"title": work.title, "description": work.description}
        if work.draws:
            upload = artworks.draw(work.draws, work.title)
            fields["image"] = files.store(upload=upload, uploaded_by_id=owner.person_id, now=now, only_pictures=True)
            fields["image_alt"] = work.shows
        profiles.add_portfolio_item(organization_id=owner.organization_id, actor=owner, now=now, fields=fields)


@contextmanager
def uploading_pictures(participants: Participants) -> Iterator[None]:
    """Upload all pictures meanwhile, because reading an upload is mostly waiting for its process."""
    uploaded_at = participants.now - days(REGISTERED_DAYS)
    organizations = participants.employers | participants.freelancers

    def show(person: Person) -> None:
        try:
            _show(person, owner_of(organizations[person.key]), uploaded_at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        uploads = [pool.submit(show, person) for person in (*EMPLOYERS, *FREELANCERS)]
        yield
        for upload in uploads:
            upload.result()
