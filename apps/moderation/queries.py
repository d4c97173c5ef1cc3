from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.pictures import address
from apps.accounts.queries import pictures, profiles
from apps.common.actors import Actor
from apps.messaging import queries as messaging
from apps.moderation.models import AuditEntry, Objection, Report, Statement
from apps.moderation.states import ObjectionStatus, ReportStatus, Subject
from apps.tasks import queries as tasks

PEOPLE_MAX = 300
TITLE_CHARACTERS, MESSAGES_COPIED_MAX = 60, 20


def open_reports() -> QuerySet[Report]:
    """Open reports, oldest first."""
    return Report.objects.filter(status=ReportStatus.OPEN).select_related("affected", "reporter").order_by("id")


def decided_reports() -> QuerySet[Report]:
    return (
        Report.objects.exclude(status=ReportStatus.OPEN)
        .select_related("affected", "reporter", "decided_by")
        .order_by("-decided_at")
    )


def open_reports_of_subject_for_update(subject_type: str, subject_id: UUID) -> list[Report]:
    rows = Report.objects.select_for_update().filter(
        subject_type=subject_type, subject_id=subject_id, status=ReportStatus.OPEN
    )
    return list(rows.order_by("id"))


def earlier_cases(organization_id: UUID) -> QuerySet[Report]:
    """Earlier decisions about the same party."""
    return Report.objects.filter(affected_id=organization_id).exclude(status=ReportStatus.OPEN).order_by("-decided_at")


def statements_visible_to(actor: Actor) -> QuerySet[Statement]:
    statements = Statement.objects.select_related("organization").order_by("-issued_at")
    return statements if actor.is_staff else statements_of(actor.organization_id)


def statements_of(organization_id: UUID | None) -> QuerySet[Statement]:
    """The statements that the organization received, newest first."""
    if organization_id is None:
        return Statement.objects.none()
    return Statement.objects.filter(organization_id=organization_id).order_by("-issued_at")


def open_objections() -> QuerySet[Objection]:
    """Open objections, oldest first."""
    return (
        Objection.objects.filter(status=ObjectionStatus.OPEN)
        .select_related("statement", "statement__organization", "author")
        .order_by("id")
    )


def objection_for_update(objection_id: UUID) -> Objection | None:
    rows = Objection.objects.select_for_update(of=("self",)).select_related("statement")
    return rows.filter(id=objection_id).first()


def reports_of(user: User) -> QuerySet[Report]:
    return Report.objects.filter(reporter=user).order_by("-id")


def audit_entries(
    *, act: str = "", person_id: UUID | None = None, since: datetime | None = None, before: datetime | None = None
) -> QuerySet[AuditEntry]:
    """The log of staff actions, newest first; filters are combined. `before` is exclusive."""
    entries = AuditEntry.objects.select_related("actor").order_by("-id")
    if act:
        entries = entries.filter(action=act)
    if person_id:
        entries = entries.filter(actor_id=person_id)
    if since:
        entries = entries.filter(happened_at__gte=since)
    if before:
        entries = entries.filter(happened_at__lt=before)
    return entries


def people_of_the_log(chosen_id: UUID | None) -> list[User]:
    """Return current staff by name, plus the chosen person, who may have left."""
    people = User.objects.filter(Q(is_staff=True) | Q(id=chosen_id)).order_by("display_name", "id")
    return list(people[:PEOPLE_MAX])


# -- content that can be reported


@dataclass(frozen=True, slots=True)
class Content:
    """
    A subject's content.

    :param words: its texts, for the snapshot. :param language: their language. :param picture: where to see it.
    """

    subject_type: str
    subject_id: UUID
    affected_id: UUID
    title: str
    words: dict[str, str]
    language: str
    address: str
    is_hidden: bool
    picture: str = ""

    def snapshot(self) -> dict[str, Any]:
        return {"title": self.title, "words": self.words, "language": self.language}


def content(subject_type: str, subject_id: UUID, actor: Actor) -> Content | None:
    """Return the subject's content if the actor may see it, else None."""
    content_of = {
        Subject.TASK: _task,
        Subject.PROFILE: _profile,
        Subject.MESSAGE: _message,
        Subject.THREAD: _thread,
        Subject.PICTURE: _picture,
    }
    return content_of[Subject(subject_type)](subject_id, actor)


def _task(subject_id: UUID, actor: Actor) -> Content | None:
    task = tasks.tasks_visible_to(actor).filter(id=subject_id).first()
    if task is None:
        return None
    words = {"background": task.background, "goal": task.goal, "requirements": task.requirements}
    return Content(
        subject_type=Subject.TASK,
        subject_id=task.id,
        affected_id=task.employer_id,
        title=task.title,
        words=words,
        language=task.source_language,
        address=task.get_absolute_url(),
        is_hidden=task.hidden_at is not None,
    )


def _profile(subject_id: UUID, actor: Actor) -> Content | None:
    profile = profiles.profiles_visible_to(actor).filter(id=subject_id).first()
    if profile is None:
        return None
    return Content(
        subject_type=Subject.PROFILE,
        subject_id=profile.id,
        affected_id=profile.organization_id,
        title=profile.organization.display_name,
        words={"headline": profile.headline, "bio": profile.bio},
        language=profile.source_language,
        address=profile.organization.get_absolute_url(),
        is_hidden=profile.hidden_at is not None,
    )


def _picture(subject_id: UUID, actor: Actor) -> Content | None:
    picture = pictures.pictures_visible_to(actor).filter(id=subject_id).first()
    if picture is None:
        return None
    hidden = reverse("accounts:hidden_picture", args=[picture.digest])
    return Content(
        subject_type=Subject.PICTURE,
        subject_id=picture.id,
        affected_id=picture.organization_id,
        title=picture.organization.display_name,
        words={},
        language="en",
        address=picture.organization.get_absolute_url(),
        is_hidden=picture.hidden_at is not None,
        picture=hidden if picture.hidden_at else address(picture.digest, "large"),
    )


def _message(subject_id: UUID, actor: Actor) -> Content | None:
    message = messaging.messages_visible_to(actor).filter(id=subject_id).first()
    if message is None:
        return None
    return Content(
        subject_type=Subject.MESSAGE,
        subject_id=message.id,
        affected_id=message.sender_organization_id,
        title=message.conversation.title or message.text[:TITLE_CHARACTERS],
        words={"text": message.text},
        language=message.source_language,
        address="",
        is_hidden=message.hidden_at is not None,
    )


def _thread(subject_id: UUID, actor: Actor) -> Content | None:
    """A conversation, with a copy of the newest messages of the side that is reported."""
    conversation = messaging.conversations_reportable_by(actor).filter(id=subject_id).first()
    if conversation is None:
        return None
    is_own = conversation.opener_id == actor.organization_id
    affected_id = conversation.recipient_id if is_own else conversation.opener_id
    newest = messaging.messages_in(conversation.id).filter(sender_organization_id=affected_id)[:MESSAGES_COPIED_MAX]
    messages = list(newest)[::-1]
    return Content(
        subject_type=Subject.THREAD,
        subject_id=conversation.id,
        affected_id=affected_id,
        title=conversation.title or (messages[0].text[:TITLE_CHARACTERS] if messages else ""),
        words={f"{number}": message.text for number, message in enumerate(messages, start=1)},
        language=messages[-1].source_language if messages else "en",
        address="" if actor.is_staff else conversation.get_absolute_url(),
        is_hidden=conversation.hidden_at is not None,
    )
